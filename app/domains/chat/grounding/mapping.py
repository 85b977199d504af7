"""One form for every way of writing: digits, signs and letters mapped, offsets kept."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SIGNS: Final = {
    "\u2212": "-", "\uff0d": "-", "\ufe63": "-", "\u2010": "-", "\u2011": "-", "\u066a": "%",
    "\uff05": "%", "\ufe6a": "%", "\uff0b": "+", "\uff04": "$", "\uff08": "(", "\uff09": ")",
    "\u3000": " ", "\u2007": "\u00a0", "\u2008": " ", "\ufe69": "$",
}  # fmt: skip
# Letters of one sound or look written in several ways: folded in texts and tables alike.
_LETTERS: Final = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك",
    "\u0958": "क", "\u0959": "ख", "\u095a": "ग", "\u095b": "ज", "\u095c": "ड", "\u095d": "ढ",
    "\u095e": "फ", "\u095f": "य", "\u0901": "\u0902",
}  # fmt: skip
_ENCLOSING: Final = frozenset("\ufe0e\ufe0f\u20e3\u0640\u0670\u093c")
MASKED: Final = "\ue000"


@dataclass(frozen=True, slots=True)
class Mapped:
    """`text` keeps case and script, `folded` has the same length; `at` gives original offsets."""

    text: str
    folded: str
    at: Sequence[int]
    length: int

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the mapped text stands in the original, in code points."""
        if start >= end:
            return (0, 0)
        return self.at[start], self.at[end - 1] + 1


def _dropped(char: str) -> bool:
    if char in _ENCLOSING or "\u064b" <= char <= "\u065f":
        return True
    return unicodedata.category(char) == "Cf"


def _mapped(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    # Mathematical and full-width letters read as the plain ones.
    if char >= "\uff21" and unicodedata.category(char) in ("Lu", "Ll"):
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 else char
    return MASKED if char == MASKED else char


def fold(text: str) -> str:
    """Return the folded form of a table's word."""
    kept = (_folded(_mapped(char)) for char in text if not _dropped(char))
    return "".join(kept)


def _folded(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    lower = char.lower()
    return lower if len(lower) == 1 else char


def mapped(text: str) -> Mapped:
    """Map a text. Emphasis marks go: `1,2**34**` is read as it is shown."""
    if text.isascii() and "**" not in text and "__" not in text:
        return Mapped(text, text.lower(), range(len(text)), len(text))
    chars: list[str] = []
    at: list[int] = []
    index, size = 0, len(text)
    while index < size:
        char = text[index]
        if char in "*_" and text[index : index + 2] == char * 2:
            index += 2
            continue
        if char.isascii():
            chars.append(char)
            at.append(index)
        elif not (_dropped(char) or (chars and chars[-1].isdigit() and _mark(char))):
            chars.append(_mapped(char))
            at.append(index)
        index += 1
    plain = "".join(chars)
    return Mapped(plain, "".join(_folded(char) for char in chars), at, size)


def _mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn"
