"""Sentences as hurried fingers type them: one misspelt copy of each, the same for the same seed.

Of about every fifth longer word a letter is dropped, doubled, swapped with the next or, on a
Latin keyboard, hit beside. Written Chinese is typed by sound, not by letter, and stays.
"""

import unicodedata
import zlib
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

SHORTEST: Final = 4
EVERY: Final = 5
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: Final = {a: b for row in _ROWS for a, b in zip(row, row[1:] + row[-2], strict=True)}
_VOWELS: Final = frozenset("aeiou")


def misspelt(texts: Sequence[str], *, seed: int) -> list[str]:
    """Return a copy of each text; a text without a word to spoil comes back as it is."""
    return [
        _spoilt(text, np.random.default_rng([seed, zlib.crc32(text.encode("utf-8", "replace"))]))
        for text in texts
    ]


def _spoilt(text: str, draw: np.random.Generator) -> str:
    words = text.split(" ")
    usable = [at for at, word in enumerate(words) if len(word) >= SHORTEST and _spelt(word)]
    draw.shuffle(usable)
    for at in usable[: max(1, len(words) // EVERY)]:
        words[at] = _WAYS[int(draw.integers(len(_WAYS)))](words[at], draw)
    return " ".join(words)


def _spelt(word: str) -> bool:
    return all(
        unicodedata.category(char)[0] in "LM" and not "\u3400" <= char <= "\u9fff" for char in word
    )


def _dropped(word: str, draw: np.random.Generator) -> str:
    at = int(draw.integers(1, len(word) - 1))
    return word[:at] + word[at + 1 :]


def _swapped(word: str, draw: np.random.Generator) -> str:
    at = int(draw.integers(1, len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, draw: np.random.Generator) -> str:
    at = int(draw.integers(1, len(word) - 1))
    return word[:at] + word[at] + word[at:]


def _beside(word: str, draw: np.random.Generator) -> str:
    at = int(draw.integers(1, len(word) - 1))
    return word[:at] + _BESIDE.get(word[at], word[at]) + word[at + 1 :]


def _voiceless(word: str, draw: np.random.Generator) -> str:
    vowels = [at for at, char in enumerate(word) if at and char in _VOWELS]
    if not vowels:
        return _dropped(word, draw)
    at = vowels[int(draw.integers(len(vowels)))]
    return word[:at] + word[at + 1 :]


_WAYS: Final[tuple[Callable[[str, np.random.Generator], str], ...]] = (
    _dropped, _swapped, _doubled, _beside, _voiceless,
)  # fmt: skip
