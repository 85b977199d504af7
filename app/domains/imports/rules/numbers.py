"""Numbers as people and brokers write them; what could mean two things is not guessed."""

import re
from decimal import Decimal
from typing import Final

from app.domains.imports.types import DecimalMark, RowCode

MAX_WHOLE: Final = 16
MAX_FRACTION: Final = 18

_AROUND = re.compile(r"^(?:[A-Za-z]{3}\b|[$€£¥₹])|(?:\b[A-Za-z]{3}|[$€£¥₹%])$")
_PLAIN = re.compile(r"^[+-]?[0-9.,]+$")
_GROUPED = re.compile(r"^\d{1,3}(?:[ '’]\d{3})+(?=$|[.,])")
_SHAPE = re.compile(r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$")


class NumberError(ValueError):
    """The text is no number, or could be two."""

    def __init__(self, code: RowCode, message: str) -> None:
        self.code = code
        super().__init__(message)


def bare(text: str) -> tuple[str, bool]:
    """Return digits and marks without sign, currency, per cent and spaced groups; and the sign."""
    if _PLAIN.match(text):
        return text.lstrip("+-"), text[0] == "-"
    word = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")
    negative = False
    if word.startswith("(") and word.endswith(")"):
        word, negative = word[1:-1].strip(), True
    for _ in range(3):
        word = _AROUND.sub("", word).strip()
        if word[:1] in "+-" and word:
            negative ^= word[0] == "-"
            word = word[1:].strip()
        elif word.endswith("-"):
            negative, word = True, word[:-1].strip()
    if _GROUPED.match(word):
        word = re.sub(r"[ '’]", "", word)
    return word, negative


def mark_of(text: str) -> DecimalMark | None:
    """Return which decimal mark a number proves; None when it could be read both ways."""
    word, _ = bare(text)
    points, commas = word.count("."), word.count(",")
    if points and commas:
        return DecimalMark.POINT if word.rfind(".") > word.rfind(",") else DecimalMark.COMMA
    if not points and not commas:
        return None
    mark = "." if points else ","
    decimal = DecimalMark.POINT if points else DecimalMark.COMMA
    other = DecimalMark.COMMA if points else DecimalMark.POINT
    if points + commas > 1:
        return other
    whole, _, fraction = word.partition(mark)
    if len(fraction) != 3 or len(whole) > 3 or not whole or whole.startswith("0"):
        return decimal
    return None


def parse(text: str, mark: DecimalMark | None) -> Decimal:
    """Return the number. Raises NumberError; 1,234 without a known mark is ambiguous."""
    word, negative = bare(text)
    shown = repr(text[:40])
    proven = mark_of(text)
    if mark is None:
        if proven is None and re.search(r"[.,]", word):
            raise NumberError(RowCode.NUMBER_AMBIGUOUS, f"{shown} can be read in two ways")
        mark = proven or DecimalMark.POINT
    elif proven is not None and proven is not mark:
        raise NumberError(
            RowCode.NUMBER_INVALID, f"{shown} does not fit the decimal {mark.value} of this file"
        )
    separator, grouping = (".", ",") if mark is DecimalMark.POINT else (",", ".")
    head, dot, tail = word.partition(separator)
    if grouping in head:
        groups = head.split(grouping)
        # Lakh grouping (1,23,456) has pairs; the last group is always three digits.
        if not 1 <= len(groups[0]) <= 3 or len(groups[-1]) != 3:
            raise NumberError(RowCode.NUMBER_INVALID, f"{shown} is not a number")
        if any(len(group) not in {2, 3} for group in groups[1:]):
            raise NumberError(RowCode.NUMBER_INVALID, f"{shown} is not a number")
        head = "".join(groups)
    clean = head + ("." if dot else "") + tail
    if not _SHAPE.match(clean):
        raise NumberError(RowCode.NUMBER_INVALID, f"{shown} is not a number")
    value = Decimal(clean)
    exponent = value.as_tuple().exponent
    if value.adjusted() >= MAX_WHOLE or (isinstance(exponent, int) and -exponent > MAX_FRACTION):
        raise NumberError(RowCode.NUMBER_OUT_OF_RANGE, f"{shown} has too many digits")
    if "e" in clean.lower():
        value = Decimal(f"{value:f}")
    return -value if negative and value else value


def text_of(value: Decimal) -> str:
    """Return a number as the export writes it, without an exponent."""
    return f"{value:f}"
