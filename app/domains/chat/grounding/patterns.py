"""The regular expressions of a language's figures, compiled once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from app.domains.chat.grounding.mapping import fold
from app.domains.chat.grounding.tables import WORD, number_of, table, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

S: Final = r"[\s\u00a0\u202f]"
RUN: Final = re.compile(
    r"[0-9]+(?:[.,'’·٫٬_\u00a0\u202f\u2009][0-9]+|\x20[0-9]{3}(?![0-9]))*"
)  # fmt: skip
RUN_PLAIN: Final = re.compile(r"[0-9]+(?:[.,'’·٫٬_\u00a0\u202f\u2009][0-9]+)*")
OTHER_NUMERIC: Final = re.compile(
    r"[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u218b\u2460-\u24ff\u2776-\u2793"
    r"\u3220-\u3229\u3280-\u3289]+"
)
VULGAR: Final = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}


@dataclass(frozen=True, slots=True)
class Patterns:
    """What stands before and after a figure, and the figures written as words."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    magnitudes: Mapping[str, int]
    marks: Mapping[str, str]
    fractions: tuple[tuple[re.Pattern[str], Decimal, bool], ...]
    hedges: re.Pattern[str]
    over: re.Pattern[str]
    under: re.Pattern[str]
    minus: re.Pattern[str]
    joiner: re.Pattern[str]


_MINUS_WORDS: Final = "minus|moins|menos|negative|negativo|माइनस|ऋण|ناقص|سالب|负|負|零下"


@cache
def patterns(language: str) -> Patterns:
    """Return the patterns of a language."""
    own = words(language)
    edge = language != "zh"
    symbols = {fold(key): str(code) for key, code in table("currencies")["symbols"].items()}
    codes = {code.lower(): code for code in table("currencies")["codes"]}
    marks = codes | symbols | {str(k): str(v).upper() for k, v in own["currencies"].items()}
    marks |= {key: "%c" for key, mark in marks.items() if mark == "%C"}
    left = START if edge else r"(?<![a-z])"
    coded = pattern_of([*codes, *(one for one in symbols if one[0].isalpha())], edge=False)
    signed = pattern_of([one for one in symbols if not one[0].isalpha()], edge=False)
    before = (
        rf"(?P<sign>[-+–]{S}?)?(?P<cur>{left}{coded}|{signed}){S}?(?P<inner>[-+])?$"
        r"|(?P<only>[-+–])$"
    )
    joined = pattern_of([*own["joiners"], "to"]) if edge else pattern_of(own["joiners"], edge=False)
    return Patterns(
        before=re.compile(before),
        after=re.compile(_after(own, marks, edge=edge)),
        magnitudes=own["magnitudes"],
        marks=marks,
        fractions=_fractions(own, edge=edge),
        hedges=_ahead(own["hedges"], edge=edge),
        over=_ahead(own["over"], edge=edge),
        under=_ahead(own["under"], edge=edge),
        minus=re.compile(rf"(?:{_MINUS_WORDS}){S}*$"),
        joiner=re.compile(rf"{S}*(?:[-–—~～]|{joined}){S}*"),
    )


def _after(own: Mapping[str, Any], marks: Mapping[str, str], *, edge: bool) -> str:
    """Return what may follow a figure: magnitude, percent or currency, ordinal, times, unit."""
    right = EDGE if edge else r"(?![a-z])"
    magnitude = rf"{S}?(?P<mag>{pattern_of(own['magnitudes'], edge=False)}){right}"
    if not edge:
        magnitude = rf"{S}?(?P<mag>{pattern_of(own['magnitudes'], edge=False)})(?![a-z])"
    basis = pattern_of([*own["basis"], "bps", "bp"], edge=edge)
    percent = pattern_of([*own["points"], *own["percent"]], edge=edge)
    currency = pattern_of(marks, edge=edge)
    return (
        rf"(?:{magnitude})?"
        rf"(?:{S}?(?:(?P<basis>{basis})|(?P<permille>‰)|(?P<percent>%|{percent}))"
        rf"|{S}?(?:(?:de|of|d['’]){S}?)?(?P<cur>{currency})"
        rf"|{S}?(?P<times>{pattern_of(own['times'], edge=edge)})"
        rf"|(?P<ordinal>{pattern_of([x for x in own['ordinals'] if x != '.'], edge=True)})"
        rf"|(?P<glued>{pattern_of(own['glued'], edge=True)})"
        rf"|[-{S[1:-1]}]?(?P<unit>{pattern_of(own['units'], edge=edge)}))?"
    )


def _ahead(found: list[str], *, edge: bool) -> re.Pattern[str]:
    """Return a pattern of words just before a figure, with at most two short words between."""
    left = START if edge else ""
    gap = rf"(?:{S}*[{WORD}]{{1,5}}){{0,2}}" if edge else r"[\u3400-\u9fff]{0,4}"
    return re.compile(rf"(?:{left}(?P<word>{pattern_of(found, edge=edge)})){gap}{S}*$")


def _fractions(
    own: Mapping[str, Any], *, edge: bool
) -> tuple[tuple[re.Pattern[str], Decimal, bool], ...]:
    left = START if edge else ""
    return tuple(
        (re.compile(f"{left}(?:{found})"), number_of(str(value)), key == "ratios")
        for key in ("ratios", "fractions")
        for found, value in own[key].items()
    )
