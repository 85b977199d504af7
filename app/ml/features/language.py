"""What shows a text's language: its script, and short runs of letters with their accents."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Digits inside words are letters of Arabic written in Latin script.
_WORD = re.compile(r"[^\W_]*[^\W\d_][^\W_]*")
_SIZES: Final = (1, 2, 3, 4)
MAX_GRAMS: Final = 4000
#: Names of funds and shops are Latin everywhere: this share of another script decides.
_DECIDES: Final = 0.15
#: One Chinese character says as much as a few letters.
_HAN_LETTERS: Final = 3
_SCRIPTS: Final = {"DEVANAGARI": "hi", "ARABIC": "ar", "CJK": "zh"}


def script_language(normalised: str) -> str | None:
    """Return the language whose script writes enough of the letters; None for Latin or none."""
    counts: dict[str | None, int] = {}
    for char in normalised:
        if char.isalpha():
            lang = _language_of_letter(char)
            counts[lang] = counts.get(lang, 0) + (_HAN_LETTERS if lang == "zh" else 1)
    least = _DECIDES * sum(counts.values())
    counts.pop(None, None)
    lang = max(counts, key=lambda one: counts[one], default=None)
    return lang if lang is not None and counts[lang] >= least else None


def language_grams(normalised: str) -> list[str]:
    """Return whole words and the runs of 1 to 4 letters in them, accents kept."""
    grams: list[str] = []
    for word in _WORD.findall(normalised.casefold()):
        padded = f" {word[:40]} "
        grams.append(padded)
        for size in _SIZES:
            grams += [padded[at : at + size] for at in range(len(padded) - size + 1)]
        if len(grams) > MAX_GRAMS:
            break
    return grams[:MAX_GRAMS]


@lru_cache(maxsize=20_000)
def _language_of_letter(char: str) -> str | None:
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0])
