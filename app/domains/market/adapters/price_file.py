"""Reads a price file (CSV or Parquet, wide or long) into a checked table, row by row."""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from app.domains.market.adapters.table_file import Row, UnreadableError, csv_rows, parquet_rows
from app.domains.market.rules import checks
from app.domains.market.types import PriceFile, PriceProblem

MAX_ROWS = 2_000_000
MAX_SYMBOLS = 500
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.=^-]{0,14}")
_PRICE_NAMES = ("price", "close", "adj_close")


@dataclass(slots=True)
class _Parsed:
    """What was read so far: `rows` are the file's row numbers (1 below the header) of `table`."""

    symbols: tuple[str, ...]
    problems: list[PriceProblem]
    days: list[np.datetime64] = field(default_factory=list)
    table: list[list[float]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class _HeaderError(Exception):
    """The columns are not those of a price table; the text says what is needed."""


def read_price_file(path: Path, *, today: date, layout: str = "auto") -> PriceFile:
    """Return the table with everything that was found; never raises for bad content.

    wide: `date` and one column per symbol. long: `date`, `symbol`, `price` (or `close`).
    Prices of a day after `today` are a fault.
    """
    try:
        data = path.read_bytes()
        header, rows = parquet_rows(data) if path.suffix.lower() == ".parquet" else csv_rows(data)
        return _table([str(name).strip() for name in header], rows, data, layout, today)
    except FileNotFoundError:
        return _refused("missing_file", f"{path} does not exist", b"")
    except (UnreadableError, OSError, UnicodeDecodeError, csv.Error) as error:
        return _refused("unreadable", f"{path.name}: {error}", b"")


def _table(
    names: list[str], rows: Iterator[Row], data: bytes, layout: str, today: date
) -> PriceFile:
    lower = [name.lower() for name in names]
    if "date" not in lower:
        return _refused("no_date_column", "the file has no column 'date'", data)
    is_long = layout == "long" or (layout == "auto" and "symbol" in lower)
    try:
        parsed = _long(lower, rows) if is_long else _wide(names, lower.index("date"), rows)
    except _HeaderError as error:
        return _refused("bad_header", str(error), data)
    return _checked(parsed, data, today)


def _refused(code: str, message: str, data: bytes) -> PriceFile:
    problem = PriceProblem(None, None, code, message, fatal=True)
    empty = np.empty((0, 0)), np.empty(0, dtype="datetime64[D]")
    return PriceFile((), empty[1], empty[0], (problem,), hashlib.sha256(data).hexdigest())


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


def _bad_symbols(symbols: Sequence[str]) -> list[PriceProblem]:
    words = "is not a symbol: 1 to 15 of A-Z 0-9 . = ^ -"
    return [
        PriceProblem(None, symbol[:40], "bad_symbol", f"{symbol[:40]!r} {words}", fatal=True)
        for symbol in symbols
        if not SYMBOL.fullmatch(symbol)
    ]


def _require_count(symbols: Sequence[str]) -> None:
    if not 1 <= len(symbols) <= MAX_SYMBOLS or len(set(symbols)) != len(symbols):
        raise _HeaderError(f"1 to {MAX_SYMBOLS} distinct symbols are needed")


def _bad_row(number: int, *, cells: int, expected: int) -> PriceProblem:
    message = f"{cells} cells, {expected} expected"
    if number > MAX_ROWS:
        message = f"more than {MAX_ROWS} rows"
    return PriceProblem(number, None, "bad_row", message, fatal=True)


def _wide(names: list[str], date_column: int, rows: Iterator[Row]) -> _Parsed:
    symbols = tuple(name for position, name in enumerate(names) if position != date_column)
    _require_count(symbols)
    found = _Parsed(symbols, _bad_symbols(symbols))
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS or len(row) != len(names):
            found.problems.append(_bad_row(number, cells=len(row), expected=len(names)))
            break
        day = _day(row[date_column])
        if day is None:
            found.problems.append(_problem(number, "date", "bad_date", row[date_column]))
            continue
        cells = [cell for position, cell in enumerate(row) if position != date_column]
        prices = [_price(cell) for cell in cells]
        found.problems += [
            _problem(number, symbol, "bad_number", cell)
            for symbol, cell, value in zip(symbols, cells, prices, strict=True)
            if value is None
        ]
        found.days.append(day)
        found.rows.append(number)
        # A number that cannot be read is reported once, as that, and stands as 1 meanwhile.
        found.table.append([1.0 if value is None else value for value in prices])
    return found


def _long(lower: list[str], rows: Iterator[Row]) -> _Parsed:
    price_name = next((name for name in _PRICE_NAMES if name in lower), None)
    if price_name is None or "symbol" not in lower:
        raise _HeaderError("a long file has date, symbol and price")
    at = [lower.index(name) for name in ("date", "symbol", price_name)]
    problems: list[PriceProblem] = []
    cells: dict[tuple[np.datetime64, str], float] = {}
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS or len(row) != len(lower):
            problems.append(_bad_row(number, cells=len(row), expected=len(lower)))
            break
        day, symbol, value = _day(row[at[0]]), str(row[at[1]]).strip(), _price(row[at[2]])
        if day is None:
            problems.append(_problem(number, "date", "bad_date", row[at[0]]))
        elif value is None:
            problems.append(_problem(number, price_name, "bad_number", row[at[2]]))
        elif (day, symbol) in cells:
            message = f"{symbol} on {day} comes twice"
            problems.append(PriceProblem(number, "date", "duplicate_day", message, fatal=True))
        else:
            cells[day, symbol] = value
    symbols = tuple(sorted({symbol for _, symbol in cells}))
    if symbols:
        _require_count(symbols)
    days = sorted({day for day, _ in cells})
    table = [[cells.get((day, symbol), float("nan")) for symbol in symbols] for day in days]
    return _Parsed(symbols, [*problems, *_bad_symbols(symbols)], days, table)


def _checked(parsed: _Parsed, data: bytes, today: date) -> PriceFile:
    dates = np.array(parsed.days, dtype="datetime64[D]")
    prices = np.array(parsed.table, dtype=np.float64).reshape(len(dates), len(parsed.symbols))
    start, notes = checks.inception(parsed.symbols, dates, prices)
    dates, prices, rows = dates[start:], prices[start:], parsed.rows[start:]
    problems = [*parsed.problems, *notes]
    if len(dates) < 2:
        message = "at least two days of prices are needed"
        problems = [*problems, PriceProblem(None, None, "too_short", message, fatal=True)]
    # The checks count rows of the table: give them the file's numbers. The table of a long
    # file is sorted anew, so there the message names the day instead.
    found = [
        replace(problem, row=rows[problem.row - 1] if problem.row and rows else None)
        for problem in checks.check_table(parsed.symbols, dates, prices, today=today)
    ]
    digest = hashlib.sha256(data).hexdigest()
    kept = (*problems, *found)[: checks.MAX_PROBLEMS]
    return PriceFile(parsed.symbols, dates, prices, kept, digest)
