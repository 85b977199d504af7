"""The door of market: which instruments there are, what they cost now and what they cost before."""

from dataclasses import replace
from datetime import date

import numpy as np

from app.core.clock import Clock
from app.core.db import Database
from app.domains.market.errors import InstrumentNotFoundError
from app.domains.market.feed_types import Suspect
from app.domains.market.repository import actions, prices, quarantine, quotes, rates
from app.domains.market.rules import checks, session_table, simulation
from app.domains.market.types import (
    Adjust,
    History,
    ImportChoice,
    Instrument,
    MarketHours,
    PriceFile,
    Quote,
    Source,
)
from app.domains.market.usecases.actions import Actions
from app.domains.market.usecases.archiving import Archiving
from app.domains.market.usecases.archiving import archived_history as archived_history
from app.domains.market.usecases.fx import Rates
from app.domains.market.usecases.histories import Histories
from app.domains.market.usecases.importing import Importing, Refreshed
from app.domains.market.usecases.quotes import Quotes
from app.domains.market.usecases.sources import REPLAY as REPLAY
from app.domains.market.usecases.sources import Sources

COLLECTIONS = (*prices.SPECS, *quotes.SPECS, *quarantine.SPECS, *actions.SPECS, *rates.SPECS)
CALENDARS = session_table.codes()


class MarketService:
    """Market's door. Prices come from exactly one source at a time; sources are never mixed.

    `actions` are splits, dividends and new names; `archives` moves sources to files and back;
    `rates` are exchange rates.
    """

    def __init__(self, *, db: Database, clock: Clock, seed: int, feed: str = REPLAY) -> None:
        self.seed = seed
        self._sources = Sources(db=db, clock=clock, seed=seed, feed=feed)
        self._histories = Histories(db=db, sources=self._sources)
        self.archives = Archiving(db=db, sources=self._sources, histories=self._histories)
        self._quotes = Quotes(db=db, clock=clock, sources=self._sources)
        self.actions = Actions(db=db, clock=clock, sources=self._sources)
        self._importing = Importing(db=db, clock=clock, sources=self._sources)
        self.rates = Rates(db=db, clock=clock)

    async def source(self) -> Source:
        """Return the active source. Raises NoPricesError before the first start."""
        return await self._sources.active()

    async def sources(self) -> list[Source]:
        """Return every source that is kept, at most a hundred."""
        return await self._sources.all()

    def label_of(self, source: Source) -> str:
        """Return what the served quotes of a source name as theirs."""
        return self._sources.label_of(source)

    async def hours(self) -> MarketHours:
        """Return whether the market is open, and when that changes. Raises NoPricesError."""
        return await self._sources.hours()

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return what can be held with the active source. Raises NoPricesError."""
        return simulation.listed(await self.source())

    async def instruments_of(self, source_id: str) -> tuple[Instrument, ...]:
        """Return what could be held with a source, active or not; nothing when it is unknown."""
        source = await self._sources.find(source_id)
        return listed(source) if source else ()

    async def instrument(self, symbol: str) -> Instrument:
        """Return one instrument. Raises InstrumentNotFoundError, NoPricesError."""
        for found in await self.instruments():
            if found.symbol == symbol:
                return found
        raise InstrumentNotFoundError(symbol=symbol)

    async def last_quotes(self, symbols: tuple[str, ...] = ()) -> dict[str, Quote]:
        """Return the last quote of each symbol, stale ones marked. Raises NoPricesError."""
        return await self._quotes.last(symbols)

    async def history(
        self,
        symbols: tuple[str, ...],
        *,
        end: date,
        days: int,
        adjust: Adjust = Adjust.TOTAL,
        source_id: str | None = None,
    ) -> History:
        """Return the last `days` closes up to and including `end` of the active source, or of one.

        Raises InstrumentNotFoundError, NoPricesError, SourceNotFoundError.
        """
        return await self._histories.history(
            symbols, end=end, days=days, adjust=adjust, source_id=source_id
        )

    async def closes(
        self, symbol: str, *, first: date | None = None, last: date | None = None
    ) -> History:
        """Return one symbol's closes in a range of at most ten years."""
        return await self._histories.closes(symbol, first=first, last=last)

    async def recent_fall(self, *, days: int) -> float | None:
        """Return how far shares closed below their highest day of the last calendar days."""
        return await self._histories.recent_fall(days=days)

    async def record_quotes(self, batch: tuple[Quote, ...]) -> None:
        """Keep the newest quotes, each batch under the one source that its quotes name."""
        await self._quotes.record(batch)

    async def record_newer(self, batch: tuple[Quote, ...]) -> tuple[Quote, ...]:
        """Keep those quotes that say something newer than what is kept; return them."""
        return await self._quotes.record_newer(batch)

    async def keep_suspects(self, suspects: tuple[Suspect, ...]) -> None:
        """Keep ticks that are never served, with their reasons, for thirty days."""
        await self._quotes.keep_suspects(suspects)

    async def suspects(self, *, hours: int = 24, limit: int = 100) -> list[Suspect]:
        """Return the newest ticks that were kept apart in the last hours."""
        return await self._quotes.suspects(hours=hours, limit=limit)

    async def ensure_simulated(self) -> Source:
        """Bring the simulated history up to yesterday, and use it when nothing else is used."""
        return await self._sources.ensure_simulated()

    async def import_prices(
        self,
        file: PriceFile,
        *,
        currency: str,
        label: str,
        choice: ImportChoice | None = None,
    ) -> Source:
        """Keep a checked file as a new source and make it the active one. Raises PriceFileError."""
        return await self._importing.new(
            file, currency=currency, label=label, choice=choice or ImportChoice()
        )

    async def refresh(self, file: PriceFile, source_id: str) -> Refreshed:
        """Continue a source with a newer file. Raises PriceFileError, SourceNotFoundError."""
        return await self._importing.refresh(file, source_id)

    async def use(self, source_id: str) -> Source:
        """Make a known source the active one. Raises SourceNotFoundError."""
        return await self._sources.use(source_id)


def listed(source: Source) -> tuple[Instrument, ...]:
    """Return the instruments of a source; what was held under a former name is known by it."""
    return simulation.listed(replace(source, symbols=(*source.symbols, *source.former)))


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
