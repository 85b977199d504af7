"""Finds chances told as counts: "in 68 of 100 cases", "one chance in two"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from app.domains.chat.grounding.tables import words
from app.domains.chat.grounding.tries import START, pattern_of

_MANY_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Odds:
    """So many of so many at `start` to `end`; `rough` when a tenth is the finest it can say."""

    start: int
    end: int
    value: Decimal
    rough: bool


def odds(text: str, language: str) -> list[Odds]:
    """Return the chances of a folded text told as counts."""
    out = []
    for pattern in _patterns(language):
        for match in pattern.finditer(text):
            few, many = (_number(match[key], language) for key in ("n", "m"))
            if few is None or many is None or not 0 < few < many <= _MANY_MAX:
                continue
            start, end = sorted((match.span("n"), match.span("m")))
            out.append(Odds(start[0], end[1], Decimal(few) / many, many <= 10))
    return out


def _number(text: str, language: str) -> int | None:
    if text.isdigit():
        return int(text)
    value = _spoken(language).get(text)
    return None if value is None else int(value)


@cache
def _spoken(language: str) -> dict[str, int]:
    if language == "zh":
        return dict(zip("一二三四五六七八九十百", (*range(1, 11), 100), strict=True)) | {"两": 2}
    own = words(language)
    cardinals = {str(word): Decimal(value) for word, value in own["cardinals"].items()}
    found = {word: int(value) for word, value in cardinals.items() if value == int(value) <= 100}
    found |= {word: 100 for word, power in own["worded_magnitudes"].items() if power == 2}
    return found


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    number = f"[0-9]{{1,4}}|{pattern_of(_spoken(language), edge=False)}"
    left = "" if language == "zh" else START
    rows: list[str] = words(language)["odds"]
    return tuple(
        re.compile(left + row.replace("{n}", f"(?P<n>{number})").replace("{m}", f"(?P<m>{number})"))
        for row in rows
    )
