"""A text as the recognisers read it: ASCII digits, narrow letters, nothing unseen; places kept."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_JOINERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is what is read; its code point `n` is `places[n]` (start, end) of the original."""

    original: str
    text: str
    places: tuple[tuple[int, int], ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the reading stands in the original; `start` < `end`."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def read(text: str) -> Reading:
    """Return the reading of a text; `\\u200b` written out is read as what it stands for. Linear."""
    if text.isascii() and "\\u" not in text:
        return Reading(text, text, None)
    return _rewritten(text, ((text[a:b], a, b) for a, b in _characters(text)), _plain)


def folded(reading: Reading) -> Reading:
    """Return a reading in which case, accents and vowel marks do not count."""
    text, places = reading.text, reading.places
    if text.isascii():
        return Reading(reading.original, text.lower(), places)
    spans = places or tuple((n, n + 1) for n in range(len(text)))
    rows = ((char, *span) for char, span in zip(text, spans, strict=True))
    return _rewritten(reading.original, rows, _folded)


def _rewritten(
    original: str, rows: Iterable[tuple[str, int, int]], one: Callable[[str], str]
) -> Reading:
    chars: list[str] = []
    places: list[tuple[int, int]] = []
    for char, start, end in rows:
        plain = one(char)
        chars.append(plain)
        places.extend([(start, end)] * len(plain))
    return Reading(original, "".join(chars), tuple(places))


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each character stands; one that is written as an escape has six places."""
    at = 0
    for found in _ESCAPE.finditer(text):
        yield from ((n, n + 1) for n in range(at, found.start()))
        yield found.span()
        at = found.end()
    yield from ((n, n + 1) for n in range(at, len(text)))


@lru_cache(maxsize=8_192)
def _plain(char: str) -> str:
    if len(char) == 6:
        char = chr(int(char[2:], 16))
    if char.isascii() and char.isprintable():
        return char
    if char in _JOINERS or (unicodedata.category(char) in ("Cf", "Cc") and not char.isspace()):
        return ""
    if char.isspace():
        return " "
    digit = unicodedata.decimal(char, -1)
    if digit >= 0:
        return str(digit)
    if unicodedata.category(char) == "Pd":
        return "-"
    wide = unicodedata.normalize("NFKC", char)
    return "".join(str(unicodedata.decimal(one, one)) for one in wide)


@lru_cache(maxsize=8_192)
def _folded(char: str) -> str:
    apart = unicodedata.normalize("NFKD", char.casefold())
    return "".join(one for one in apart if not unicodedata.category(one).startswith("M"))
