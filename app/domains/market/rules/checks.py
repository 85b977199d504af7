"""What may be wrong with a table of prices, found before anything is kept."""

import hashlib
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.domains.market.types import PriceProblem

FIRST_DAY = date(1900, 1, 1)
SMALLEST_PRICE = 1e-6
LARGEST_PRICE = 1e9
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
    symbols: Sequence[str],
    dates: NDArray[np.datetime64],
    prices: NDArray[np.float64],
    *,
    today: date,
) -> list[PriceProblem]:
    """Return what is wrong with parsed prices (n, k), the fatal first; empty is a clean table.

    `row` counts from 1 in the table.
    """
    found = [
        *_check_days(dates, today),
        *_check_values(symbols, dates, prices),
        *_check_jumps(symbols, prices),
    ]
    # Fatal first: two hundred notes about gaps must not push the one fault off the list.
    return sorted(found, key=lambda problem: not problem.fatal)[:MAX_PROBLEMS]


def inception(
    symbols: Sequence[str], dates: NDArray[np.datetime64], prices: NDArray[np.float64]
) -> tuple[int, list[PriceProblem]]:
    """Return the first row in which every symbol has begun, and who began after the first row.

    Days before that are left out with a note: one young fund must not refuse a whole file, and
    no price is made up for it. Row 0 when fewer than two days would be left.
    """
    known = np.isfinite(prices)
    if not len(known) or not known.any(axis=0).all():
        return 0, []
    begins = known.argmax(axis=0)
    start = int(begins.max())
    if start > len(dates) - 2:
        return 0, []
    words = f"no price before {{}}; all of the file before {dates[start]} is left out"
    return start, [
        PriceProblem(None, symbol, "before_inception", words.format(dates[row]), fatal=False)
        for symbol, row in zip(symbols, begins, strict=True)
        if row > 0
    ]


def _check_days(dates: NDArray[np.datetime64], today: date) -> list[PriceProblem]:
    steps = np.diff(dates.astype("datetime64[D]").astype(np.int64))

    def problem(row: int, code: str, message: str, *, fatal: bool = True) -> PriceProblem:
        return PriceProblem(row, "date", code, message, fatal=fatal)

    outside = (dates < np.datetime64(FIRST_DAY)) | (dates > np.datetime64(today))
    impossible = [
        problem(row + 1, "impossible_day", f"{dates[row]} is not in {FIRST_DAY} to {today}")
        for row in _some(outside)
    ]
    twice = [
        problem(row + 2, "duplicate_day", f"{dates[row + 1]} comes twice")
        for row in _some(steps == 0)
    ]
    unsorted = [
        problem(row + 2, "unsorted", f"{dates[row + 1]} is before {dates[row]}")
        for row in _some(steps < 0)
    ]
    gaps = [
        problem(row + 2, "gap", f"no prices from {dates[row]} to {dates[row + 1]}", fatal=False)
        for row in _some(steps > MAX_GAP_DAYS)
    ]
    return [*impossible, *twice, *unsorted, *gaps]


def _some(marks: NDArray[np.bool_]) -> list[int]:
    return [int(row) for row in np.flatnonzero(marks)[:MAX_PROBLEMS]]


def _check_values(
    symbols: Sequence[str], dates: NDArray[np.datetime64], prices: NDArray[np.float64]
) -> list[PriceProblem]:
    missing = ~np.isfinite(prices)
    extreme = (prices < SMALLEST_PRICE) | (prices > LARGEST_PRICE)
    limits = f"{SMALLEST_PRICE:g} to {LARGEST_PRICE:g}"
    rules = (
        (missing, "missing_price", "no price; a missing price is not zero and is not guessed"),
        (~missing & (prices <= 0), "not_positive", "zero and negative numbers are not prices"),
        (~missing & (prices > 0) & extreme, "out_of_range", f"a price is from {limits}"),
    )
    return [
        PriceProblem(
            int(row) + 1,
            symbols[column],
            code,
            f"{prices[row, column]:g} on {dates[row]}: {words}",
            fatal=True,
        )
        for marks, code, words in rules
        for row, column in np.argwhere(marks)[:MAX_PROBLEMS]
    ]


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
