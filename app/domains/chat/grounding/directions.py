"""Which way the words beside a figure go: up or down, above or below, and what a "not" turns."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from app.domains.chat.evidence_types import Metric
from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.lexicon import VAGUE, Hit
from app.domains.chat.grounding.patterns import patterns
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

_BOTH_WAYS: Final = 6
_NEXT: Final = re.compile(rf"[{WORD}]*[ \u00a0]?")
_WINDOW: Final = 40
#: Between a "not" and what it denies stand a word or two, a figure, and no comma.
_GAP: Final = rf"[^\S\n]*(?:[{WORD}]+[^\S\n]+){{0,2}}(?:[0-9][0-9.,\s]*[%€$£₹]?[^\S\n]*)?"


def turned(
    found: Sequence[Hit], folded: str, figures: Sequence[Figure], language: str
) -> list[Hit]:
    """Return the words with those a "not" denies turned round, and those of a hedge silenced.

    "Did not fall" is no fall, so it cannot stand beside a loss, and "not invested" names no
    investment; in "more than 700" the word says
    how exact the figure is, not which way anything went.
    """
    hedges = _hedges(folded, figures, language)
    out = []
    for hit in _side_by_side(found, folded):
        way = hit
        if any(begin <= hit.start and hit.end <= end for begin, end in hedges):
            kept = hit.metrics & {Metric.TARGET}
            way = replace(hit, up=False, down=False, metrics=kept)
        elif _denied(hit, folded, language):
            way = replace(hit, up=hit.down, down=hit.up, metrics=frozenset())
        out.append(way)
    return out


def _side_by_side(found: Sequence[Hit], folded: str) -> list[Hit]:
    """Return the words with two that touch meaning what they share: "cash balance" is cash."""
    out = list(found)
    for index in range(len(out) - 1):
        one, two = out[index], out[index + 1]
        shared = one.metrics & two.metrics
        if (
            shared in (one.metrics, two.metrics)
            and shared - VAGUE
            and _NEXT.fullmatch(folded, one.end, two.start)
        ):
            out[index] = replace(one, metrics=shared)
            out[index + 1] = replace(two, metrics=shared)
    return out


def _hedges(folded: str, figures: Sequence[Figure], language: str) -> list[tuple[int, int]]:
    rows = patterns(language)
    out = []
    for figure in figures:
        begin = max(0, figure.start - _WINDOW)
        for pattern in (rows.over, rows.under):
            match = pattern.search(folded, begin, figure.start)
            if match:
                out.append(match.span("word"))
    return out


def _denied(hit: Hit, folded: str, language: str) -> bool:
    before, after = _denials(language)
    if before.search(folded[max(0, hit.start - _WINDOW) : hit.start]):
        return True
    return after is not None and bool(after.match(folded, hit.end))


@cache
def _denials(language: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    own = words(language)
    said, only = pattern_of(own["denials"], edge=False), pattern_of(own["not_only"], edge=False)
    if language == "zh":
        return re.compile(rf"(?!{only})(?:{said})[\u3400-\u9fff]{{0,2}}$"), None
    before = re.compile(rf"(?!{START}(?:{only})){START}(?:{said}){EDGE}{_GAP}$")
    # Hindi denies after the verb as well: "it fell not".
    after = rf"(?:\s+[{WORD}]+)?\s+(?:{said}){EDGE}"
    return before, re.compile(after) if language == "hi" else None


def direction(found: Sequence[Hit], figure: Figure) -> int:
    """Return which way the nearest word goes; 0 when none does, or both ("gain/loss")."""
    ways = [hit for hit in found if hit.up or hit.down]
    if not ways:
        return 0
    # Of two as near the later one decides: a bill "fell 12 % higher" in German.
    near = min(ways, key=lambda hit: (distance(hit, figure), -hit.start))
    if near.up and near.down:
        return 0
    for hit in ways:
        gap = max(hit.start - near.end, near.start - hit.end)
        if hit.up != near.up and gap < _BOTH_WAYS:
            return 0
    return 1 if near.up else -1


def compared(found: Sequence[Hit], figure: Figure) -> bool:
    """Tell whether the nearest word of direction is a comparative that stands before the figure.

    In "the other one did worse, at 1.98 %" the word compares two levels and no level falls.
    """
    ways = [hit for hit in found if hit.up or hit.down]
    near = min(ways, key=lambda hit: (distance(hit, figure), -hit.start), default=None)
    return near is not None and near.comparative and near.end <= figure.start


def side(found: Sequence[Hit], figure: Figure) -> int:
    """Return 1 when the nearest word of comparison says above, -1 for below, 0 for none."""
    ways = [hit for hit in found if hit.above != hit.below]
    if not ways:
        return 0
    return 1 if min(ways, key=lambda hit: distance(hit, figure)).above else -1


def distance(hit: Hit, figure: Figure) -> int:
    """Return how many characters lie between a word and a figure."""
    return figure.start - hit.end if hit.end <= figure.start else hit.start - figure.end
