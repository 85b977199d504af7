"""The door of market: which instruments there are, what they cost now and what they cost before."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.errors import (
    DateRangeError,
    InstrumentNotFoundError,
    NoPricesError,
    PriceFileError,
    SourceNotFoundError,
)
from app.domains.market.events import DayClosed
from app.domains.market.feed_types import Suspect
from app.domains.market.repository import prices, quarantine, quotes, rates
from app.domains.market.rules import checks, quality, simulation
from app.domains.market.types import History, Instrument, PriceFile, Quote, Source
from app.domains.market.usecases.fx import Rates

COLLECTIONS = (*prices.SPECS, *quotes.SPECS, *quarantine.SPECS, *rates.SPECS)

REPLAY = "replay"
MAX_SUSPECTS = 1000

CURRENCY = re.compile(r"[A-Z]{3}")
STALE_AFTER = timedelta(seconds=60)
DEFAULT_RANGE_DAYS = 365
MAX_RANGE_DAYS = 366 * 10
MAX_HISTORY_DAYS = 262 * 40
CALENDAR_DAYS_PER_TRADING_DAY = 1.6


class MarketService:
    """Market's door. Prices come from one source at a time, never mixed; `rates` are exchange."""

    def __init__(self, *, db: Database, clock: Clock, seed: int, feed: str = REPLAY) -> None:
        self._db = db
        self._clock = clock
        self._feed = feed
        self.seed = seed
        self.rates = Rates(db=db, clock=clock)

    async def source(self) -> Source:
        """Return the active source. Raises NoPricesError before the first start."""
        found = await prices.active_source(self._db)
        if found is None:
            raise NoPricesError
        return found

    def label_of(self, source: Source) -> str:
        """Return what the served quotes of a source name as theirs.

        A provider's quotes belong to real histories only: the simulated market is replayed.
        """
        replayed = self._feed == REPLAY or source.kind == "simulated"
        return source.quote_label if replayed else f"{self._feed}:{source.source_id}"

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return what can be held with the active source. Raises NoPricesError."""
        source = await self.source()
        return simulation.listed(source)

    async def instruments_of(self, source_id: str) -> tuple[Instrument, ...]:
        """Return what could be held with a source, active or not; nothing when it is unknown."""
        source = await prices.find_source(self._db, source_id)
        return simulation.listed(source) if source else ()

    async def instrument(self, symbol: str) -> Instrument:
        """Return one instrument. Raises InstrumentNotFoundError, NoPricesError."""
        for found in await self.instruments():
            if found.symbol == symbol:
                return found
        raise InstrumentNotFoundError(symbol=symbol)

    async def last_quotes(self, symbols: tuple[str, ...] = ()) -> dict[str, Quote]:
        """Return the last quote of each symbol (all when none are named), stale ones marked.

        A symbol without a price is absent, never zero. Raises NoPricesError.
        """
        oldest = self._clock.now() - STALE_AFTER
        found = await quotes.read(self._db, self.label_of(await self.source()))
        return {
            name: replace(quote, stale=min(quote.received_at, quote.exchange_at) < oldest)
            for name, quote in found.items()
            if not symbols or name in symbols
        }

    async def history(self, symbols: tuple[str, ...], *, end: date, days: int) -> History:
        """Return the last `days` closes up to and including `end` of the active source.

        Fewer rows when the history is shorter; at most forty years. Raises
        InstrumentNotFoundError, NoPricesError.
        """
        source = await self.source()
        unknown = [symbol for symbol in symbols if symbol not in source.symbols]
        if unknown:
            raise InstrumentNotFoundError(f"not in {source.source_id}: {', '.join(unknown)}")
        end = min(end, source.last_day)
        days = min(days, MAX_HISTORY_DAYS)
        begin = max(source.first_day, _before(end, int(days * CALENDAR_DAYS_PER_TRADING_DAY) + 14))
        dates, closes = await prices.read_history(
            self._db, source.source_id, symbols, first_year=begin.year, last_year=end.year
        )
        upto = int(np.searchsorted(dates, np.datetime64(end), side="right"))
        dates, closes = dates[max(0, upto - days) : upto], closes[max(0, upto - days) : upto]
        return History(
            symbols=symbols,
            dates=dates,
            prices=closes,
            source=source.source_id,
            currency=source.currency,
            data_hash=checks.data_hash(symbols, dates, closes),
        )

    async def closes(
        self, symbol: str, *, first: date | None = None, last: date | None = None
    ) -> History:
        """Return one symbol's closes of at most ten years; by default of the newest one.

        Raises DateRangeError, InstrumentNotFoundError, NoPricesError.
        """
        last = last or (await self.source()).last_day
        first = first or _before(last, DEFAULT_RANGE_DAYS)
        if last < first or (last - first).days > MAX_RANGE_DAYS:
            raise DateRangeError(f"from {first} to {last}: at most {MAX_RANGE_DAYS} days, forwards")
        await self.instrument(symbol)
        found = await self.history((symbol,), end=last, days=(last - first).days + 1)
        since = int(np.searchsorted(found.dates, np.datetime64(first)))
        dates, closes = found.dates[since:], found.prices[since:]
        return replace(
            found,
            dates=dates,
            prices=closes,
            data_hash=checks.data_hash((symbol,), dates, closes),
        )

    async def recent_fall(self, *, days: int) -> float | None:
        """Return how far shares closed below their highest day of the last calendar days.

        All share instruments of the active source count alike; 0.1 is ten percent. None without
        prices or share instruments: nothing is known of a fall.
        """
        try:
            source = await self.source()
        except NoPricesError:
            return None
        listed = simulation.listed(source)
        symbols = tuple(one.symbol for one in listed if one.asset_class == "equity")
        if not symbols:
            return None
        trading_days = days * 5 // 7 + 1
        found = await self.history(symbols, end=source.last_day, days=trading_days)
        if not len(found.dates):
            return None
        level = (found.prices / found.prices[0]).mean(axis=1)
        return float(1.0 - level[-1] / level.max())

    async def record_quotes(self, batch: tuple[Quote, ...]) -> None:
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

    async def ensure_simulated(self) -> Source:
        """Bring the simulated history up to yesterday, and use it when nothing else is used.

        Running it again on the same day writes nothing. Another seed is another market: its
        history replaces the earlier one whole, so that the two never meet.
        """
        today = self._clock.now().date()
        days, closes = simulation.closes(today - timedelta(days=1), self.seed)
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
        )
        from_year = present.last_day.year if present is not None and same else 0
        await prices.write_history(
            self._db, source.source_id, simulation.SYMBOLS, days, closes, from_year=from_year
        )
        active = await prices.active_source(self._db)
        is_ours = active is None or active.source_id == source.source_id
        await self._announce(source, activate=is_ours)
        return source

    async def import_prices(self, file: PriceFile, *, currency: str, label: str) -> Source:
        """Keep a checked file as a new source and make it the active one.

        The same file again changes nothing (with another label or currency: only that).
        Raises PriceFileError when the file has fatal problems: then nothing was kept.
        """
        if not file.usable:
            raise PriceFileError(problems=len([p for p in file.problems if p.fatal]))
        if not CURRENCY.fullmatch(currency):
            raise PriceFileError(f"{currency!r} is not a currency code such as USD")
        source = Source(
            source_id=f"import-{file.sha256[:12]}",
            kind="import",
            label=label,
            currency=currency,
            symbols=file.symbols,
            first_day=prices.as_date(file.dates[0]),
            last_day=prices.as_date(file.dates[-1]),
            data_hash=checks.data_hash(file.symbols, file.dates, file.prices),
        )
        known = await prices.find_source(self._db, source.source_id)
        if known is None:
            await prices.write_history(
                self._db, source.source_id, file.symbols, file.dates, file.prices, from_year=0
            )
        active = await prices.active_source(self._db)
        if active != source:
            await self._announce(source, activate=True)
        return source

    async def sources(self) -> list[Source]:
        """Return every source that is kept, at most a hundred."""
        return await prices.all_sources(self._db)

    async def use(self, source_id: str) -> Source:
        """Make a known source the active one. Raises SourceNotFoundError."""
        source = await prices.find_source(self._db, source_id)
        if source is None:
            raise SourceNotFoundError(f"no price source {source_id}")
        await self._announce(source, activate=True)
        return source

    async def _announce(self, source: Source, *, activate: bool) -> None:
        """Make complete data visible, in one step, and tell the rooms above when it counts."""

        async def work(tx: Transaction) -> None:
            await prices.put_source(tx, source)
            if activate:
                await prices.activate(tx, source.source_id)
                tx.publish(DayClosed(source.source_id, source.last_day.isoformat()))

        await self._db.transaction(work)


def simulated(*, first: date | None, last: date, seed: int) -> History:
    """Return the simulated market's closes of a range; needs no database."""
    days, closes = simulation.closes(last, seed)
    since = int(np.searchsorted(days, np.datetime64(first))) if first else 0
    days, closes = days[since:], closes[since:]
    return History(
        symbols=simulation.SYMBOLS,
        dates=days,
        prices=closes,
        source=simulation.SOURCE,
        currency=simulation.CURRENCY,
        data_hash=checks.data_hash(simulation.SYMBOLS, days, closes),
    )


def _before(day: date, days: int) -> date:
    """Return the day that lies `days` before, or the first one there is."""
    return date.fromordinal(max(1, day.toordinal() - days))
