"""A text as the recognisers read it: ASCII digits, narrow letters, nothing unseen; places kept."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_JOINERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is what is read; its code point `n` stands at `places[n]` of the original."""

    original: str
    text: str
    places: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the reading stands in the original; `start` < `end`."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def read(text: str) -> Reading:
    """Return the reading of a text. Linear in its length."""
    if text.isascii():
        return Reading(text, text, None)
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = char if char.isascii() else _plain(char)
        chars.append(plain)
        places.extend([place] * len(plain))
    return Reading(text, "".join(chars), tuple(places))


def folded(reading: Reading) -> Reading:
    """Return a reading in which case, accents and vowel marks do not count."""
    if reading.text.isascii():
        return Reading(reading.original, reading.text.lower(), reading.places)
    chars: list[str] = []
    places: list[int] = []
    for number, char in enumerate(reading.text):
        plain = _folded(char)
        chars.append(plain)
        place = number if reading.places is None else reading.places[number]
        places.extend([place] * len(plain))
    return Reading(reading.original, "".join(chars), tuple(places))


@lru_cache(maxsize=8_192)
def _plain(char: str) -> str:
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
