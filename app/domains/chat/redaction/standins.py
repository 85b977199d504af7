"""Placeholders in a model's answer while it is judged: one letter of its own for each.

A placeholder has a digit, which the judge of figures would take for one; and what it stands for
must not be judged at all. So the engine speaks a private-use letter, and the text behind it is
put in after the judging.
"""

from collections.abc import Mapping
from typing import Final

from app.domains.chat.redaction.masking import PLACEHOLDER, Masker

FIRST: Final = 0xE000
MOST: Final = 0x1000
_LONGEST: Final = 18


class StandIns:
    """Turns placeholders of one answer into letters, whatever pieces it comes in."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._letters: dict[str, str] = {}
        self._rest = ""
        self.originals: dict[str, str] = {}
        """Letter → what stands behind it."""

    def push(self, piece: str) -> str:
        """Return what can be said of a piece; the beginning of a placeholder waits."""
        text = self._rest + _without_letters(piece)
        cut = text.rfind("<")
        waits = cut >= 0 and ">" not in text[cut:] and len(text) - cut <= _LONGEST
        self._rest = text[cut:] if waits else ""
        return self._lettered(text[:cut] if waits else text)

    def finish(self) -> str:
        """Return what still waited."""
        text, self._rest = self._rest, ""
        return self._lettered(text)

    def whole(self, text: str) -> str:
        """Return what can be said of a text that came in one piece, beside what still waits."""
        return self._lettered(_without_letters(text))

    def _lettered(self, text: str) -> str:
        if "<" not in text:
            return text
        return PLACEHOLDER.sub(lambda found: self._letter(found[0]), text)

    def _letter(self, place: str) -> str:
        original = self._masker.originals.get(place)
        if original is None or len(self._letters) >= MOST:
            return place
        letter = self._letters.setdefault(place, chr(FIRST + len(self._letters)))
        self.originals[letter] = original
        return letter


def filled(text: str, originals: Mapping[str, str]) -> str:
    """Put what stands behind the letters in their places."""
    return "".join(originals.get(char, char) for char in text)


def _without_letters(text: str) -> str:
    """Drop private-use letters that a model wrote itself: nobody may pretend to be one."""
    if text.isascii():
        return text
    return "".join(char for char in text if not FIRST <= ord(char) < FIRST + MOST)
