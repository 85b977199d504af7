"""Patterns of whole words: where a word begins and ends in each of our scripts."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from app.domains.chat.understanding.folding import fold

#: A letter or mark of any of our scripts: words end where these end. Chinese has no borders, and
#: is none to the words of another script within it.
LETTER: Final = r"(?:[^\W\u3400-\u9fff]|[\u0900-\u0963\u0966-\u097f])"
#: A letter that is no digit.
NO_DIGIT: Final = r"(?:[^\W\d\u3400-\u9fff]|[\u0900-\u0963\u0970-\u097f])"
BEGIN: Final = f"(?<!{LETTER})"
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NEVER: Final = re.compile(r"(?!)")
#: Arabic writes "the", "with", "to", "in" and "and" onto the next word.
_PREFIXES: Final = ("[بلفوك]", "ال", "[بفوك]ال", "لل")


def begin_of(lang: str, letter: str = LETTER) -> str:
    """Return the pattern of where a word begins in a language."""
    begin = f"(?<!{letter})"
    if lang != "ar":
        return begin
    return f"(?:{begin}|{'|'.join(f'(?<={begin}{prefix})' for prefix in _PREFIXES)})"


def folded_word(word: str) -> str:
    """Return a word as the rules read it."""
    return fold(word).text


def either(words: Iterable[str]) -> str:
    """Return alternatives, longer before shorter."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def whole(words: Iterable[str], begin: str, *, cjk: bool = False) -> re.Pattern[str]:
    """Return a pattern of whole words; Chinese has no borders."""
    joined = either(words)
    if not joined:
        return NEVER
    return re.compile(joined if cjk else f"{begin}(?:{joined})(?!{LETTER})")


@lru_cache(maxsize=8192)
def bounded(pattern: str, *, cjk: bool) -> re.Pattern[str]:
    """Return a pattern that stands between the borders of words."""
    if cjk:
        return re.compile(f"(?:{pattern})")
    # The stroke of 50/month stands right after its figure.
    return re.compile(rf"(?:{BEGIN}|(?=/))(?:{pattern})(?!{LETTER})")
