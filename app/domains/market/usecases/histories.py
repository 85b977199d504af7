"""Daily closes of the active source: of many symbols, of one, and how far shares fell."""

from dataclasses import replace
from datetime import date

import numpy as np

from app.core.db import Database
from app.domains.market.action_types import Action
from app.domains.market.errors import DateRangeError, InstrumentNotFoundError, NoPricesError
from app.domains.market.repository import actions, prices
from app.domains.market.rules import checks, cutting, simulation
from app.domains.market.types import Adjust, History, Source
from app.domains.market.usecases.sources import Sources

DEFAULT_RANGE_DAYS = 365
MAX_RANGE_DAYS = 366 * 10
MAX_HISTORY_DAYS = 262 * 40


class Histories:
    """Reads histories; keeps nothing."""

    def __init__(self, *, db: Database, sources: Sources) -> None:
        self._db = db
        self._sources = sources

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

        Corporate actions up to `end` are adjusted for, so later ones change nothing.
        Fewer rows when the history is shorter; at most forty years. Raises
        InstrumentNotFoundError, NoPricesError.
        """
        source = await self._sources.get(source_id)
        unknown = [symbol for symbol in symbols if not source.knows(symbol)]
        if unknown:
            raise InstrumentNotFoundError(f"not in {source.source_id}: {', '.join(unknown)}")
        end = min(end, source.last_day)
        days = min(days, MAX_HISTORY_DAYS)
        begin = cutting.begin_of(source, end=end, days=days)
        dates, closes = await prices.read_history(
            self._db,
            source.source_id,
            tuple(source.former.get(symbol, symbol) for symbol in symbols),
            first_year=begin.year,
            last_year=end.year,
        )
        known = []
        if adjust is not Adjust.RAW and source.kind != "simulated":
            known = await actions.of_source(self._db, source.source_id, through=end)
        whole = cutting.history_of(source, symbols, dates, closes)
        return cutting.cut(source, whole, known, end=end, days=days, adjust=adjust)

    async def whole(self, source_id: str | None) -> tuple[Source, History, list[Action]]:
        """Return a source with all its closes as they were, and its actions: what is archived."""
        source = await self._sources.get(source_id)
        dates, closes = await prices.read_history(
            self._db,
            source.source_id,
            source.symbols,
            first_year=source.first_day.year,
            last_year=source.last_day.year,
        )
        known = await actions.of_source(self._db, source.source_id, through=date.max)
        return source, cutting.history_of(source, source.symbols, dates, closes), known

    async def closes(
        self, symbol: str, *, first: date | None = None, last: date | None = None
    ) -> History:
        """Return one symbol's closes in a range of at most ten years.

        Without `last` up to the newest close; without `first` a year before it. Raises
        DateRangeError, InstrumentNotFoundError, NoPricesError.
        """
        last = last or (await self._sources.active()).last_day
        first = first or cutting.before(last, DEFAULT_RANGE_DAYS)
        if last < first or (last - first).days > MAX_RANGE_DAYS:
            raise DateRangeError(f"from {first} to {last}: at most {MAX_RANGE_DAYS} days, forwards")
        if not (await self._sources.active()).knows(symbol):
            raise InstrumentNotFoundError(symbol=symbol)
        found = await self.history(
            (symbol,), end=last, days=(last - first).days + 1, adjust=Adjust.SPLITS
        )
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
            source = await self._sources.active()
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
