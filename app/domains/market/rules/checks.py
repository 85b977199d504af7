"""What may be wrong with a table of prices, found before anything is kept."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domains.market.types import PriceProblem

MAX_GAP_DAYS = 10
MAX_PROBLEMS = 200
# A one-day move close to one of these ratios is more likely a split than a crash.
SPLIT_RATIOS = (2.0, 3.0, 4.0, 5.0, 10.0, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 10)
SPLIT_TOLERANCE = 0.03
MIN_SPLIT_JUMP = 0.45


def data_hash(
    symbols: Sequence[str], dates: NDArray[np.datetime64], prices: NDArray[np.float64]
) -> str:
    """Return the SHA-256 over symbols, days (int64) and prices (float64, little endian)."""
    digest = hashlib.sha256("\n".join(symbols).encode())
    digest.update(dates.astype("datetime64[D]").astype("<i8").tobytes())
    digest.update(np.ascontiguousarray(prices, dtype="<f8").tobytes())
    return digest.hexdigest()


def check_table(
    symbols: Sequence[str], dates: NDArray[np.datetime64], prices: NDArray[np.float64]
) -> list[PriceProblem]:
    """Return what is wrong with parsed prices (n, k); an empty list is a clean table."""
    found = [
        *_check_days(dates),
        *_check_values(symbols, prices),
        *_check_jumps(symbols, prices),
    ]
    return found[:MAX_PROBLEMS]


def _check_days(dates: NDArray[np.datetime64]) -> list[PriceProblem]:
    steps = np.diff(dates.astype("datetime64[D]").astype(np.int64))

    def problem(step: int, code: str, message: str, *, fatal: bool) -> PriceProblem:
        return PriceProblem(step + 2, "date", code, message, fatal=fatal)

    twice = [
        problem(int(row), "duplicate_day", f"{dates[row + 1]} comes twice", fatal=True)
        for row in np.flatnonzero(steps == 0)
    ]
    unsorted = [
        problem(int(row), "unsorted", f"{dates[row + 1]} is before {dates[row]}", fatal=True)
        for row in np.flatnonzero(steps < 0)
    ]
    gaps = [
        problem(
            int(row), "gap", f"no prices between {dates[row]} and {dates[row + 1]}", fatal=False
        )
        for row in np.flatnonzero(steps > MAX_GAP_DAYS)
    ]
    return [*twice, *unsorted, *gaps]


def _check_values(symbols: Sequence[str], prices: NDArray[np.float64]) -> list[PriceProblem]:
    found = []
    missing = ~np.isfinite(prices)
    for row, column in np.argwhere(missing)[:MAX_PROBLEMS]:
        message = "no price; a missing price is not zero and is not guessed"
        found.append(_fatal(int(row) + 1, symbols[column], "missing_price", message))
    for row, column in np.argwhere(~missing & (prices <= 0))[:MAX_PROBLEMS]:
        message = f"{prices[row, column]:g} is not a price"
        found.append(_fatal(int(row) + 1, symbols[column], "not_positive", message))
    return found


def _check_jumps(symbols: Sequence[str], prices: NDArray[np.float64]) -> list[PriceProblem]:
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = prices[1:] / prices[:-1]
    for row, column in np.argwhere(
        np.abs(np.log(np.where(ratios > 0, ratios, 1))) > MIN_SPLIT_JUMP
    ):
        ratio = float(ratios[row, column])
        close = [r for r in SPLIT_RATIOS if abs(ratio / r - 1) < SPLIT_TOLERANCE]
        code = "suspected_split" if close else "large_move"
        message = f"the price changes by a factor of {ratio:.3g} in one day"
        found.append(PriceProblem(int(row) + 2, symbols[column], code, message, fatal=False))
    return found


def _fatal(row: int, column: str, code: str, message: str) -> PriceProblem:
    return PriceProblem(row, column, code, message, fatal=True)
