"""Cohorts: the sign-ups of one ISO week taken together."""

from collections.abc import Mapping
from datetime import date

from app.domains.analytics.rules.ranges import iso_week
from app.domains.analytics.types import CohortSize, CohortWeek


def by_week(days: Mapping[date, CohortSize]) -> tuple[CohortWeek, ...]:
    """Return the weeks of some days, in order; `first` is the first of the given days."""
    weeks: dict[str, CohortWeek] = {}
    for day in sorted(days):
        week = iso_week(day)
        known = weeks.get(week)
        weeks[week] = (
            CohortWeek(week, known.first, known.size + days[day])
            if known
            else CohortWeek(week, day, days[day])
        )
    return tuple(weeks.values())


def total(days: Mapping[date, CohortSize]) -> CohortSize:
    """Return everybody of some days."""
    return sum(days.values(), start=CohortSize())
