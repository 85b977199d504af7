"""How well it went: returns with their method, period, currency and the cash flows behind them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from app.core.clock import Clock
from app.core.money import Money, exponent
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import AccountKind, Activity
from app.domains.market.errors import DateRangeError
from app.domains.market.service import MarketService
from app.domains.market.types import Adjust, Quote, Source, exact_price
from app.domains.portfolio.report_types import (
    Benchmark,
    CashFlow,
    Measure,
    Method,
    NotAvailable,
    Performance,
)
from app.domains.portfolio.rules import returns, series, valuation
from app.domains.portfolio.rules.valuation import Days
from app.domains.portfolio.types import FloatArray

MAX_DAYS: Final = 3_660
_BEFORE: Final = 14
#: What people are compared with when they name nothing: a plain mix of shares and bonds.
SIXTY_FORTY: Final = (("VTI", Decimal("0.6")), ("AGG", Decimal("0.4")))


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """A person's movements and the daily prices of a period: what every report starts from.

    `prices` are those of each day, `index` the same adjusted for splits and dividends since.
    `first_prices` and `last_prices` are the exact prices of the evening before and of the end.
    """

    first: date
    last: date
    as_of: datetime
    source: Source
    activities: tuple[Activity, ...]
    symbols: tuple[str, ...]
    prices: FloatArray
    index: FloatArray
    first_prices: dict[str, Decimal]
    last_prices: dict[str, Decimal]
    days: Days

    @property
    def inside(self) -> tuple[Activity, ...]:
        """Return the movements of the period."""
        return tuple(a for a in self.activities if self.first <= a.at.date() <= self.last)

    @property
    def length(self) -> int:
        """Return the days of the period, both ends included."""
        return (self.last - self.first).days + 1

    def worth(self, *, at_end: bool) -> Money | None:
        """Return the exact value at the end, or in the evening before the period."""
        day, prices = (
            (self.last, self.last_prices)
            if at_end
            else (self.first - timedelta(days=1), self.first_prices)
        )
        return valuation.worth_on(self.activities, day, prices, self.source.currency)


class Performing:
    """Reads through the doors of ledger and market; keeps nothing."""

    def __init__(self, *, clock: Clock, ledger: LedgerService, market: MarketService) -> None:
        self._clock = clock
        self._ledger = ledger
        self._market = market

    async def period(
        self, user_id: str, *, first: date | None, last: date | None, also: tuple[str, ...] = ()
    ) -> Period:
        """Return a period of at most ten years, from the first movement to now by default.

        Raises DateRangeError, NoPricesError, PeriodTooLongError.
        """
        source = await self._market.source()
        today = self._clock.now().date()
        activities = await self._ledger.activities.of(user_id, source.currency)
        last = min(last or today, today)
        begun = activities[0].at.date() if activities else last
        first = first or min(max(begun, last - timedelta(days=MAX_DAYS - 1)), last)
        if first > last or (last - first).days >= MAX_DAYS:
            raise DateRangeError(f"from {first} to {last}: at most {MAX_DAYS} days, forwards")
        # Days before the first movement would count for the benchmark and not for the person.
        first = min(max(first, begun), last)
        held = {symbol for activity in activities for symbol in activity.shares}
        symbols = tuple(sorted(held | set(also)))
        listed = tuple(symbol for symbol in symbols if source.knows(symbol))
        history = await self._market.history(
            listed, end=last, days=(last - first).days + 1 + _BEFORE, adjust=Adjust.RAW
        )
        comparable = history
        if await self._market.actions.of(source.source_id, through=last):
            comparable = await self._market.history(
                listed, end=last, days=(last - first).days + 1 + _BEFORE
            )
        days = valuation.calendar(first, last)
        filled = valuation.fill_forward(days, history.dates, history.prices)
        prices = np.full((len(days), len(symbols)), np.nan)
        prices[:, [symbols.index(symbol) for symbol in listed]] = filled
        index = np.full_like(prices, np.nan)
        index[:, [symbols.index(symbol) for symbol in listed]] = valuation.fill_forward(
            days, comparable.dates, comparable.prices
        )
        quotes: dict[str, Quote] = {}
        if last == today and symbols:
            quotes = await self._market.last_quotes(symbols)
            for symbol, quote in quotes.items():
                prices[-1, symbols.index(symbol)] = float(quote.price)
                index[-1, symbols.index(symbol)] = float(quote.price)
        at_end = {s: exact_price(p) for s, p in _known(symbols, prices[-1]).items()}
        at_end |= {symbol: quote.price for symbol, quote in quotes.items()}
        return Period(
            first=first,
            last=last,
            as_of=_as_of(self._clock.now(), last, tuple(quotes.values())),
            source=source,
            activities=activities,
            symbols=symbols,
            prices=prices,
            index=index,
            first_prices={s: exact_price(p) for s, p in _known(symbols, prices[0]).items()},
            last_prices=at_end,
            days=valuation.value_days(activities, days, symbols, prices),
        )

    async def of(
        self,
        user_id: str,
        *,
        first: date | None = None,
        last: date | None = None,
        benchmark: str | None = None,
    ) -> Performance:
        """Return the returns of a period beside a benchmark with the same cash flows.

        Raises InstrumentNotFoundError for an unknown benchmark, and what `period` raises.
        """
        mix: tuple[tuple[str, Decimal], ...] = SIXTY_FORTY
        if benchmark is not None:
            mix = (((await self._market.instrument(benchmark)).symbol, Decimal(1)),)
        also = tuple(symbol for symbol, _ in mix)
        period = await self.period(user_id, first=first, last=last, also=also)
        start, end = period.worth(at_end=False), period.worth(at_end=True)
        currency = period.source.currency
        flows = tuple(
            CashFlow(a.at, a.cash, a.kind.value, a.movement_id)
            for a in period.inside
            if a.external and a.cash.amount_minor
        )
        fees = sum((a.fee for a in period.inside), Money.zero(currency))
        known = start is not None and end is not None and not period.days.missing
        gain = None
        if known and start is not None and end is not None:
            gain = end - start - sum((flow.amount for flow in flows), Money.zero(currency))
        measures, gross = _measures(period, start, end if known else None)
        growth = series.growth_of(period.days)
        levels = None if start is None else _levels(period, mix)
        return Performance(
            first=period.first,
            last=period.last,
            as_of=period.as_of,
            currency=currency,
            source=period.source.source_id,
            simulated=period.source.kind == "simulated",
            start_value=start,
            end_value=end,
            flows=flows,
            fees=fees,
            gain=gain,
            measures=measures,
            gross=gross,
            benchmark=_benchmark(period, start, mix),
            points=series.points(
                period.days, growth, levels, end=end if known else None, unit=currency
            ),
            drawdown=series.drawdown(period.days, growth),
            missing_prices=period.days.missing,
            other_currencies=await self._others(user_id, currency),
        )

    async def _others(self, user_id: str, currency: str) -> tuple[str, ...]:
        accounts = await self._ledger.books.accounts(user_id)
        units = {a.unit for a in accounts if a.kind is AccountKind.CASH and a.balance}
        return tuple(sorted(units - {currency}))


def _measures(
    period: Period, start: Money | None, end: Money | None
) -> tuple[tuple[Measure, ...], Measure]:
    """Return the three net measures and the gross one."""
    days, length = period.days, period.length
    if start is None or end is None:
        reason = NotAvailable.NO_PRICE
    elif not period.activities:
        reason = NotAvailable.NO_MOVEMENTS
    else:
        into, out = days.inflows[1:], days.outflows[1:]
        weighted = Method.TIME_WEIGHTED
        net = returns.time_weighted(days.values, into, out)
        before_fees = returns.time_weighted(days.values, into, out + days.fees[1:])
        begin, finish = float(start.to_decimal()), float(end.to_decimal())
        return (
            returns.measure(weighted, net, length),
            returns.money_weighted_measure(_investor_flows(period, begin, finish)),
            returns.simple(begin, finish, float(into.sum()), float(out.sum()), length),
        ), returns.measure(weighted, before_fees, length)
    missing = tuple(Measure.missing(method, reason) for method in Method)
    return missing, Measure.missing(Method.TIME_WEIGHTED, reason)


def _investor_flows(period: Period, start: float, end: float) -> dict[date, float]:
    """Return the flows as the investor sees them: paid in is minus, the end value is plus."""
    flows = {period.first - timedelta(days=1): -start}
    net = period.days.outflows - period.days.inflows
    for row in np.flatnonzero(net):
        flows[period.days.days[row].item()] = float(net[row])
    flows[period.last] = flows.get(period.last, 0.0) + end
    return flows


def _benchmark(
    period: Period, start: Money | None, mix: tuple[tuple[str, Decimal], ...]
) -> Benchmark | None:
    """Return what the same flows became in the mix; None without a start value or movements."""
    if start is None or not period.activities:
        return None
    name = " / ".join(f"{symbol} {weight:.0%}" for symbol, weight in mix)
    levels, days = _levels(period, mix), period.days
    if levels is None:
        missing = tuple(Measure.missing(method, NotAvailable.NO_PRICE) for method in Method)
        return Benchmark(name, mix, None, missing)
    begin = float(start.to_decimal())
    end = valuation.follow(levels, begin, days.inflows - days.outflows)
    over_time = returns.measure(Method.TIME_WEIGHTED, float(levels[-1] - 1.0), period.length)
    if end is None:
        gone = [Measure.missing(m, NotAvailable.EXHAUSTED) for m in Method]
        return Benchmark(name, mix, None, (over_time, *gone[1:]))
    paid_in, paid_out = float(days.inflows.sum()), float(days.outflows.sum())
    return Benchmark(
        name,
        mix,
        Money(round(end * 10 ** exponent(period.source.currency)), period.source.currency),
        (
            over_time,
            returns.money_weighted_measure(_investor_flows(period, begin, end)),
            returns.simple(begin, end, paid_in, paid_out, period.length),
        ),
    )


def _levels(period: Period, mix: tuple[tuple[str, Decimal], ...]) -> FloatArray | None:
    """Return the level of a mix each evening; None when one of its prices is missing."""
    prices = period.index[:, [period.symbols.index(symbol) for symbol, _ in mix]]
    if np.isnan(prices).any():
        return None
    return valuation.mix_levels(prices, np.array([float(weight) for _, weight in mix]))


def _known(symbols: tuple[str, ...], row: FloatArray) -> dict[str, float]:
    return {s: float(p) for s, p in zip(symbols, row, strict=True) if not np.isnan(p)}


def _as_of(now: datetime, last: date, quotes: tuple[Quote, ...]) -> datetime:
    """Return when the oldest price of the end was made; the day's end for a past day."""
    if last < now.date():
        return datetime.combine(last, time.max, tzinfo=UTC).replace(microsecond=0)
    return min((quote.exchange_at for quote in quotes), default=now)
