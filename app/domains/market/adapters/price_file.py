"""Reads a price file (CSV or Parquet, wide or long) into a checked table, row by row."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np

from app.domains.market.rules import checks
from app.domains.market.types import PriceFile, PriceProblem

MAX_ROWS = 2_000_000
MAX_SYMBOLS = 500
LONG_COLUMNS = ("date", "symbol", "price")
_PRICE_NAMES = ("price", "close", "adj_close")
Row = Sequence[object]


class _UnreadableError(Exception):
    """The file as a whole cannot be read; the text says why."""


def read_price_file(path: Path, *, layout: str = "auto") -> PriceFile:
    """Return the table with everything that was found; never raises for bad content.

    wide: `date` and one column per symbol. long: `date`, `symbol`, `price` (or `close`).
    """
    try:
        data = path.read_bytes()
        header, rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except FileNotFoundError:
        return _refused("missing_file", f"{path} does not exist", b"")
    except (_UnreadableError, OSError, UnicodeDecodeError, csv.Error) as error:
        return _refused("unreadable", f"{path.name}: {error}", b"")
    names = [str(name).strip() for name in header]
    lower = [name.lower() for name in names]
    if "date" not in lower:
        return _refused("no_date_column", "the file has no column 'date'", data)
    is_long = layout == "long" or (layout == "auto" and "symbol" in lower)
    if is_long:
        return _long(lower, rows, data)
    return _wide(names, lower.index("date"), rows, data)


def _refused(code: str, message: str, data: bytes) -> PriceFile:
    problem = PriceProblem(None, None, code, message, fatal=True)
    empty = np.empty((0, 0)), np.empty(0, dtype="datetime64[D]")
    return PriceFile((), empty[1], empty[0], (problem,), hashlib.sha256(data).hexdigest())


def _csv(path: Path) -> tuple[list[str], Iterator[Row]]:
    file = path.open(newline="", encoding="utf-8-sig")
    reader = csv.reader(file)
    try:
        header = next(reader)
    except StopIteration:
        raise _UnreadableError("the file is empty") from None
    return header, (row for row in reader if any(cell.strip() for cell in row))


def _parquet(path: Path) -> tuple[list[str], Iterator[Row]]:
    # Late: the reader costs 50 MB, and the API process never reads files.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _UnreadableError(str(error).splitlines()[0]) from error
    columns = [column.to_pylist() for column in table.columns]
    return list(table.column_names), iter(zip(*columns, strict=True))


def _day(value: object) -> np.datetime64 | None:
    if isinstance(value, datetime):
        return np.datetime64(value.date())
    if isinstance(value, date):
        return np.datetime64(value)
    try:
        return np.datetime64(date.fromisoformat(str(value).strip()[:10]))
    except ValueError:
        return None


def _price(value: object) -> float | None:
    """Return a number, NaN for an empty cell, None for text that is no number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return float("nan")
    try:
        return float(str(value).strip())
    except ValueError:
        return None


def _problem(row: int, column: str, code: str, value: object) -> PriceProblem:
    return PriceProblem(row, column, code, f"{str(value)[:40]!r} cannot be read", fatal=True)


def _wide(names: list[str], date_column: int, rows: Iterator[Row], data: bytes) -> PriceFile:
    symbols = tuple(name for position, name in enumerate(names) if position != date_column)
    if not symbols or len(set(symbols)) != len(symbols) or len(symbols) > MAX_SYMBOLS:
        return _refused("bad_header", f"1 to {MAX_SYMBOLS} distinct symbols are needed", data)
    problems: list[PriceProblem] = []
    days: list[np.datetime64] = []
    table: list[list[float]] = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS or len(row) != len(names):
            message = f"{len(row)} cells, {len(names)} expected"
            problems.append(PriceProblem(number, None, "bad_row", message, fatal=True))
            break
        day = _day(row[date_column])
        if day is None:
            problems.append(_problem(number, "date", "bad_date", row[date_column]))
            continue
        cells = [cell for position, cell in enumerate(row) if position != date_column]
        parsed = [_price(cell) for cell in cells]
        problems += [
            _problem(number, symbol, "bad_number", cell)
            for symbol, cell, value in zip(symbols, cells, parsed, strict=True)
            if value is None
        ]
        days.append(day)
        # A number that cannot be read is reported once, as that, and stands as 1 meanwhile.
        table.append([1.0 if value is None else value for value in parsed])
    return _checked(symbols, days, table, problems, data)


def _long(lower: list[str], rows: Iterator[Row], data: bytes) -> PriceFile:
    price_name = next((name for name in _PRICE_NAMES if name in lower), None)
    if price_name is None or "symbol" not in lower:
        return _refused("bad_header", "a long file has date, symbol and price", data)
    at = [lower.index(name) for name in ("date", "symbol", price_name)]
    problems: list[PriceProblem] = []
    found: dict[tuple[np.datetime64, str], float] = {}
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS or len(row) != len(lower):
            problems.append(PriceProblem(number, None, "bad_row", "wrong cell count", fatal=True))
            break
        day, symbol, value = _day(row[at[0]]), str(row[at[1]]).strip(), _price(row[at[2]])
        if day is None:
            problems.append(_problem(number, "date", "bad_date", row[at[0]]))
        elif value is None:
            problems.append(_problem(number, price_name, "bad_number", row[at[2]]))
        elif (day, symbol) in found:
            message = f"{symbol} on {day} comes twice"
            problems.append(PriceProblem(number, "date", "duplicate_day", message, fatal=True))
        else:
            found[day, symbol] = value
    symbols = tuple(sorted({symbol for _, symbol in found}))
    days = sorted({day for day, _ in found})
    table = [[found.get((day, symbol), float("nan")) for symbol in symbols] for day in days]
    return _checked(symbols, days, table, problems, data)


def _checked(
    symbols: tuple[str, ...],
    days: list[np.datetime64],
    table: list[list[float]],
    problems: list[PriceProblem],
    data: bytes,
) -> PriceFile:
    dates = np.array(days, dtype="datetime64[D]")
    prices = np.array(table, dtype=np.float64).reshape(len(days), len(symbols))
    if len(days) < 2:
        message = "at least two days of prices are needed"
        problems = [*problems, PriceProblem(None, None, "too_short", message, fatal=True)]
    found = (*problems, *checks.check_table(symbols, dates, prices))
    digest = hashlib.sha256(data).hexdigest()
    return PriceFile(symbols, dates, prices, found[: checks.MAX_PROBLEMS], digest)
