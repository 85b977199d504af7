"""The words of one language: figures, currencies, dates and how often; read from its JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.domains.chat.understanding.folding import fold

DATA: Final = Path(__file__).parents[1] / "data"
#: A letter or mark of any of our scripts: words end where these end.
LETTER: Final = r"[\w\u0900-\u0963\u0966-\u097f]"
DIGITS: Final = r"\d+(?:[.,']\d+|[ ]\d{3}(?!\d))*"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a language's words for closed slots mean, all in folded letters."""

    lang: str
    numbers: dict[str, float]
    scales: dict[str, int]
    joiners: frozenset[str]
    currency: dict[str, str]
    parts: dict[str, int]
    months: dict[str, int]
    weekdays: dict[str, int]
    units: dict[str, str]
    number_words: re.Pattern[str]
    patterns: tuple[tuple[str, re.Pattern[str], str], ...]
    dates: re.Pattern[str]
    between: re.Pattern[str]
    variants: dict[str, str]
    cjk: bool
    glued: bool


@lru_cache(maxsize=16)
def lexicon(lang: str) -> Lexicon:
    """Return the lexicon of a language; each is read once."""
    raw = json.loads((DATA / f"{lang}.json").read_text(encoding="utf-8"))
    variants: dict[str, str] = raw.get("fold", {})
    cjk = bool(raw.get("cjk"))
    months, numbers = _folded(raw["months"]), _folded(raw["numbers"])
    weekdays, units = _folded(raw["weekdays"]), _split(raw["units"])
    scales = _folded(raw["scales"])
    parts = _folded(raw["parts"])
    words = _either([*numbers, *scales])
    count = (
        r"\d{1,3}"
        + (f"|{_either(numbers)}" if numbers else "")
        + ("|[一二三四五六七八九十两半]+" if cjk else "")
    )
    blanks = {
        "{n}": f"(?:{count})", "{m}": f"(?:{_either(months)})", "{w}": f"(?:{_either(weekdays)})",
        "{u}": f"(?:{_either(units)})",
    }  # fmt: skip
    patterns = [
        (kind, _bounded(_fill(_fold(pattern), blanks), cjk=cjk), value)
        for kind, table in (("freq", raw["frequency"]), ("date", raw["dates"]))
        for whole, value in table.items()
        for pattern in _alternatives(whole)
    ]
    return Lexicon(
        lang, numbers, scales, frozenset(_fold(word) for word in raw["joiners"]),
        _split(raw["currency"]), parts, months, weekdays, units,
        # The Arabic "with" is written onto its figure.
        re.compile(rf"(?:(?<!{LETTER})|(?<=\sب))(?:{words})(?!{LETTER})") if words else _NEVER,
        tuple(patterns), _dates(raw, months), _between(raw["to"], cjk=cjk), variants, cjk,
        bool(raw.get("glued")),
    )  # fmt: skip


_NEVER: Final = re.compile(r"(?!)")


def _fold(word: str) -> str:
    return fold(word).text


def _folded(table: dict[str, Any]) -> dict[str, Any]:
    return {_fold(word): value for word, value in table.items()}


def _split(table: dict[str, str]) -> dict[str, str]:
    return {_fold(word): value for words, value in table.items() for word in words.split("|")}


def _alternatives(pattern: str) -> Iterator[str]:
    """Split at the bars outside parentheses, so that a blank stands once in each pattern."""
    depth, start = 0, 0
    for place, char in enumerate(pattern):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            yield pattern[start:place]
            start = place + 1
    yield pattern[start:]


def _either(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _fill(pattern: str, blanks: dict[str, str]) -> str:
    for blank, words in blanks.items():
        pattern = pattern.replace(blank, words.replace("(?:", f"(?P<{blank[1]}>", 1))
    return pattern


def _bounded(pattern: str, *, cjk: bool) -> re.Pattern[str]:
    if cjk:
        return re.compile(f"(?:{pattern})")
    return re.compile(rf"(?<!{LETTER})(?:{pattern})(?!{LETTER})")


def _dates(raw: dict[str, Any], months: dict[str, int]) -> re.Pattern[str]:
    """Dates with a month: by name with a day or a year, or written in figures."""
    figures = (
        r"(?P<iso>(?:19|20)\d\d-\d\d?(?:-\d\d?)?)|(?P<fig>\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d)"
    )
    if raw.get("cjk"):
        return re.compile(
            figures
            + r"|(?P<year>(?:19|20)\d\d)年度?(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号]?)?)?"
            r"|(?P<month2>\d{1,2})月(?:(?P<day2>\d{1,2})[日号])?(?!\d)"
        )
    names, of = _either(months), "|".join(re.escape(_fold(word)) for word in raw["of"])
    gap = f"(?:\\s*(?:{of})\\s*|\\s+)" if of else r"\s+"
    suffix = raw["day_suffix"]
    named = (
        rf"(?:(?P<day>\d{{1,2}}){suffix}{gap})?(?P<month>{names})(?:{gap}(?P<year>(?:19|20)\d\d))?"
        rf"|(?P<month2>{names})\s+(?P<day2>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:{gap}(?P<year2>(?:19|20)\d\d))?"
    )
    return re.compile(rf"(?<!{LETTER})(?:{figures}|{named})(?!{LETTER})")


def _between(words: list[str], *, cjk: bool) -> re.Pattern[str]:
    joined = _either(_fold(word) for word in words)
    return re.compile(f"(?:{joined})") if cjk else re.compile(rf"\s*(?:{joined})\s*")
