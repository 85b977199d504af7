"""What a sentence becomes before anything learns from it; training and serving call the same.

The original stays with the caller: spans, quotes and answers come from what was typed.
"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Final

from app.ml.features.han import simplified

TEXT_SET: Final = "text-2"
#: A longer message is judged by its beginning: 4,000 characters is what a turn may hold.
MAX_CHARS: Final = 4000
#: Nobody's word is longer; Chinese writes whole sentences as one.
MAX_WORD: Final = 200
CHAR_SIZES: Final = (2, 3, 4, 5)

_TATWEEL: Final = "\u0640"
_SPACES = re.compile(r"\s+")
# Chinese is written without spaces: each character counts as a word, so that pairs are words.
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")


def normalise(text: str) -> str:
    """Return the text with one spelling of what looks alike.

    Ligatures, full-width and presentation forms by NFKC (which includes NFC), digits of every
    script as 0-9, no tatweel, nothing invisible, single spaces. Case and marks stay.
    """
    composed = unicodedata.normalize("NFKC", text[: 2 * MAX_CHARS])
    plain = "".join(map(_plain, composed))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", plain)).strip()[:MAX_CHARS]


def folded(normalised: str) -> str:
    """Return a normalised text without case and accents, for counting its pieces.

    Arabic loses its vowel signs and the forms of alef, final yeh and teh marbuta that people
    write one for the other; Devanagari keeps its vowel signs, which carry the word. Traditional
    Chinese becomes simplified.
    """
    pieces = unicodedata.normalize("NFD", normalised.casefold())
    kept = "".join(c for c in pieces if not _is_loose_mark(c))
    return unicodedata.normalize("NFC", kept).translate(_alike())


def word_grams(normalised: str) -> list[str]:
    """Return the words and pairs of neighbouring words; a mark such as `?` is a word."""
    found = _WORD.findall(folded(normalised))
    return [*found, *(f"{a} {b}" for a, b in pairwise(found))]


def char_grams(normalised: str) -> list[str]:
    """Return the runs of 2 to 5 characters inside each word, which ends in spaces."""
    grams: list[str] = []
    for word in folded(normalised).split():
        padded = f" {word[:MAX_WORD]} "
        for size in CHAR_SIZES:
            grams += [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
    return grams


_ALIKE: Final = str.maketrans({"ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ß": "ss"})


@cache
def _alike() -> dict[int, Any]:
    return {**_ALIKE, **simplified()}


@lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if char == _TATWEEL:
        return ""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Cf":
        return ""
    # A lone surrogate or control character would otherwise reach a C string.
    return " " if kind in {"Cc", "Cs", "Co", "Cn"} else char


@lru_cache(maxsize=20_000)
def _is_loose_mark(char: str) -> bool:
    return unicodedata.combining(char) > 0 and not "\u0900" <= char <= "\u0dff"
