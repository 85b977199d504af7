"""What may be wrong with a table of exchange rates, and what it adds to the kept ones. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domains.market.fx_types import Fixings, RateBook, RateFile
from app.domains.market.rules.checks import MAX_PROBLEMS
from app.domains.market.types import PriceProblem

FIRST_DAY: Final = date(1990, 1, 1)
SMALLEST: Final = Decimal("0.000001")
LARGEST: Final = Decimal(1_000_000_000)
MAX_DIGITS: Final = 20
#: From one fixing to the next: more is rather a slip of the decimal point, or a rate upside down.
JUMP: Final = Decimal("1.5")


@dataclass(frozen=True, slots=True)
class Addition:
    """One fixing that a file adds or corrects."""

    currency: str
    day: date
    value: Decimal


def cell_problems(
    number: int,
    day: date,
    currencies: Sequence[str],
    cells: Sequence[object],
    values: Sequence[Decimal | str | None],
) -> list[PriceProblem]:
    """Return what is wrong with the cells of one row."""
    found: list[PriceProblem] = []
    for currency, cell, value in zip(currencies, cells, values, strict=True):
        if value is None:
            continue
        if isinstance(value, str):
            code, words = "bad_number", f"{str(cell)[:40]!r} cannot be read"
        elif value <= 0:
            code, words = "not_positive", f"{value} on {day}: zero and less are not rates"
        elif not SMALLEST <= value <= LARGEST or len(value.as_tuple().digits) > MAX_DIGITS:
            code = "out_of_range"
            words = f"{str(value)[:40]} on {day}: a rate is from {SMALLEST} to {LARGEST}"
        else:
            continue
        found.append(PriceProblem(number, currency, code, words, fatal=True))
    return found


def day_problems(rows: Sequence[tuple[int, date]], today: date) -> list[PriceProblem]:
    """Return the days that cannot be, and that there are none."""
    if not rows:
        return [PriceProblem(None, None, "too_short", "no day of rates was found", fatal=True)]
    return [
        PriceProblem(
            number, "date", "impossible_day", f"{day} is not in {FIRST_DAY} to {today}", fatal=True
        )
        for number, day in rows
        if not FIRST_DAY <= day <= today
    ]


def jumps(
    currencies: Sequence[str],
    days: Sequence[date],
    rows: Sequence[tuple[int, Sequence[Decimal | None]]],
) -> list[PriceProblem]:
    """Return steps by more than half from one fixing to the next, as notes."""
    found: list[PriceProblem] = []
    for column, currency in enumerate(currencies):
        before: Decimal | None = None
        for day, (number, values) in zip(days, rows, strict=True):
            value = values[column]
            if value is None or value <= 0:
                continue
            if before is not None and not before / JUMP <= value <= before * JUMP:
                words = f"from {before} to {value} on {day}: is the rate per euro, not upside down?"
                found.append(PriceProblem(number, currency, "jump", words, fatal=False))
            before = value
    return found


def fatal_first(problems: Sequence[PriceProblem]) -> tuple[PriceProblem, ...]:
    """Return the first two hundred problems, faults before notes."""
    return tuple(sorted(problems, key=lambda problem: not problem.fatal)[:MAX_PROBLEMS])


def compare(
    file: RateFile, kept: Mapping[str, Fixings]
) -> tuple[list[Addition], list[Addition], list[PriceProblem]]:
    """Return what a file adds, what it says otherwise, and the latter as problems by row."""
    known = {
        currency: dict(zip(found.days, found.values, strict=True))
        for currency, found in kept.items()
    }
    fresh: list[Addition] = []
    other: list[Addition] = []
    problems: list[PriceProblem] = []
    for number, day, values in zip(file.rows, file.days, file.table, strict=True):
        for currency, value in zip(file.currencies, values, strict=True):
            if value is None:
                continue
            before = known.get(currency, {}).get(day.toordinal())
            if before is None:
                fresh.append(Addition(currency, day, value))
            elif before != value:
                other.append(Addition(currency, day, value))
                if len(problems) < MAX_PROBLEMS:
                    words = f"{value} on {day}, but {before} is kept"
                    problems.append(PriceProblem(number, currency, "differs", words, fatal=True))
    return fresh, other, problems


def book_of(fixings: Mapping[str, Fixings]) -> RateBook:
    """Return a book with the SHA-256 over its currencies, days and exact values."""
    digest = hashlib.sha256()
    for currency, found in sorted(fixings.items()):
        rows = zip(found.days, found.values, strict=True)
        lines = "".join(f"{date.fromordinal(day)} {value.normalize()}\n" for day, value in rows)
        digest.update(f"{currency}\n{lines}".encode())
    return RateBook(fixings, digest.hexdigest())


def additions_hash(file_sha256: str, added: Sequence[Addition]) -> str:
    """Return what names the additions of a file: the same again has the same name."""
    digest = hashlib.sha256(file_sha256.encode())
    for one in sorted(added, key=lambda one: (one.currency, one.day)):
        digest.update(f"{one.currency} {one.day} {one.value}\n".encode())
    return digest.hexdigest()
