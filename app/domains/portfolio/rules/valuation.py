"""What a person's booked movements were worth at the end of each day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.core.money import Money, Rounding
from app.domains.ledger.types import Activity, quantity
from app.domains.portfolio.types import FloatArray

#: An older close is no price any more (features PA3: forward-fill at most a week).
FILL_DAYS: Final = 7
_MICRO: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Row 0 is the evening before the period, rows 1..n its days; amounts in major units.

    values, inflows, outflows, fees have shape (n + 1,); row 0 has no flows. `missing` names
    what was held on a day without a price, and `unknown` (n + 1,) says on which days.
    """

    days: NDArray[np.datetime64]
    values: FloatArray
    inflows: FloatArray
    outflows: FloatArray
    fees: FloatArray
    missing: tuple[str, ...]
    unknown: NDArray[np.bool_]


def calendar(first: date, last: date) -> NDArray[np.datetime64]:
    """Return the day before `first` and every day up to `last`."""
    return np.arange(np.datetime64(first) - 1, np.datetime64(last) + 1)


def fill_forward(
    days: NDArray[np.datetime64], dates: NDArray[np.datetime64], closes: FloatArray
) -> FloatArray:
    """Return the last close of each day (n, k), NaN when it is more than a week old."""
    found = np.full((len(days), closes.shape[1]), np.nan)
    if not len(dates):
        return found
    place = np.searchsorted(dates.astype("datetime64[D]"), days, side="right") - 1
    age = (days - dates.astype("datetime64[D]")[np.maximum(place, 0)]).astype(int)
    good = (place >= 0) & (age <= FILL_DAYS)
    found[good] = closes[place[good]]
    return found


def value_days(
    activities: Sequence[Activity],
    days: NDArray[np.datetime64],
    symbols: Sequence[str],
    prices: FloatArray,
) -> Days:
    """Return daily values from movements and filled prices (n + 1, k)."""
    size = len(days)
    cash, fees = np.zeros(size), np.zeros(size)
    inflows, outflows = np.zeros(size), np.zeros(size)
    shares = np.zeros((size, len(symbols)))
    column = {symbol: number for number, symbol in enumerate(symbols)}
    for activity in activities:
        row = int((np.datetime64(activity.at.date()) - days[0]).astype(int))
        if row >= size:
            continue
        amount = float(activity.cash.to_decimal())
        cash[max(row, 0)] += amount
        for symbol, micro in activity.shares.items():
            shares[max(row, 0), column[symbol]] += micro
        if row <= 0:
            continue
        fees[row] += float(activity.fee.to_decimal())
        if activity.external:
            inflows[row] += max(amount, 0.0)
            outflows[row] += max(-amount, 0.0)
    held = shares.cumsum(axis=0)  # whole millionths stay exact in floats
    unknown = (held != 0) & np.isnan(prices)
    worth = np.where(held != 0, held * _MICRO * np.nan_to_num(prices), 0.0)
    missing = tuple(s for number, s in enumerate(symbols) if unknown[:, number].any())
    values = cash.cumsum() + worth.sum(axis=1)
    return Days(days, values, inflows, outflows, fees, missing, unknown.any(axis=1))


def parts_on(
    activities: Sequence[Activity], last: date, prices: Mapping[str, Decimal], currency: str
) -> tuple[Money, ...] | None:
    """Return the exact worth of cash and of each holding in the evening of a day.

    None when something held has no price.
    """
    cash, held = Money.zero(currency), dict[str, int]()
    for activity in activities:
        if activity.at.date() > last:
            continue
        cash = cash + activity.cash
        for symbol, micro in activity.shares.items():
            held[symbol] = held.get(symbol, 0) + micro
    held = {symbol: micro for symbol, micro in held.items() if micro}
    if not set(held) <= set(prices):
        return None
    worth = [quantity(micro) * prices[symbol] for symbol, micro in sorted(held.items())]
    return cash, *(Money.of_decimal(w, currency, rounding=Rounding.HALF_EVEN) for w in worth)


def mix_levels(prices: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the level of a mix (n,) that is brought back to its weights daily; 1 at the start."""
    growth = (prices[1:] / prices[:-1]) @ weights
    return np.concatenate([[1.0], np.cumprod(growth)])


def follow(levels: FloatArray, start: float, flows: FloatArray) -> float | None:
    """Return what a start value and daily net flows (n,) became at levels (n,).

    Each flow buys or sells at its day's level. None when more was taken out than was there.
    """
    units = start / levels[0] + np.cumsum(flows / levels)
    return float(units[-1] * levels[-1]) if (units >= -1e-9).all() else None
