"""One day of one kind, read from the rooms that own the data."""

from datetime import date, datetime

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.repository import rollups
from app.domains.analytics.rules import ranges
from app.domains.analytics.source_types import Sources
from app.domains.analytics.types import Body, CohortSize, Rollup, RollupKind


class Computing:
    """Computes rollups and keeps them. The same rows give the same document, however often."""

    def __init__(self, *, db: Database, clock: Clock, sources: Sources) -> None:
        self._db = db
        self._clock = clock
        self._sources = sources

    async def stamp(self, kind: RollupKind, day: date) -> tuple[int, ...]:
        """Return how many rows a kind's day has now, by source."""
        start, end = ranges.bounds(day)
        match kind:
            case RollupKind.COHORTS:
                return (await self._sources.sign_ups.count(day),)
            case RollupKind.FLOWS:
                return (await self._sources.flows.count(start, end),)
            case RollupKind.FRAUD:
                return await self._sources.fraud.counts(start, end)

    async def keep(self, kind: RollupKind, day: date) -> bool:
        """Compute a kind's day and keep it; False when that changed nothing."""
        at = self._clock.now()
        # Counted before it is summed: a row in between is found by the next count.
        stamp = await self.stamp(kind, day)
        body = await self._body(kind, day)
        rollup = Rollup(kind, day, body, stamp, final=_over(day, at), computed_at=at)
        return await rollups.put(self._db, rollup)

    async def _body(self, kind: RollupKind, day: date) -> Body:
        start, end = ranges.bounds(day)
        match kind:
            case RollupKind.COHORTS:
                return await self._cohort(day)
            case RollupKind.FLOWS:
                return await self._sources.flows.of(start, end)
            case RollupKind.FRAUD:
                return await self._sources.fraud.of(start, end)

    async def _cohort(self, day: date) -> CohortSize:
        size = CohortSize()
        async for user_ids in self._sources.sign_ups.of_day(day):
            kyc, profile = await self._sources.progress.counts(user_ids)
            funded, invested = await self._sources.flows.reached(user_ids)
            size += CohortSize(len(user_ids), kyc, profile, funded, invested)
        return size


def _over(day: date, at: datetime) -> bool:
    return at >= ranges.bounds(day)[1]
