"""Misspelt words of dates, of how often and of money, as they were meant.

Only a word that people do not write otherwise is taken for a misspelt one, and only one letter
may be missing, too many, another or out of its turn. Each letter keeps its place in the original.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domains.chat.understanding.folding import Folded
from app.domains.chat.understanding.slots.words import LETTER

_WORD: Final = re.compile(rf"(?:(?!\d){LETTER})+")
#: Shorter words differ from too many others in one letter.
_SHORTEST: Final = 4
_PREFIXES: Final = ("و", "ب", "ل", "ف", "ال", "بال", "وال", "لل")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words looked for, each found by its forms that lack a letter.

    `names` are those a person or a firm may be called by, such as months; `told` are misspelt
    words so common that they stand in the lines, `right` the words of the language's own tables.
    """

    near: Mapping[str, tuple[str, ...]]
    names: frozenset[str]
    told: Mapping[str, str]
    right: frozenset[str]


def spelling(
    words: frozenset[str],
    names: frozenset[str],
    told: Mapping[str, str],
    right: frozenset[str],
) -> Spelling:
    """Return what finds the words, and names, that a misspelt one was meant to be."""
    near: dict[str, list[str]] = {}
    for word in sorted(words | names):
        if len(word) >= _SHORTEST:
            for form in {word, *_lacking(word)}:
                near.setdefault(form, []).append(word)
    return Spelling(
        {form: tuple(found) for form, found in near.items()}, names, told, right | words | names
    )


def mended(
    folded: Folded, spelling: Spelling, lang: str, known: frozenset[str], own: frozenset[str]
) -> Folded:
    """Return the text with misspelt words as meant; `known` (`lang|word`) and `own` ones stay."""
    pieces: list[str] = []
    at: list[int] = []
    last = 0
    for match in _WORD.finditer(folded.text):
        word = match[0]
        meant = spelling.told.get(word)
        if word in own or (meant is None and _right(word, spelling, lang)):
            continue
        if meant is None and not (f"{lang}|{word}" in known or f"en|{word}" in known):
            first = folded.original[folded.at[match.start()]]
            meant = _meant(word, spelling, named=first.isupper() and match.start() > 0)
        if meant is None:
            continue
        start, end = match.span()
        pieces += (folded.text[last:start], meant)
        at += folded.at[last:start]
        # The last letter stands where the misspelt word ends, so that a span holds all of it.
        at += [folded.at[min(start + i, end - 1)] for i in range(len(meant) - 1)]
        at.append(folded.at[end - 1])
        last = end
    if not last:
        return folded
    return Folded(folded.original, "".join([*pieces, folded.text[last:]]), (*at, *folded.at[last:]))


def _right(word: str, spelling: Spelling, lang: str) -> bool:
    """Tell whether a word is one of the tables, in Arabic also with "and" or "the" before it."""
    if word in spelling.right:
        return True
    return lang == "ar" and any(
        word.startswith(one) and word[len(one) :] in spelling.right for one in _PREFIXES
    )


def _meant(word: str, spelling: Spelling, *, named: bool) -> str | None:
    """Return the word one letter away, the shortest of its forms; None when others are, too."""
    if len(word) < _SHORTEST - 1:
        return None
    found = {
        meant
        for form in (word, *_lacking(word))
        for meant in spelling.near.get(form, ())
        if _one_apart(word, meant)
        and not (meant in spelling.names and (named or word[0] != meant[0]))
    }
    first = min(found, key=len, default=None)
    return first if first and all(one.startswith(first) for one in found) else None


def _lacking(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def _one_apart(word: str, meant: str) -> bool:
    """Tell whether one letter is too many, missing, another, or changed places with the next."""
    if word == meant or abs(len(word) - len(meant)) > 1:
        return False
    same = 0
    while same < min(len(word), len(meant)) and word[same] == meant[same]:
        same += 1
    if not same and min(len(word), len(meant)) <= _SHORTEST:
        return False
    left, right = word[same:], meant[same:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[1::-1] == right[:2] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]
