"""Parts a text into sentences, and a sentence into the clauses its figures stand in."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import pattern_of

_ENDS: Final = re.compile(r"[.!?…।؟]+[\"'”»)\]]*(?=\s|$)|[。！？]+[”」）]*|\n+")
#: What each of them begins with: without one a text has no end.
STOPS: Final = re.compile(r"[.!?…।؟。！？\n]")
_LAST_WORD: Final = re.compile(rf"([{WORD}.]+)$")
_MARKER: Final = re.compile(r"(?:^|\n)\s*\d{1,2}$")
_ABBREVIATION_MAX: Final = 12


def _ends_here(text: str, match: re.Match[str], language: str, *, whole: bool) -> bool:
    """Tell whether a terminator ends the sentence: not after an abbreviation or a list marker."""
    mark = match.group()
    if not mark.startswith("."):
        return True
    ahead = text[max(0, match.start() - _ABBREVIATION_MAX * 2) : match.start()]
    last = _LAST_WORD.search(ahead)
    if last and last.group(1).lower().strip(".") in _abbreviations(language):
        return False
    if _MARKER.search(ahead) and len(ahead.strip()) <= 2:
        return False
    following = text[match.end() : match.end() + 24].lstrip(" \u00a0")
    if not following:
        return whole
    if following[0].islower() and mark == ".":
        return False
    # "26. November" goes on; "5. Ihre Gebühren" does not.
    numbered = bool(last and last.group(1).isdigit() and language == "de")
    if numbered and not whole and not re.search(r"\s", following):
        return False
    return not (numbered and _month_first(following.lower()))


@cache
def _abbreviations(language: str) -> frozenset[str]:
    return frozenset(word.strip(".") for word in words(language)["abbreviations"])


@cache
def _months(language: str) -> re.Pattern[str]:
    rows = [name for row in words(language)["months"] for name in row.split("|")]
    return re.compile(pattern_of([*rows, "quartal*", "halbjahr*"]))


def _month_first(following: str) -> bool:
    return bool(_months("de").match(following))


def sentence_end(text: str, start: int, language: str, *, whole: bool = True) -> int | None:
    """Return where the sentence from `start` ends (after its terminator), or None.

    Without `whole` the text may go on: an end that the next character decides is none yet.
    """
    for match in _ENDS.finditer(text, start):
        undecided = match.end() == len(text) and not whole
        if undecided and match.group()[0] in ".!?…।؟":
            return None
        if _ends_here(text, match, language, whole=whole):
            return match.end()
    return len(text) if whole and start < len(text) else None


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the sentences of a text; together they are the whole text."""
    out, start = [], 0
    while start < len(text):
        end = sentence_end(text, start, language) or len(text)
        out.append((start, end))
        start = end
    return out


@cache
def _borders(language: str) -> re.Pattern[str]:
    own = words(language)["conjunctions"]
    marks = r"[,;:—–()\[\]|،؛，；：、（）/]"
    if language == "zh":
        return re.compile(f"{marks}|{pattern_of(own, edge=False)}")
    joined = rf"(?<![{WORD}])(?:{pattern_of(own)})(?!-)"
    if language == "ar":
        joined += rf"|(?<![{WORD}])و(?=[{WORD}]{{2}})"
    return re.compile(f"{marks}|{joined}")


def clauses(
    folded: str,
    span: tuple[int, int],
    figures: Sequence[Figure],
    language: str,
    whole: Sequence[tuple[int, int]] = (),
) -> list[tuple[int, int]]:
    """Part a sentence: at a comma or conjunction, but only once a figure has been said.

    What lies in `whole`, such as "between May and June", is not parted. A semicolon parts always.

    "Your gain and return were 500 and 5 %" has two clauses: "Your gain and return were 500"
    and "and 5 %".
    """
    start, end = span
    inside = [(figure.start, figure.end) for figure in figures if start <= figure.start < end]
    out, begin, index = [], start, 0
    for match in _borders(language).finditer(folded, start, end):
        while index < len(inside) and inside[index][1] <= match.start():
            index += 1
        within = index < len(inside) and inside[index][0] < match.end()
        said = index > 0 and inside[index - 1][0] >= begin
        within = within or any(one < match.start() < two for one, two in whole)
        if (said or match.group() in ";；؛") and not within:
            out.append((begin, match.start()))
            begin = match.start()
    out.append((begin, end))
    return out
