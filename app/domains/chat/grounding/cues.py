"""Words around a figure that are told by their form: of owning, of time, hedges behind it."""

import re
from decimal import Decimal
from functools import cache
from typing import Final

from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import START, pattern_of

#: Units of time stand first among a language's units: where years, months, weeks, days end.
_TIME_UNITS: Final = {
    "en": (2, 4, 6, 8), "es": (2, 4, 6, 8), "fr": (4, 5, 7, 9), "de": (3, 6, 8, 11),
    "pt": (2, 4, 6, 8), "hi": (4, 8, 10, 12), "ar": (4, 7, 9, 12), "zh": (1, 3, 4, 6),
}  # fmt: skip
_DAYS: Final = (Decimal("365.25"), Decimal("30.44"), Decimal(7), Decimal(1))


@cache
def owned(language: str) -> re.Pattern[str]:
    """Return what says that a sentence speaks of the account."""
    return re.compile("|".join(words(language)["owning"]) or "(?!)")


@cache
def asked(language: str) -> re.Pattern[str]:
    """Return what says that the user asked for a thing or named a figure herself."""
    left = "" if language == "zh" else START
    return re.compile(rf"{left}{pattern_of(words(language)['asked'], edge=language != 'zh')}")


@cache
def timed(language: str) -> re.Pattern[str]:
    """Return what follows a figure that counts units of time."""
    return re.compile(rf"[\s-]*(?:{_times(language)})")


@cache
def than(language: str) -> re.Pattern[str]:
    """Return what stands before the second of two things compared."""
    if language == "zh":
        return re.compile("[比较]")
    return re.compile(rf"{START}(?:{pattern_of(words(language)['than'], edge=False)})")


def unit_days(folded: str, at: int, language: str) -> Decimal | None:
    """Return how many days the unit of time has that stands at a place; None for no such unit."""
    match = _time_units(language).match(folded, at)
    if match is None:
        return None
    return next(days for key, days in enumerate(_DAYS) if match[f"u{key}"] is not None)


@cache
def _time_units(language: str) -> re.Pattern[str]:
    """Return a figure's unit of time, with a word between at most: "10 more months"."""
    units, begin, parts = words(language)["units"], 0, []
    cjk = language == "zh"
    for key, end in enumerate(_TIME_UNITS[language]):
        parts.append(f"(?P<u{key}>{pattern_of(units[begin:end], edge=not cjk)})")
        begin = end
    between = "" if cjk else rf"(?:[{WORD}]{{2,12}}\s)?"
    return re.compile(rf"[\s-]*{between}(?:{'|'.join(parts)})")


@cache
def lasting(language: str) -> re.Pattern[str]:
    """Return what a figure with a unit of time looks like."""
    return re.compile(rf"\S{{1,20}}?\s*(?:[{WORD}]{{3,9}}\s)?{_times(language)}")


def _times(language: str) -> str:
    """Return a pattern of all its units of time."""
    return pattern_of(words(language)["units"][: _TIME_UNITS[language][-1]], edge=False)


@cache
def _after_words(key: str, language: str) -> tuple[str, ...]:
    """Return the words that may also follow a figure, as Chinese, Hindi and Arabic put them."""
    if language == "zh":
        return {"hedges": ("左右", "上下"), "over": ("以上", "多"), "under": ("以下",)}[key]
    if language == "hi":
        own: list[str] = words(language)[key]
        return tuple(own)
    return ("تقريبا", "or so", "ungefähr") if key == "hedges" else ()


def trailing(behind: str, key: str, language: str) -> bool:
    """Tell whether the text behind a figure begins with a hedge."""
    return behind.lstrip().startswith(_after_words(key, language) or ("\ue001",))
