"""The returns of a period and of a benchmark with the same cash flows; pure numbers."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from app.core.money import Money, exponent
from app.domains.portfolio.report_types import Benchmark, Measure, Method, NotAvailable
from app.domains.portfolio.rules import returns, valuation
from app.domains.portfolio.types import FloatArray
from app.domains.portfolio.usecases.periods import Whole

Mix = tuple[tuple[str, Decimal], ...]


def measures_of(
    whole: Whole, start: Money | None, end: Money | None
) -> tuple[tuple[Measure, ...], Measure]:
    """Return the three net measures and the gross one."""
    days, length = whole.days, whole.length
    if start is None or end is None:
        unpriced = any(period.days.missing for period in whole.periods)
        reason = NotAvailable.NO_PRICE if unpriced else NotAvailable.NO_RATE
    elif not whole.begun:
        reason = NotAvailable.NO_MOVEMENTS
    else:
        into, out = days.inflows[1:], days.outflows[1:]
        weighted = Method.TIME_WEIGHTED
        net = returns.time_weighted(days.values, into, out)
        before_fees = returns.time_weighted(days.values, into, out + days.fees[1:])
        begin, finish = float(start.to_decimal()), float(end.to_decimal())
        return (
            returns.measure(weighted, net, length),
            returns.money_weighted_measure(_investor_flows(whole, begin, finish)),
            returns.simple(begin, finish, float(into.sum()), float(out.sum()), length),
        ), returns.measure(weighted, before_fees, length)
    missing = tuple(Measure.missing(method, reason) for method in Method)
    return missing, Measure.missing(Method.TIME_WEIGHTED, reason)


def benchmark_of(whole: Whole, start: Money | None, mix: Mix) -> Benchmark | None:
    """Return what the same flows became in the mix; None without a start value or movements."""
    if start is None or not whole.begun:
        return None
    name = " / ".join(f"{symbol} {weight:.0%}" for symbol, weight in mix)
    levels, days = levels_of(whole, mix), whole.days
    if levels is None:
        unrated = np.isnan(_rates(whole)).any()
        reason = NotAvailable.NO_RATE if unrated else NotAvailable.NO_PRICE
        missing = tuple(Measure.missing(method, reason) for method in Method)
        return Benchmark(name, mix, None, missing)
    begin = float(start.to_decimal())
    end = valuation.follow(levels, begin, days.inflows - days.outflows)
    over_time = returns.measure(Method.TIME_WEIGHTED, float(levels[-1] - 1.0), whole.length)
    if end is None:
        gone = [Measure.missing(m, NotAvailable.EXHAUSTED) for m in Method]
        return Benchmark(name, mix, None, (over_time, *gone[1:]))
    paid_in, paid_out = float(days.inflows.sum()), float(days.outflows.sum())
    return Benchmark(
        name,
        mix,
        Money(round(end * 10 ** exponent(whole.base)), whole.base),
        (
            over_time,
            returns.money_weighted_measure(_investor_flows(whole, begin, end)),
            returns.simple(begin, end, paid_in, paid_out, whole.length),
        ),
    )


def levels_of(whole: Whole, mix: Mix) -> FloatArray | None:
    """Return a mix's level in the report's currency each evening; None when something is missing.

    The mix is brought back to its weights daily in the market's currency, then converted.
    """
    prices = whole.prices
    columns = [prices.symbols.index(symbol) for symbol, _ in mix]
    rates = _rates(whole)
    daily = prices.index[:, columns]
    if np.isnan(daily).any() or np.isnan(rates).any():
        return None
    weights = np.array([float(weight) for _, weight in mix])
    found: FloatArray = valuation.mix_levels(daily, weights) * rates / rates[0]
    return found


def _rates(whole: Whole) -> FloatArray:
    """Return the market's currency in the report's each evening (n + 1,), NaN for unknown."""
    return whole.book.daily(whole.prices.source.currency, whole.base, whole.days.days)


def _investor_flows(whole: Whole, start: float, end: float) -> dict[date, float]:
    """Return the flows as the investor sees them: paid in is minus, the end value is plus."""
    flows = {whole.first - timedelta(days=1): -start}
    net = whole.days.outflows - whole.days.inflows
    for row in np.flatnonzero(net):
        flows[whole.days.days[row].item()] = float(net[row])
    flows[whole.last] = flows.get(whole.last, 0.0) + end
    return flows
