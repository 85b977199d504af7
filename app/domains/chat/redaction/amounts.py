"""Finds amounts in a text, for who does not share figures: in digits and in words."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from app.domains.chat.evidence_types import Kind, Status
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.redaction.recognisers import Span

SMALL: Final = Decimal(100)
_KEPT: Final = re.compile(
    r"\[\[v\d+(?:\|\d)?\]\]|<[A-Z]+_\d+>|\b(?:acc|goal|ins|mov|order)_\d+"
    r"|\b[A-Z]{2}[A-Z0-9]{9}\d\b"  # an ISIN is public
    r"|\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|\blast_\d+_days\b|\bin_\d+_years\b"
)
_DIGITS: Final = re.compile(r"\d(?:[\d.,'’\u066b\u066c\u202f\u00a0 ]*\d)?")


@lru_cache(maxsize=64)
def _judge(locale: str) -> Judge:
    return Judge(evidence=(), locale=locale, base_currency="USD")


def amounts(text: str, *, locale: str) -> list[Span]:
    """Return the amounts of a person's own text: money, and plain numbers of a hundred or more.

    Years, dates, percentages and small counts stay: they say what is asked, not what she has.
    """
    kept = [found.span() for found in _KEPT.finditer(text)]
    return [
        Span(claim.start, claim.end, "amount")
        for claim in _judge(locale).judge(text).claims
        if (claim.kind is Kind.MONEY or _large(claim.kind, claim.value, claim.status))
        and not any(a < claim.end and claim.start < b for a, b in kept)
    ]


def digits(text: str) -> Iterator[Span]:
    """Find every number of a text that was made from her figures: earlier answers, memos."""
    kept = [found.span() for found in _KEPT.finditer(text)]
    for found in _DIGITS.finditer(text):
        if not any(a < found.end() and found.start() < b for a, b in kept):
            yield Span(found.start(), found.end(), "amount")


def _large(kind: Kind, value: object, status: Status) -> bool:
    if kind not in (Kind.QUANTITY, Kind.COUNT):
        return False
    return status is Status.UNPARSEABLE or (isinstance(value, Decimal) and abs(value) >= SMALL)
