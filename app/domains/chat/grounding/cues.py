"""Words around a figure that are told by their form: of owning, of time, hedges behind it."""

import re
from functools import cache
from typing import Final

from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import START, pattern_of

#: Units of time stand first among a language's units: so many of them.
_TIMES: Final = {"en": 8, "es": 8, "fr": 9, "de": 11, "pt": 8, "hi": 12, "ar": 12, "zh": 6}


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
    units = words(language)["units"][: _TIMES[language]]
    return re.compile(rf"[\s-]*(?:{pattern_of(units, edge=False)})")


@cache
def lasting(language: str) -> re.Pattern[str]:
    """Return what a figure with a unit of time looks like."""
    units = words(language)["units"][: _TIMES[language]]
    return re.compile(rf"\S{{1,20}}?\s*(?:[{WORD}]{{3,9}}\s)?{pattern_of(units, edge=False)}")


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
