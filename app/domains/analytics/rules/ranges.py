"""Ranges of UTC days: bounded, whole, and which of them belong together."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from app.domains.analytics.errors import AnalyticsRangeError

DAY = timedelta(days=1)


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a UTC day and of the next."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + DAY


def days_of(first: date, last: date) -> Iterator[date]:
    """Yield the days from first to last, both included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def back(last: date, days: int) -> date:
    """Return the first of `days` days that end with `last`; the calendar begins in year 1."""
    return date.fromordinal(max(1, last.toordinal() - days + 1))


def require(first: date, last: date, *, today: date, days_max: int) -> None:
    """Raise AnalyticsRangeError unless this is a range of at most `days_max` days until today."""
    if first > last:
        raise AnalyticsRangeError(f"the range ends before {first} begins", days_max=days_max)
    if last > today:
        raise AnalyticsRangeError(f"{last} is still to come", days_max=days_max)
    days = (last - first).days + 1
    if days > days_max:
        raise AnalyticsRangeError(f"{days} days are more than {days_max}", days_max=days_max)


def iso_week(day: date) -> str:
    """Return a day's week as ISO 8601 writes it: weeks begin on Monday."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
