"""Price tables made safe to learn and decide from, looking backwards only.

A missing, zero or negative price is never a price. Gaps of a few days carry the last price
forward; the day itself then counts as stale, so nothing is decided on it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.returns import FIRST_DAY, log_returns
from app.ml.features.universe import SYNTHETIC_CASH, FloatArray, Universe, UniverseError

DateArray = NDArray[np.datetime64]

#: Trading days a price may be carried forward; beyond that the asset has no price.
CARRY_DAYS: Final = 5


class StalePriceError(ValueError):
    """A decision day without a full set of fresh prices; names asset and day."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Daily total-return prices of one universe in its canonical asset order.

    dates : (days,) strictly increasing days
    prices : (days, assets) last known price, NaN where there is none
    fresh : (days, assets) whether the price is of that very day
    """

    universe: Universe
    dates: DateArray
    prices: FloatArray
    fresh: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.dates)

    def returns_until(self, day: int) -> FloatArray:
        """Return the log returns known at the close of ``day``, newest last.

        Raises StalePriceError when a price of that day or of its history is missing, and when
        the history is too short for one feature row.
        """
        known = self.prices[: day + 1]
        gone = ~np.isfinite(known)
        if gone.any():
            first, asset = np.argwhere(gone)[0]
            raise StalePriceError(
                f"{self.universe.assets[asset]} has no price since {self.dates[first]}"
            )
        if not self.fresh[day].all():
            asset = int(np.flatnonzero(~self.fresh[day])[0])
            raise StalePriceError(
                f"{self.universe.assets[asset]} has no fresh price on {self.dates[day]}"
            )
        if day < FIRST_DAY:
            raise StalePriceError(
                f"{day} daily returns before {self.dates[day]}, {FIRST_DAY} are needed"
            )
        return log_returns(known)

    def until(self, date: np.datetime64) -> "PriceTable":
        """Return the rows up to and including a date."""
        stop = int(np.searchsorted(self.dates, date, side="right"))
        return PriceTable(self.universe, self.dates[:stop], self.prices[:stop], self.fresh[:stop])

    def sha256(self) -> str:
        """Return a hash over assets, days and prices: the identity of the data."""
        digest = hashlib.sha256("\n".join(self.universe.assets).encode())
        digest.update(self.dates.astype("datetime64[D]").astype("<i8").tobytes())
        digest.update(np.ascontiguousarray(self.prices, dtype="<f8").tobytes())
        return digest.hexdigest()


def price_table(
    universe: Universe, dates: DateArray, columns: Mapping[str, NDArray[Any]]
) -> PriceTable:
    """Return the cleaned table of a universe from raw columns.

    Rows before the first day on which every asset has a price are dropped. Every step looks
    backwards only, so changing a later price never changes an earlier row. Raises UniverseError
    when a column is missing, or dates are not strictly increasing.
    """
    if len(dates) > 1 and not (np.diff(dates) > np.timedelta64(0, "D")).all():
        row = int(np.flatnonzero(np.diff(dates) <= np.timedelta64(0, "D"))[0])
        raise UniverseError(f"dates must increase: {dates[row + 1]} follows {dates[row]}")
    raw = np.column_stack([_column(name, len(dates), columns) for name in universe.assets])
    raw = np.where(np.isfinite(raw) & (raw > 0), raw, np.nan)
    started = np.isfinite(raw).cumsum(axis=0).all(axis=1)
    begin = int(np.argmax(started)) if started.any() else len(dates)
    carried = _carry_forward(raw)[begin:]
    return PriceTable(universe, dates[begin:], carried, np.isfinite(raw[begin:]))


def _column(name: str, days: int, columns: Mapping[str, NDArray[Any]]) -> FloatArray:
    if name in columns:
        return np.asarray(columns[name], dtype=np.float64)
    if name == SYNTHETIC_CASH:
        return np.ones(days)
    raise UniverseError(f"prices have no column for {name}")


def _carry_forward(raw: FloatArray) -> FloatArray:
    """Fill gaps of at most ``CARRY_DAYS`` rows; after a longer one the asset is gone for good."""
    rows = np.arange(len(raw))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(raw), rows, -1), axis=0)
    age = rows - last
    filled = np.take_along_axis(raw, np.maximum(last, 0), axis=0)
    seen = np.maximum.accumulate(np.isfinite(raw), axis=0)
    gone = np.logical_or.accumulate(seen & (age > CARRY_DAYS), axis=0)
    return np.asarray(np.where(seen & ~gone, filled, np.nan))
