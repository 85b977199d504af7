"""What a file leaves open: the questions whose answers would let refused rows in."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.domains.imports.types import JudgedRow, Question, RowCode, RowField

MOST_WORDS: Final = 40

_ASKS: Mapping[RowCode, Question] = {
    RowCode.CURRENCY_MISSING: Question.CURRENCY,
    RowCode.NUMBER_AMBIGUOUS: Question.DECIMAL_MARK,
    RowCode.DATE_AMBIGUOUS: Question.DATE_ORDER,
    RowCode.TYPE_UNKNOWN: Question.TYPES,
    RowCode.TYPE_MISSING: Question.TYPES,
    RowCode.TOO_PRECISE: Question.ROUNDING,
}


def questions_of(
    rows: Iterable[JudgedRow], mapping: Mapping[RowField, str]
) -> tuple[Question, ...]:
    """Return the questions, in the order a person answers them."""
    found = {_ASKS[e.code] for row in rows for e in row.errors if e.code in _ASKS}
    worth = RowField.AMOUNT in mapping or {RowField.QUANTITY, RowField.PRICE} <= mapping.keys()
    if RowField.DATE not in mapping or not worth:
        found.add(Question.COLUMNS)
    return tuple(question for question in Question if question in found)


def unknown_types(
    rows: Iterable[JudgedRow], columns: tuple[str, ...], mapping: Mapping[RowField, str]
) -> tuple[str, ...]:
    """Return the words of the type column that nobody explained yet."""
    column = mapping.get(RowField.TYPE)
    if column is None:
        return ()
    place = columns.index(column)
    words = {
        row.cells[place].strip(): None
        for row in rows
        if any(error.code is RowCode.TYPE_UNKNOWN for error in row.errors)
    }
    return tuple(words)[:MOST_WORDS]
