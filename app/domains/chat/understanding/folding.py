"""A text as the rules read it: folded letter by letter, each letter knowing where it came from.

The original is never changed; spans found in the folded text are given back in its code points.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: A message is at most 4,000 characters; what is longer is understood by its beginning.
MAX_CHARS: Final = 4_000
#: Letters of other alphabets that look Latin: none of our languages uses these alphabets.
_LOOKALIKES: Final = dict(
    zip(
        "аеорсухіјѕһԁԛԝɡıΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХοαεικν",
        "aeopcyxijshdqwgiabezhikmnoptyxabekmhopctyxoaeikv",
        strict=True,
    )
)
_SAME: Final = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "٪": "%",
    "％": "%",
    "−": "-",
    "‑": "-",
    "٫": ".",
    "٬": ",",
    "،": ",",
    "ß": "s",
    "ى": "ي",
    "ة": "ه",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ئ": "ي",
    "گ": "ك",
    "ک": "ك",
    "ی": "ي",
    "ँ": "ं",
    "\u0131": "i",
    "ø": "o",
    "æ": "a",
    "œ": "o",
}
#: A capital ligature folds to a small one, that to a letter; nothing takes more rounds.
_ROUNDS: Final = 4
_DROPPED: Final = {"ـ", "\u00ad", "\u093c"}


@lru_cache(maxsize=8_192)
def fold_char(char: str) -> str:
    """Return one folded character, or nothing for one that is not seen."""
    for _ in range(_ROUNDS):
        folded = _fold_once(char)
        if folded in ("", char):
            return folded
        char = folded
    return char


def _fold_once(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    category = unicodedata.category(char)
    if category == "Cf" or char in _DROPPED:
        return ""
    if category in ("Mn", "Me") and not "\u0900" <= char <= "\u0dff":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if char.isspace() or category in ("Cc", "Zs"):
        return " "
    # Full-width and decorated Latin letters; a base letter stands for its accented forms.
    plain = unicodedata.normalize(
        "NFKD" if "\uff01" <= char <= "\uff5e" or category == "Lu" or category == "Ll" else "NFD",
        char,
    )
    first = plain[:1] or char
    first = _SAME.get(first, _LOOKALIKES.get(first, first))
    low = first.lower()
    return low[:1] if low else first


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `at[i]` is the place of its letter i in `original`."""

    original: str
    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a folded span lies in the original, with the marks on its last letter."""
        last = self.at[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) == "Mn":
            last += 1
        return self.at[start], last


def fold(
    original: str, *, limit: int = MAX_CHARS, variants: Mapping[str, str] | None = None
) -> Folded:
    """Fold the first `limit` characters; `variants` maps characters of a second spelling."""
    out: list[str] = []
    at: list[int] = []
    for place, char in enumerate(original[:limit]):
        folded = fold_char(variants.get(char, char) if variants else char)
        if folded:
            out.append(folded)
            at.append(place)
    return Folded(original, "".join(out), tuple(at))


def plainly(text: str) -> str:
    """Return a text for a model: nothing unseen, no lookalike letters, no half characters.

    Joiners stay out as well: the model never saw them carry a meaning.
    """
    out = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cf", "Cs"):
            continue
        out.append(_LOOKALIKES.get(char, char))
    return "".join(out)
