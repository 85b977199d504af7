"""The course of a period, evening by evening: growth, benchmark, drawdown. Pure."""

from datetime import date
from typing import Final

import numpy as np

from app.core.money import Money, exponent
from app.domains.portfolio.report_types import Drawdown, Point
from app.domains.portfolio.rules.valuation import Days
from app.domains.portfolio.types import FloatArray

#: More points than this no screen can show.
MAX_POINTS: Final = 500


def growth_of(days: Days) -> FloatArray | None:
    """Return the time-weighted growth (n + 1,) since the evening before, 1 at the start.

    NaN until something is invested, flat while nothing is. None when a price is missing: a chain
    with a hole has no growth.
    """
    if days.missing:
        return None
    base = days.values[:-1] + days.inflows[1:]
    invested = base > 0
    factors = np.ones(len(base))
    factors[invested] = (days.values[1:][invested] + days.outflows[1:][invested]) / base[invested]
    growth = np.concatenate([[1.0], np.cumprod(factors)])
    begun = np.concatenate([[days.values[0] > 0], np.cumsum(invested) > 0])
    return np.where(begun, growth, np.nan)


def drawdown(days: Days, growth: FloatArray | None) -> Drawdown | None:
    """Return the deepest fall of the growth (n + 1,); None when nothing was ever invested."""
    if growth is None or np.isnan(growth).all():
        return None
    levels = np.where(np.isnan(growth), 1.0, growth)
    heights = np.maximum.accumulate(levels)
    falls = levels / heights - 1.0
    trough = int(falls.argmin())
    depth, now = float(falls[trough]), float(falls[-1])
    if depth == 0.0:
        return Drawdown(0.0, None, None, None, now)
    peak = int(np.flatnonzero(levels[:trough] == heights[trough])[-1])
    later = np.flatnonzero(levels[trough:] >= heights[trough])
    back = _day(days, trough + int(later[0])) if later.size else None
    return Drawdown(depth, _day(days, peak), _day(days, trough), back, now)


def points(
    days: Days,
    growth: FloatArray | None,
    levels: FloatArray | None,
    *,
    end: Money | None,
    unit: str,
) -> tuple[Point, ...]:
    """Return at most MAX_POINTS evenings from the first with something invested to the last.

    `levels` (n + 1,) is the benchmark's, 1 at the start. `end` is the exact value of the last
    evening; the others are rounded to the smallest unit.
    """
    invested = (days.values > 0) | (days.inflows > 0) | days.unknown
    if not invested.any():
        return ()
    first, last = int(invested.argmax()), len(days.values) - 1
    # Counted back from the last evening, which is always shown.
    step = -(-(last - first + 1) // MAX_POINTS)
    rows = range(last, first - 1, -step)
    return tuple(
        Point(
            day=_day(days, row),
            value=end if row == last else _value(days, row, unit),
            growth=_change(growth, row),
            benchmark=_change(levels, row),
        )
        for row in reversed(rows)
    )


def _value(days: Days, row: int, unit: str) -> Money | None:
    if days.unknown[row]:
        return None
    return Money(round(float(days.values[row]) * 10 ** exponent(unit)), unit)


def _change(levels: FloatArray | None, row: int) -> float | None:
    if levels is None or np.isnan(levels[row]):
        return None
    return float(levels[row]) - 1.0


def _day(days: Days, row: int) -> date:
    found: date = days.days[row].item()
    return found
