"""Dates as brokers write them; day and month are not guessed."""

import re
from datetime import date
from typing import Final

from app.domains.imports.types import DateOrder, RowCode

FIRST_YEAR: Final = 1900
MAX_LENGTH: Final = 60

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio januari ene jän jänner",
            "feb february februar février febrero febbraio februari fév fev",
            "mar march märz mars marzo maart mär mrz mrt",
            "apr april avril abril aprile avr abr",
            "may mai mayo maggio mei mag",
            "jun june juni juin junio giugno giu",
            "jul july juli juillet julio luglio lug juil",
            "aug august août agosto augustus ago aoû",
            "sep sept september septembre septiembre settembre set",
            "oct october oktober octobre octubre ottobre okt ott",
            "nov november novembre noviembre",
            "dec december dezember décembre diciembre dicembre dez dic déc",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_NUMBERS = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{2}|\d{4})$")
_DAY_WORD = re.compile(r"^(\d{1,2})[-\s.]+([^\W\d_]+)\.?[-\s,]+(\d{2}|\d{4})$")
_WORD_DAY = re.compile(r"^([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})$")
_CLOCK = re.compile(
    r"[T\s;,]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:\s?[AaPp][Mm])?|\d{6})"
    r"\s*(Z|UTC|GMT|EST|EDT|CET|CEST|[+-]\d{2}:?\d{2})?$"
)


class DateError(ValueError):
    """The text is no date, or could be two."""

    def __init__(self, code: RowCode, message: str) -> None:
        self.code = code
        super().__init__(message)


def split_clock(text: str) -> tuple[str, str | None]:
    """Return the date's part of a text and the time that stands behind it, as written."""
    word = " ".join(text.split())
    # Longer ones are no dates, and looking for a time in them takes the square of their length.
    found = _CLOCK.search(word) if len(word) <= MAX_LENGTH else None
    if found is None:
        return word, None
    return word[: found.start()], (found[1] + (found[2] or "")).strip()


def order_of(text: str) -> DateOrder | None:
    """Return which order a date proves; None when it proves none."""
    found = _NUMBERS.match(split_clock(text)[0])
    if found is None or found[2] == ".":
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    if second > 12 >= first:
        return DateOrder.MONTH_FIRST
    return None


def parse(text: str, order: DateOrder | None) -> tuple[date, str | None]:
    """Return the day, and the time as written. Raises DateError; 03/04/2026 needs an order."""
    word, clock = split_clock(text)
    unreadable = DateError(RowCode.DATE_UNREADABLE, f"{text[:40]!r} is not a date")
    if found := _ISO.match(word) or _COMPACT.match(word):
        parts = int(found[1]), int(found[2]), int(found[3])
    elif found := _NUMBERS.match(word):
        parts = _of_numbers(found, order, text)
    elif found := _DAY_WORD.match(word):
        parts = _year(found[3]), _MONTHS.get(found[2].casefold(), 0), int(found[1])
    elif found := _WORD_DAY.match(word):
        parts = int(found[3]), _MONTHS.get(found[1].casefold(), 0), int(found[2])
    else:
        raise unreadable
    try:
        return date(*parts), clock
    except ValueError:
        raise unreadable from None


def _of_numbers(found: re.Match[str], order: DateOrder | None, text: str) -> tuple[int, int, int]:
    first, second = int(found[1]), int(found[3])
    if found[2] == ".":
        order = DateOrder.DAY_FIRST
    if order is None and first == second:
        order = DateOrder.DAY_FIRST
    if order is None:
        raise DateError(RowCode.DATE_AMBIGUOUS, f"{text[:40]!r}: which is the month?")
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return _year(found[4]), month, day


def _year(text: str) -> int:
    """Return the year; two digits are of this century up to 69, as in POSIX."""
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 69 else 1900)
