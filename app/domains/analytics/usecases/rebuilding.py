"""Computing a range of days anew, by hand: after an import, or for the time before rollups."""

from collections.abc import Callable, Collection
from datetime import UTC, date

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.repository import runs
from app.domains.analytics.rules import ranges
from app.domains.analytics.types import Rebuilt, RollupKind
from app.domains.analytics.usecases.computing import Computing

REBUILD_DAYS_MAX = 3_660


class Rebuilding:
    """Day by day, each noted when done. The same range asked again goes on where it stopped."""

    def __init__(self, *, db: Database, clock: Clock, computing: Computing) -> None:
        self._db = db
        self._clock = clock
        self._computing = computing

    def require(self, first: date, last: date) -> None:
        """Raise AnalyticsRangeError unless this range can be rebuilt."""
        today = self._clock.now().astimezone(UTC).date()
        ranges.require(first, last, today=today, days_max=REBUILD_DAYS_MAX)

    async def run(
        self,
        first: date,
        last: date,
        *,
        kinds: Collection[RollupKind] = tuple(RollupKind),
        fresh: bool = False,
        progress: Callable[[int], None] = lambda _days: None,
    ) -> Rebuilt:
        """Compute every kind of every day of a range; a second run changes nothing.

        `progress` is told of days as they are done, first of those an interrupted run had done;
        `fresh` does these again. Raises AnalyticsRangeError.
        """
        self.require(first, last)
        wanted = [kind for kind in RollupKind if kind in kinds]
        run_id = f"rebuild:{first}:{last}:{','.join(wanted)}"
        resumed_at = None if fresh else await runs.next_day(self._db, run_id)
        begin = resumed_at or first
        progress((begin - first).days)
        changed = 0
        for day in ranges.days_of(begin, last):
            await runs.note_next(self._db, run_id, day)
            for kind in wanted:
                changed += await self._computing.keep(kind, day)
            progress(1)
        await runs.note_next(self._db, run_id, None)
        days = (last - begin).days + 1
        return Rebuilt(first, last, days, days * len(wanted), changed, resumed_at)
