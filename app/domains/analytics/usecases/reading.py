"""Reports over ranges of days, from rollups alone."""

from datetime import UTC, date

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.repository import rollups, runs
from app.domains.analytics.rules import cohorts, flows, fraud, ranges
from app.domains.analytics.types import (
    CohortReport,
    CohortSize,
    Coverage,
    FlowReport,
    FraudReport,
    Rollup,
    RollupKind,
)
from app.domains.fraud.kpi_types import FraudSums

READ_DAYS_MAX = 400
READ_DAYS = 30


class Reading:
    """Each report is one read of at most 400 documents; nothing is summed from raw rows."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def cohorts(self, first: date | None, last: date | None) -> CohortReport:
        """Return sign-ups by week and how far they came. Raises AnalyticsRangeError."""
        found, coverage = await self._read(RollupKind.COHORTS, first, last)
        days = {r.day: r.body for r in found if isinstance(r.body, CohortSize)}
        return CohortReport(coverage, cohorts.by_week(days), cohorts.total(days))

    async def flows(self, first: date | None, last: date | None) -> FlowReport:
        """Return money flows by day and currency. Raises AnalyticsRangeError."""
        found, coverage = await self._read(RollupKind.FLOWS, first, last)
        days = {r.day: r.body for r in found if isinstance(r.body, tuple)}
        return FlowReport(coverage, flows.by_day(days), flows.totals(days))

    async def fraud(self, first: date | None, last: date | None) -> FraudReport:
        """Return key figures of fraud by day and channel. Raises AnalyticsRangeError."""
        found, coverage = await self._read(RollupKind.FRAUD, first, last)
        days = {r.day: r.body for r in found if isinstance(r.body, FraudSums)}
        return FraudReport(coverage, fraud.by_day(days), fraud.by_channel(days), fraud.total(days))

    async def _read(
        self, kind: RollupKind, first: date | None, last: date | None
    ) -> tuple[list[Rollup], Coverage]:
        """Return what there is of a range; the last thirty days by default."""
        today = self._clock.now().astimezone(UTC).date()
        last = last or today
        first = first or ranges.back(last, READ_DAYS)
        ranges.require(first, last, today=today, days_max=READ_DAYS_MAX)
        found = await rollups.between(self._db, kind, first, last)
        days = (last - first).days + 1
        at = (await runs.refreshed(self._db)).at
        return found, Coverage(first, last, days, days - len(found), at)
