"""Last prices with their age, and the ticks that were kept apart."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.domains.market.action_types import Action
from app.domains.market.feed_types import Suspect
from app.domains.market.repository import actions, quarantine, quotes
from app.domains.market.rules import adjusting, quality, session_table, sessions
from app.domains.market.types import Quote, Source
from app.domains.market.usecases.sources import Sources

MAX_SUSPECTS = 1000
STALE_AFTER = timedelta(seconds=60)


class Quotes:
    """Keeps the newest price of each symbol and says how old it is."""

    def __init__(self, *, db: Database, clock: Clock, sources: Sources) -> None:
        self._db = db
        self._clock = clock
        self._sources = sources

    async def last(self, symbols: tuple[str, ...] = ()) -> dict[str, Quote]:
        """Return the last quote of each symbol (all when none are named), stale ones marked.

        A symbol without a price is absent, never zero. A price is stale when the open market
        could have given a newer one, or when a close after its day is missing.
        """
        source = await self._sources.active()
        now = self._clock.now()
        rules_now = session_table.calendar_of(self._sources.calendar_now(source))
        own = session_table.calendar_of(source.calendar)
        found = await quotes.read(self._db, self._sources.label_of(source))
        splits = await self._begun_splits(source, found, now)
        marked = {}
        for symbol, quote in found.items():
            if symbols and symbol not in symbols:
                continue
            made_at = min(quote.received_at, quote.exchange_at)
            behind = sessions.sessions_behind(own, quote.market_date, now)
            missed = self._sources.is_kept_current(source) and bool(behind)
            old = sessions.is_stale(rules_now, made_at, now, after=STALE_AFTER)
            aged = replace(quote, stale=old or missed, sessions_behind=behind)
            for split, booked in splits:
                aged = adjusting.after_split(aged, split, booked=booked)
            marked[symbol] = aged
        return marked

    async def _begun_splits(
        self, source: Source, found: dict[str, Quote], now: datetime
    ) -> list[tuple[Action, bool]]:
        """Return the splits that began after the oldest quote; the sandbox market has none."""
        if source.kind == "simulated" or not found:
            return []
        oldest = min(quote.market_date for quote in found.values())
        calendar = session_table.calendar_of(source.calendar)
        known = await actions.splits_after(self._db, source.source_id, oldest)
        return [
            (split, booked)
            for split, booked in known
            if sessions.begins(calendar, split.day) <= now
        ]

    async def record(self, batch: tuple[Quote, ...]) -> None:
        """Keep the newest quotes, each batch under the one source that its quotes name."""
        labels = {quote.source for quote in batch}
        if len(labels) > 1:
            raise AssertionError(f"a batch comes from one source, not from {sorted(labels)}")
        for label in labels:
            await quotes.write(self._db, label, batch)

    async def record_newer(self, batch: tuple[Quote, ...]) -> tuple[Quote, ...]:
        """Keep those quotes that say something newer than what is kept; return them.

        Of several of a symbol the last one counts. Repeating a batch changes nothing, so what
        was read from the stream and not confirmed may be recorded again.
        """
        kept: list[Quote] = []
        for label in sorted({quote.source for quote in batch}):
            known = await quotes.read(self._db, label)
            newest = {quote.symbol: quote for quote in batch if quote.source == label}
            newer = tuple(q for q in newest.values() if not quality.nothing_new(q, known))
            if newer:
                await quotes.write(self._db, label, newer)
            kept += newer
        return tuple(kept)

    async def keep_suspects(self, suspects: tuple[Suspect, ...]) -> None:
        """Keep ticks that are never served, with their reasons, for thirty days."""
        await quarantine.write(self._db, suspects)

    async def suspects(self, *, hours: int = 24, limit: int = 100) -> list[Suspect]:
        """Return the newest ticks that were kept apart in the last hours."""
        since = self._clock.now() - timedelta(hours=hours)
        return await quarantine.read(self._db, since, limit=min(limit, MAX_SUSPECTS))
