"""A person's movements and the prices of a period: what every report starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
import structlog

from app.core.clock import Clock
from app.core.money import Money
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import Activity
from app.domains.market.errors import DateRangeError
from app.domains.market.fx_types import RateBook
from app.domains.market.service import MarketService
from app.domains.market.types import Adjust, Quote, Source, exact_price
from app.domains.portfolio.rules import currencies, valuation
from app.domains.portfolio.rules.currencies import Share
from app.domains.portfolio.rules.valuation import Days
from app.domains.portfolio.types import FloatArray

log = structlog.get_logger(__name__)

MAX_DAYS: Final = 3_660
_BEFORE: Final = 14


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """The market's daily prices (n + 1, k) of a period in its own currency.

    `index` are the same adjusted for splits and dividends since: what a benchmark follows.
    `at_start` and `at_end` are the exact prices of the evening before and of the end.
    """

    source: Source
    symbols: tuple[str, ...]
    daily: FloatArray
    index: FloatArray
    at_start: Mapping[str, Decimal]
    at_end: Mapping[str, Decimal]
    as_of: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """What was booked for a person in one currency, and its days valued in that currency."""

    currency: str
    first: date
    last: date
    activities: tuple[Activity, ...]
    prices_at_start: Mapping[str, Decimal]
    prices_at_end: Mapping[str, Decimal]
    days: Days

    @property
    def inside(self) -> tuple[Activity, ...]:
        """Return the movements of the period."""
        return tuple(a for a in self.activities if self.first <= a.at.date() <= self.last)

    def parts(self, *, at_end: bool) -> tuple[Money, ...] | None:
        """Return cash and holdings at the end, or in the evening before; None without a price."""
        day, prices = (
            (self.last, self.prices_at_end)
            if at_end
            else (self.first - timedelta(days=1), self.prices_at_start)
        )
        return valuation.parts_on(self.activities, day, prices, self.currency)

    def worth(self, *, at_end: bool) -> Money | None:
        """Return the exact value at the end, or in the evening before the period."""
        parts = self.parts(at_end=at_end)
        return None if parts is None else sum(parts, Money.zero(self.currency))


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """All currencies of a person in one: `days` are in `base`, `prices` in the market's own."""

    base: str
    first: date
    last: date
    periods: tuple[Period, ...]
    shares: tuple[Share, ...]
    days: Days
    prices: Prices
    book: RateBook

    @property
    def foreign(self) -> bool:
        """Tell whether anything is converted."""
        return any(period.currency != self.base for period in self.periods if period.activities)

    @property
    def begun(self) -> bool:
        """Tell whether anything was ever booked."""
        return any(period.activities for period in self.periods)

    @property
    def length(self) -> int:
        """Return the days of the period, both ends included."""
        return (self.last - self.first).days + 1

    def worth(self, *, at_end: bool) -> Money | None:
        """Return the exact value, each part converted for itself; None is unknown."""
        total = Money.zero(self.base)
        for period in self.periods:
            worth = self.worth_of(period, at_end=at_end)
            if worth is None:
                return None
            total = total + worth
        return total

    def worth_of(self, period: Period, *, at_end: bool) -> Money | None:
        """Return what one currency's parts are worth in `base`."""
        day = self.last if at_end else self.first - timedelta(days=1)
        parts = period.parts(at_end=at_end)
        if parts is None:
            return None
        return currencies.converted(
            parts, self.book.rate(period.currency, self.base, day), self.base
        )


class Periods:
    """Reads through the doors of ledger and market; keeps nothing."""

    def __init__(self, *, clock: Clock, ledger: LedgerService, market: MarketService) -> None:
        self._clock = clock
        self._ledger = ledger
        self._market = market

    async def of(self, user_id: str, *, first: date | None, last: date | None) -> Period:
        """Return a period in the market's own currency, which orders are booked in.

        Raises DateRangeError, NoPricesError, PeriodTooLongError.
        """
        source = await self._market.source()
        story = await self._ledger.activities.of(user_id, source.currency)
        first, last = self._bounds(story, first, last)
        prices = await self._prices(source, story, first, last)
        return _period(source.currency, story, (first, last), prices, RateBook({}, ""))

    async def whole(
        self,
        user_id: str,
        base: str,
        *,
        first: date | None,
        last: date | None,
        also: tuple[str, ...] = (),
    ) -> Whole:
        """Return a period over all currencies of a person, valued in `base`.

        At most ten years, from the first movement to now by default; `also` are symbols whose
        prices are wanted beside what was held. Raises what `of` raises.
        """
        source = await self._market.source()
        stories = await self._ledger.activities.by_currency(user_id)
        stories.setdefault(source.currency, ())
        told = sorted((a for story in stories.values() for a in story), key=lambda a: a.at)
        first, last = self._bounds(tuple(told), first, last)
        prices = await self._prices(source, tuple(told), first, last, also)
        book = await self._market.rates.book(
            {*stories, base, source.currency}, first=first - timedelta(days=1), last=last
        )
        periods = tuple(
            _period(currency, story, (first, last), prices, book)
            for currency, story in sorted(stories.items())
        )
        shares = currencies.shares_of([(p.currency, p.days) for p in periods], book, base)
        days = currencies.together(shares)
        if missing := currencies.unrated(shares):
            log.warning(
                "rates_missing", base=base, currencies=missing, days=int(days.unknown.sum())
            )
        return Whole(base, first, last, periods, shares, days, prices, book)

    def _bounds(
        self, story: tuple[Activity, ...], first: date | None, last: date | None
    ) -> tuple[date, date]:
        today = self._clock.now().date()
        last = min(last or today, today)
        begun = story[0].at.date() if story else last
        first = first or min(max(begun, last - timedelta(days=MAX_DAYS - 1)), last)
        if first > last or (last - first).days >= MAX_DAYS:
            raise DateRangeError(f"from {first} to {last}: at most {MAX_DAYS} days, forwards")
        # Days before the first movement would count for the benchmark and not for the person.
        return min(max(first, begun), last), last

    async def _prices(
        self,
        source: Source,
        story: tuple[Activity, ...],
        first: date,
        last: date,
        also: tuple[str, ...] = (),
    ) -> Prices:
        held = {symbol for activity in story for symbol in activity.shares}
        symbols = tuple(sorted(held | set(also)))
        listed = tuple(symbol for symbol in symbols if source.knows(symbol))
        length, days = (last - first).days + 1 + _BEFORE, valuation.calendar(first, last)
        raw = await self._market.history(listed, end=last, days=length, adjust=Adjust.RAW)
        total = raw
        if await self._market.actions.of(source.source_id, through=last):
            total = await self._market.history(listed, end=last, days=length)
        columns = [symbols.index(symbol) for symbol in listed]
        daily = np.full((len(days), len(symbols)), np.nan)
        index = daily.copy()
        daily[:, columns] = valuation.fill_forward(days, raw.dates, raw.prices)
        index[:, columns] = valuation.fill_forward(days, total.dates, total.prices)
        quotes: dict[str, Quote] = {}
        if last == self._clock.now().date() and symbols:
            quotes = await self._market.last_quotes(symbols)
            for symbol, quote in quotes.items():
                daily[-1, symbols.index(symbol)] = float(quote.price)
                index[-1, symbols.index(symbol)] = float(quote.price)
        at_end = {s: exact_price(p) for s, p in _known(symbols, daily[-1]).items()}
        return Prices(
            source=source,
            symbols=symbols,
            daily=daily,
            index=index,
            at_start={s: exact_price(p) for s, p in _known(symbols, daily[0]).items()},
            at_end=at_end | {symbol: quote.price for symbol, quote in quotes.items()},
            as_of=_as_of(self._clock.now(), last, tuple(quotes.values())),
        )


def _period(
    currency: str,
    story: tuple[Activity, ...],
    bounds: tuple[date, date],
    prices: Prices,
    book: RateBook,
) -> Period:
    """Return one currency's period; prices of another currency are converted day by day."""
    first, last = bounds
    days = valuation.calendar(first, last)
    rates = book.daily(prices.source.currency, currency, days)

    def exact(found: Mapping[str, Decimal], on: date) -> dict[str, Decimal]:
        rate = book.rate(prices.source.currency, currency, on)
        return {} if rate is None else {s: price * rate.value for s, price in found.items()}

    return Period(
        currency=currency,
        first=first,
        last=last,
        activities=story,
        prices_at_start=exact(prices.at_start, first - timedelta(days=1)),
        prices_at_end=exact(prices.at_end, last),
        days=valuation.value_days(story, days, prices.symbols, prices.daily * rates[:, None]),
    )


def _known(symbols: tuple[str, ...], row: FloatArray) -> dict[str, float]:
    return {s: float(p) for s, p in zip(symbols, row, strict=True) if not np.isnan(p)}


def _as_of(now: datetime, last: date, quotes: tuple[Quote, ...]) -> datetime:
    """Return when the oldest price of the end was made; the day's end for a past day."""
    if last < now.date():
        return datetime.combine(last, time.max, tzinfo=UTC).replace(microsecond=0)
    return min((quote.exchange_at for quote in quotes), default=now)
