"""Keeping the last days right: what is new, what came late, and whose cohort moved on."""

from datetime import UTC, date, datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.repository import rollups, runs
from app.domains.analytics.rules import ranges
from app.domains.analytics.source_types import Sources
from app.domains.analytics.types import RollupKind
from app.domains.analytics.usecases.computing import Computing

LATE_DAYS = 7
"""How far back a refresh looks for late rows; older ones need `finnami analytics rebuild`."""
OVERLAP = timedelta(minutes=10)
"""A movement is stamped before it commits: a little is read twice so that nothing is lost."""
MOVERS_MAX = 5_000
SLICE_MIN = timedelta(seconds=1)


class Refreshing:
    """The worker's chore. Only days whose number of rows changed are computed again."""

    def __init__(
        self, *, db: Database, clock: Clock, sources: Sources, computing: Computing
    ) -> None:
        self._db = db
        self._clock = clock
        self._sources = sources
        self._computing = computing

    async def run(self) -> int:
        """Bring today, yesterday and late rows into the rollups; return how many changed."""
        now = self._clock.now()
        today = now.astimezone(UTC).date()
        changed = 0
        for kind in RollupKind:
            for day in await self._stale(kind, today - timedelta(days=LATE_DAYS), today):
                changed += await self._computing.keep(kind, day)
        changed += await self._follow(now, since=ranges.bounds(today)[0])
        await runs.note_refreshed(self._db, now)
        return changed

    async def _stale(self, kind: RollupKind, first: date, last: date) -> list[date]:
        """Return the days whose rollup is missing, of an unfinished day, or of other rows."""
        found = {r.day: r for r in await rollups.between(self._db, kind, first, last)}
        stale = []
        for day in ranges.days_of(first, last):
            there = found.get(day)
            over = day < last
            if (
                there is None
                or there.final is not over
                or there.stamp != await self._computing.stamp(kind, day)
            ):
                stale.append(day)
        return stale

    async def _follow(self, now: datetime, *, since: datetime) -> int:
        """Compute the cohorts again whose people got further since the last time.

        By slices of a day, each noted when done: a refresh that is cut goes on behind it.
        """
        through = (await runs.refreshed(self._db)).through
        start = through - OVERLAP if through else since - timedelta(days=LATE_DAYS)
        changed = 0
        while start < now:
            end = min(start + ranges.DAY, now)
            movers = await self._movers(start, end)
            for day in sorted(await self._sources.sign_ups.days_of(sorted(movers))):
                changed += await self._computing.keep(RollupKind.COHORTS, day)
            await runs.note_through(self._db, end)
            start = end
        return changed

    async def _movers(self, start: datetime, end: datetime) -> set[str]:
        """Return who got further in a period; one with too many is read in halves."""
        sources = (self._sources.progress, self._sources.flows)
        found = [await one.movers(start, end, limit=MOVERS_MAX) for one in sources]
        if max(map(len, found)) < MOVERS_MAX or end - start <= SLICE_MIN:
            return set().union(*found)
        middle = start + (end - start) / 2
        return await self._movers(start, middle) | await self._movers(middle, end)
