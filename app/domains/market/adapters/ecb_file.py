"""Reads exchange rates per euro (the ECB's CSV or zip, or wide Parquet), row by row."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Final

from app.domains.market.adapters.table_file import Row, UnreadableError, csv_rows, parquet_rows
from app.domains.market.fx_types import RateFile
from app.domains.market.rules import fx
from app.domains.market.types import PriceProblem

ECB: Final = "European Central Bank"
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 40_000
MAX_CURRENCIES: Final = 200
_CODE: Final = re.compile(r"[A-Z]{3}")
_NO_FIXING: Final = ("", "N/A", "NaN", "-")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def packaged(today: date) -> RateFile:
    """Return the history of the European Central Bank that is installed with us; no network."""
    data = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    return _read(data, "eurofxref-hist.zip", today)


def packaged_sha256() -> str:
    """Return what names the installed history, without reading it row by row."""
    data = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    return hashlib.sha256(data).hexdigest()


def read_rate_file(path: Path, *, today: date) -> RateFile:
    """Return the table with everything that was found; never raises for bad content.

    A column `date` and one per currency, in units for one euro; empty or N/A is no fixing.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            return _refused("unreadable", f"{path.name} is larger than {MAX_BYTES} bytes", b"")
        data = path.read_bytes()
    except FileNotFoundError:
        return _refused("missing_file", f"{path} does not exist", b"")
    except OSError as error:
        return _refused("unreadable", f"{path.name}: {error.strerror}", b"")
    return _read(data, path.name, today)


def _read(data: bytes, name: str, today: date) -> RateFile:
    try:
        if data[:4] == b"PAR1":
            header, rows = parquet_rows(data)
        else:
            header, rows = csv_rows(_unzipped(data) if data[:2] == b"PK" else data)
        return _table([str(cell).strip() for cell in header], rows, data, today)
    except (UnreadableError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile) as error:
        return _refused("unreadable", f"{name}: {error}", data)


def _refused(code: str, message: str, data: bytes) -> RateFile:
    problem = PriceProblem(None, None, code, message, fatal=True)
    return RateFile((), (), (), (), (problem,), hashlib.sha256(data).hexdigest())


def _unzipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
        if len(inside) != 1 or inside[0].file_size > MAX_BYTES or inside[0].flag_bits & 1:
            raise UnreadableError("one CSV file of ordinary size is needed in the archive")
        try:
            with archive.open(inside[0]) as file:
                # The size in the archive is a claim; what is read is counted.
                found = file.read(MAX_BYTES + 1)
        except (NotImplementedError, OSError, EOFError) as error:
            raise UnreadableError(str(error) or "the archive is damaged") from None
    if len(found) > MAX_BYTES:
        raise UnreadableError("the file in the archive is too large")
    return found


def _table(names: list[str], rows: Iterator[Row], data: bytes, today: date) -> RateFile:
    while names and not names[-1]:
        names.pop()  # the ECB ends its lines with a comma
    lower = [name.lower() for name in names]
    if lower.count("date") != 1 or not 2 <= len(names) <= MAX_CURRENCIES + 1:
        raise UnreadableError(f"a column date and 1 to {MAX_CURRENCIES} currencies are needed")
    at = lower.index("date")
    currencies = tuple(name for place, name in enumerate(names) if place != at)
    problems = _bad_currencies(currencies)
    found: dict[date, tuple[int, tuple[Decimal | None, ...]]] = {}
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        while len(cells) > len(names) and str(cells[-1] or "").strip() == "":
            cells.pop()
        if number > MAX_ROWS or len(cells) != len(names):
            words = f"{len(cells)} cells, {len(names)} expected"
            words = f"more than {MAX_ROWS} rows" if number > MAX_ROWS else words
            problems.append(PriceProblem(number, None, "bad_row", words, fatal=True))
            break
        day = _day(cells.pop(at))
        if day is None:
            words = f"{str(row[at])[:40]!r} cannot be read"
            problems.append(PriceProblem(number, "date", "bad_date", words, fatal=True))
        elif day in found:
            words = f"{day} comes twice"
            problems.append(PriceProblem(number, "date", "duplicate_day", words, fatal=True))
        else:
            values = tuple(_value(cell) for cell in cells)
            problems += fx.cell_problems(number, day, currencies, cells, values)
            found[day] = number, tuple(v if isinstance(v, Decimal) else None for v in values)
    days = tuple(sorted(found))
    problems += fx.day_problems([(found[day][0], day) for day in days], today)
    problems += fx.jumps(currencies, days, [found[day] for day in days])
    return RateFile(
        currencies=currencies,
        days=days,
        rows=tuple(found[day][0] for day in days),
        table=tuple(found[day][1] for day in days),
        problems=fx.fatal_first(problems),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _bad_currencies(names: Sequence[str]) -> list[PriceProblem]:
    def bad(name: str, words: str) -> PriceProblem:
        return PriceProblem(None, name[:40], "bad_currency", f"{name[:40]!r} {words}", fatal=True)

    found = [bad(n, "is not a currency code such as USD") for n in names if not _CODE.fullmatch(n)]
    if "EUR" in names:
        found.append(bad("EUR", "is the unit of the file: rates are units for one euro"))
    twice = {name for name in names if names.count(name) > 1}
    return [*found, *(bad(name, "comes twice") for name in sorted(twice))]


def _day(cell: object) -> date | None:
    """Return a day written as 2026-10-30 or, in the ECB's daily file, as 30 October 2026."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    words = text.split()
    try:
        if len(words) == 3 and words[1].lower() in _MONTHS:
            return date(int(words[2]), _MONTHS.index(words[1].lower()) + 1, int(words[0]))
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _value(cell: object) -> Decimal | str | None:
    """Return a number, None for no fixing, the text for what is no number."""
    if cell is None:
        return None
    text = repr(cell) if isinstance(cell, float) else str(cell).strip()
    if text in _NO_FIXING or text == "nan":
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return value if value.is_finite() else text
