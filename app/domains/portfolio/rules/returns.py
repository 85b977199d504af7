"""Returns of a series of daily values and cash flows. Pure numbers; see ADR 0029.

A day's inflow counts from the start of the day, its outflow until the end: with everything at
the start, a full withdrawal after a gain would divide by less than nothing.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import pyxirr

from app.domains.portfolio.report_types import Measure, Method, NotAvailable
from app.domains.portfolio.types import FloatArray

RULES_VERSION: Final = "returns-1"
YEAR_DAYS: Final = 365
#: Logarithms of the yearly factors among which roots are looked for, five per cent apart. Wide,
#: because a fall by half in three days is 10^-37 in a year.
_LOG_FACTORS: Final = np.arange(-100.0, 100.025, 0.05)
_STEPS: Final = 60
#: A growth above e^300 is no number to show.
_HIGHEST: Final = 300.0


def time_weighted(values: FloatArray, inflows: FloatArray, outflows: FloatArray) -> float | None:
    """Return the chain-linked return of daily values (n + 1,) with flows (n,) of the days after.

    `values[0]` is the value before the first day; amounts are not negative. A day that begins
    with nothing is no period of investment and is left out; None when all are.
    """
    base = values[:-1] + inflows
    invested = base > 0
    if not invested.any():
        return None
    growth = (values[1:][invested] + outflows[invested]) / base[invested]
    return float(np.prod(growth) - 1.0)


def money_weighted(flows: Mapping[date, float]) -> tuple[float | None, NotAvailable | None]:
    """Return the internal rate of the investor's own flows over their span, or why not.

    Paying in is minus, getting back (the end value included) is plus. One change of sign has
    exactly one root (Descartes); with more the whole range is searched, and several are
    refused rather than one of them shown.
    """
    days = sorted(day for day, amount in flows.items() if amount)
    amounts = [flows[day] for day in days]
    changes = sum(a * b < 0 for a, b in pairwise(amounts))
    if changes == 0:
        return None, NotAvailable.NO_SIGN_CHANGE
    # Ten per cent in a day is 10^15 in a year: short spans are stretched to a year at least,
    # which changes the unit of the rate and nothing else.
    stretch = -(-YEAR_DAYS // (days[-1] - days[0]).days)
    spread = [days[0] + (day - days[0]) * stretch for day in days]
    roots = brackets(spread, amounts)
    if len(roots) != 1:
        return None, NotAvailable.SEVERAL_ROOTS if roots else NotAvailable.NO_ROOT
    low, high = roots[0]
    rate = pyxirr.xirr(spread, amounts, guess=math.expm1((low + high) / 2), silent=True)
    # pyxirr gives up on heavy losses and stops at about 1e-8: from its answer, or from the
    # middle of what the search found, Newton's steps go to the last digit.
    begin = math.log1p(rate) if rate is not None and rate > -1 else low
    begin = begin if low < begin < high else (low + high) / 2
    years = (spread[-1] - spread[0]).days / YEAR_DAYS
    log_growth = _polished((low * years, begin * years, high * years), days, amounts)
    return (math.expm1(log_growth), None) if log_growth < _HIGHEST else (None, NotAvailable.NO_ROOT)


def brackets(days: Sequence[date], amounts: Sequence[float]) -> list[tuple[float, float]]:
    """Return the logarithms of yearly factors between which the present value changes sign."""
    years = np.array([(day - days[0]).days / YEAR_DAYS for day in days])
    # Scaled by half the span, so that neither end overflows.
    powers = np.exp(np.outer(_LOG_FACTORS, years[-1] / 2 - years))
    signs = np.sign(powers @ np.array(amounts))
    kept = np.flatnonzero(signs)
    turns = np.flatnonzero(signs[kept][1:] != signs[kept][:-1])
    return [(float(_LOG_FACTORS[kept[i]]), float(_LOG_FACTORS[kept[i + 1]])) for i in turns]


def _polished(
    around: tuple[float, float, float], days: Sequence[date], amounts: Sequence[float]
) -> float:
    """Return the logarithm of the growth over the span: Newton, kept between low and high."""
    low, log_growth, high = around
    span = (days[-1] - days[0]).days
    parts = np.array([0.5 - (day - days[0]).days / span for day in days])
    paid = np.array(amounts)
    at_low = float(paid @ np.exp(low * parts))
    for _ in range(_STEPS):
        present = paid * np.exp(log_growth * parts)
        value, slope = float(present.sum()), float((parts * present).sum())
        if value * at_low > 0:
            low = log_growth
        else:
            high = log_growth
        following = log_growth - value / slope if slope else high
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - log_growth) < 1e-15 * (1 + abs(following)):
            break
        log_growth = following
    return log_growth


def measure(method: Method, value: float | None, days: int) -> Measure:
    """Return a whole-period return with its yearly form, which needs a year at least."""
    if value is None:
        return Measure.missing(method, NotAvailable.NOTHING_INVESTED)
    if days < YEAR_DAYS:
        return Measure(method, value, None, NotAvailable.TOO_SHORT)
    yearly = -1.0 if value <= -1 else float((1.0 + value) ** (YEAR_DAYS / days) - 1.0)
    return Measure(method, value, yearly, None)


def money_weighted_measure(flows: Mapping[date, float]) -> Measure:
    """Return the internal rate as a return of the flows' span; its yearly form from a year on."""
    value, reason = money_weighted(flows)
    if value is None:
        return Measure(Method.MONEY_WEIGHTED, None, None, reason)
    days = [day for day, amount in flows.items() if amount]
    return measure(Method.MONEY_WEIGHTED, value, (max(days) - min(days)).days)


def simple(start: float, end: float, paid_in: float, paid_out: float, days: int) -> Measure:
    """Return gain over everything that was put in."""
    put_in = start + paid_in
    value = (end + paid_out - put_in) / put_in if put_in > 0 else None
    return measure(Method.SIMPLE, value, days)
