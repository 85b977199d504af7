"""Where prices come from: the sandbox market, imports, and the one that is used now."""

from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.errors import NoPricesError, SourceNotFoundError
from app.domains.market.events import DayClosed
from app.domains.market.repository import prices
from app.domains.market.rules import checks, session_table, sessions, simulation
from app.domains.market.types import (
    MarketHours,
    MarketState,
    Source,
)

REPLAY = "replay"


class Sources:
    """Keeps sources and knows the active one. Sources are never mixed."""

    def __init__(self, *, db: Database, clock: Clock, seed: int, feed: str) -> None:
        self._db = db
        self._clock = clock
        self._seed = seed
        self._feed = feed

    async def active(self) -> Source:
        """Return the active source. Raises NoPricesError before the first start."""
        found = await prices.active_source(self._db)
        if found is None:
            raise NoPricesError
        return found

    async def find(self, source_id: str) -> Source | None:
        """Return a source by its id, active or not."""
        return await prices.find_source(self._db, source_id)

    async def get(self, source_id: str | None) -> Source:
        """Return a source, the active one for None. Raises SourceNotFoundError, NoPricesError."""
        if source_id is None:
            return await self.active()
        found = await self.find(source_id)
        if found is None:
            raise SourceNotFoundError(f"no price source {source_id}")
        return found

    async def all(self) -> list[Source]:
        """Return every source that is kept, at most a hundred."""
        return await prices.all_sources(self._db)

    def label_of(self, source: Source) -> str:
        """Return what the served quotes of a source name as theirs.

        A provider's quotes belong to real histories only: with the simulated market active
        the replay goes on, whatever provider is configured.
        """
        return source.quote_label if self._replayed(source) else f"{self._feed}:{source.source_id}"

    def calendar_now(self, source: Source) -> str:
        """Return the calendar that opens and closes the market of a source now.

        A past that is replayed has no opening hours today: like the sandbox it is always open.
        """
        return sessions.ALWAYS if source.past and self._replayed(source) else source.calendar

    def is_kept_current(self, source: Source) -> bool:
        """Tell whether new closes are expected: neither invented nor a past that is replayed."""
        return source.kind != "simulated" and not (source.past and self._replayed(source))

    async def hours(self) -> MarketHours:
        """Return whether the active source's market is open, and until or from when."""
        return self.hours_of(await self.active(), self._clock.now())

    def hours_of(self, source: Source, now: datetime) -> MarketHours:
        """Return the hours of a source's market at a moment."""
        calendar = session_table.calendar_of(self.calendar_now(source))
        is_open = sessions.is_open(calendar, now)
        session = calendar.last_session(now) if is_open else None
        never_closes = calendar.code == sessions.ALWAYS
        return MarketHours(
            calendar=calendar.code,
            state=MarketState.UNKNOWN
            if is_open is None
            else (MarketState.OPEN if is_open else MarketState.CLOSED),
            next_open=None if is_open else sessions.next_open(calendar, now),
            closes_at=session.closes_at if session and not never_closes else None,
            last_session=sessions.last_session(calendar, now),
        )

    def _replayed(self, source: Source) -> bool:
        return self._feed == REPLAY or source.kind == "simulated"

    async def ensure_simulated(self) -> Source:
        """Bring the simulated history up to yesterday, and use it when nothing else is used.

        Running it again on the same day writes nothing. Another seed is another market: its
        history replaces the earlier one whole, so that the two never meet.
        """
        today = self._clock.now().date()
        days, closes = simulation.closes(today - timedelta(days=1), self._seed)
        last_day = prices.as_date(days[-1])
        present = await prices.find_source(self._db, simulation.SOURCE)
        same = present is not None and simulation.continues(present, days, closes)
        if present is not None and same and present.last_day >= last_day:
            return present
        source = Source(
            source_id=simulation.SOURCE,
            kind="simulated",
            label="Sandbox market (simulated prices)",
            currency=simulation.CURRENCY,
            symbols=simulation.SYMBOLS,
            first_day=prices.as_date(days[0]),
            last_day=last_day,
            data_hash=checks.data_hash(simulation.SYMBOLS, days, closes),
            calendar=sessions.ALWAYS,
        )
        from_year = present.last_day.year if present is not None and same else 0
        await prices.write_history(
            self._db, source.source_id, simulation.SYMBOLS, days, closes, from_year=from_year
        )
        active = await prices.active_source(self._db)
        is_ours = active is None or active.source_id == source.source_id
        await self.announce(source, activate=is_ours)
        return source

    async def use(self, source_id: str) -> Source:
        """Make a known source the active one. Raises SourceNotFoundError."""
        source = await prices.find_source(self._db, source_id)
        if source is None:
            raise SourceNotFoundError(f"no price source {source_id}")
        await self.announce(source, activate=True)
        return source

    async def announce(self, source: Source, *, activate: bool) -> None:
        """Make complete data visible, in one step, and tell the rooms above when it counts."""

        async def work(tx: Transaction) -> None:
            await prices.put_source(tx, source)
            if activate:
                await prices.activate(tx, source.source_id)
                tx.publish(DayClosed(source.source_id, source.last_day.isoformat()))

        await self._db.transaction(work)
