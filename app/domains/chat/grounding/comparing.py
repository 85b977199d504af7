"""Finds figures that a sentence sets against each other the wrong way round."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Final

from app.domains.chat.evidence_types import Kind
from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.lexicon import Hit
from app.domains.chat.grounding.numbers import POINTS
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

_MARK: Final = r"[,;:()،–—-]"
#: Figures so far apart are not compared by a word or two between them.
_APART_MAX: Final = 80
#: So long is a preposition with what ends the sentence before it.
_FRONT: Final = 16
_PAUSE: Final = r"[\s,;:()\[\]،，；：（）—–-]*"
_NEAR: Final = rf"\s*(?:[{WORD}'’]+\s+){{0,4}}\(?"
_NEAR_CJK: Final = r"[\u3400-\u9fff\s]{0,6}\(?"


def contradicted(
    folded: str, figures: Sequence[Figure], found: Sequence[Hit], language: str
) -> frozenset[int]:
    """Return where figures begin that contradict the one beside them.

    "9 %, above the planned 10 %" is wrong whatever the two rest on, and so is a rise "from 83 to
    68". Only figures of one kind and currency are compared, and only where nothing but a word of
    comparison stands between.
    """
    out: set[int] = set()
    distance = _distances(language)
    for one, two in pairwise(figures):
        if two.start - one.end > _APART_MAX:
            continue
        if any(distance.search(folded, each.start, each.end) for each in (one, two)):
            continue
        sizes = next(_alike(one, two), None)
        if sizes is None or sizes[0] == sizes[1]:
            continue
        said = _said(folded, one, two, language) or _course(folded, one, two, found, language)
        if said and (sizes[0] > sizes[1]) != (said > 0):
            out |= {one.start, two.start}
    return frozenset(out)


def _alike(one: Figure, two: Figure) -> Iterator[tuple[Decimal, Decimal]]:
    """Return the sizes of two figures in the readings that have one kind."""
    for left in (one, one.inherited):
        for right in (two, two.inherited):
            if left is None or right is None or left.value is None or right.value is None:
                continue
            if left.ratio or right.ratio or left.year or right.year:
                continue
            # Of two losses the smaller one may be called "less" or "higher": not judged.
            judged = left.kind in (Kind.MONEY, Kind.PERCENT) and min(left.sign, right.sign) >= 0
            if judged and (left.kind, left.currency) == (right.kind, right.currency):
                yield abs(left.value), abs(right.value)


def _said(folded: str, one: Figure, two: Figure, language: str) -> int:
    """Return 1 when the words between say that the first is above the second, -1 for below."""
    before, after = _comparison(language)
    match = before.fullmatch(folded, one.end, two.start)
    match = match or _fronted(folded, one, two, language)
    if match is None and after is not None:
        if not after[0].fullmatch(folded, one.end, two.start):
            return 0
        match = after[1].match(folded, two.end)
    if match is None:
        return 0
    return 1 if match["above"] else -1


def _course(
    folded: str, one: Figure, two: Figure, found: Sequence[Hit], language: str
) -> int:  # fmt: skip
    """Return -1 when something is said to rise from the first to the second, 1 to fall."""
    starts, ends = _from_to(language)
    if not starts.search(folded[max(0, one.start - 12) : one.start]):
        return 0
    if not ends.fullmatch(folded, one.end, two.start):
        return 0
    ways = {hit.up for hit in found if hit.up != hit.down}
    return 0 if len(ways) != 1 else (-1 if ways.pop() else 1)


def _fronted(folded: str, one: Figure, two: Figure, language: str) -> re.Match[str] | None:
    """Find the comparison of "at 9.35 %, the volatility stays below the 9 % you allow"."""
    rows = _fronts(language)
    if rows is None or not rows[0].search(folded, max(0, one.start - _FRONT), one.start):
        return None
    return rows[1].fullmatch(folded, one.end, two.start)


@cache
def _fronts(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    own = words(language)
    if not own["fronts"]:
        return None
    sides = _sides(language)
    # A sentence judged alone stands behind an "x".
    fronts = pattern_of(own["fronts"])
    begins = re.compile(rf"(?:^(?:x\s)?|[^{WORD}\s]\s*)(?:{fronts})\s+(?:[^\W\d]{{1,3}}\s+)?$")
    between = rf"\s*[,،]?\s+(?:[{WORD}'’-]+\s+){{1,7}}?(?:{sides})[{WORD}]*{_NEAR}"
    return begins, re.compile(between)


def _sides(language: str) -> str:
    said = words(language)["comparison"]
    return "|".join(
        f"(?P<{side}>{pattern_of(said[side], edge=False)})" for side in ("above", "below")
    )


@cache
def _comparison(
    language: str,
) -> tuple[re.Pattern[str], tuple[re.Pattern[str], re.Pattern[str]] | None]:
    """Return what stands between two compared figures; where the word of comparison follows the
    second one, what stands between them and behind it."""
    own = words(language)
    sides = _sides(language)
    if language == "zh":
        filler = pattern_of(own["fillers"], edge=False)
        before = rf"{_PAUSE}(?:{filler}){{0,3}}(?:{sides}){_NEAR_CJK}"
        # "48 % 比 45 % 高": the word stands behind the second.
        return re.compile(before), (
            re.compile(rf"{_PAUSE}(?:{filler})?比{_NEAR_CJK}"),
            re.compile(r"\)?的?[\u3400-\u9fff]{0,3}?(?:(?P<above>[高多超大])|(?P<below>[低少小]))"),
        )
    if language == "hi":
        between = rf"[\s,)]*(?:(?!और|तथा|एवं)[{WORD}-]+[\s,]+){{0,3}}\(?"
        behind = rf"\)?\s*(?:[{WORD}-]+\s+){{0,3}}?(?:{sides}){EDGE}"
        return re.compile("(?P<above>(?!))"), (re.compile(between), re.compile(behind))
    joined = "(?:[وب])?" if language == "ar" else ""
    # "142 more than 1,184" is a distance; "1,326, more than 1,184" compares.
    filler = rf"{joined}(?:{pattern_of(own['fillers'])})\s+"
    begins = rf"(?:(?:\s+[{WORD}]+){{0,4}}\s*{_MARK}\s*(?:{filler}){{0,4}}|\s*(?:{filler}){{1,4}})"
    return re.compile(rf"{begins}{joined}(?:{sides})[{WORD}]*{_NEAR}"), None


@cache
def _distances(language: str) -> re.Pattern[str]:
    """Return how a figure in percentage points ends."""
    points = pattern_of(words(language)["points"], edge=False)
    return re.compile(rf"(?:{points}|{POINTS.pattern})\W*$")


@cache
def _from_to(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    own = words(language)
    if language == "zh":
        starts = re.compile(rf"(?:{pattern_of(own['froms'], edge=False)})\s*$")
        return starts, re.compile(rf"\s*(?:{pattern_of(own['tos'], edge=False)})\s*")
    small = r"\s+(?:[^\W\d]{1,3}\s+)?"
    begins = rf"{START}(?:{pattern_of(own['froms'])}){small}$" if own["froms"] else ""
    return re.compile(begins), re.compile(rf"\s+(?:{pattern_of(own['tos'])}){small}")
