"""Finds two named things set against each other the wrong way round, with no figure between."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Final

from app.domains.chat.evidence_types import Kind, Metric
from app.domains.chat.grounding.entities import Mention
from app.domains.chat.grounding.evidence_index import Grounds
from app.domains.chat.grounding.lexicon import Hit
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

#: Which way a sort of comparison goes, and what it can be a comparison of. Looked for in this
#: order: "more" is the beginning of "more expensive".
_SENSES: Final = {
    "dearer": (1, frozenset({Metric.FEE, Metric.PRICE, Metric.SPENDING})),
    "cheaper": (-1, frozenset({Metric.FEE, Metric.PRICE, Metric.SPENDING})),
    "better": (1, frozenset({Metric.RETURN, Metric.GAIN})),
    "worse": (-1, frozenset({Metric.RETURN, Metric.GAIN})),
    "riskier": (1, frozenset({Metric.RISK})),
    "safer": (-1, frozenset({Metric.RISK})),
    "more": (1, None),
    "less": (-1, None),
}
_UNRANKED: Final = frozenset({Metric.DATE, Metric.TARGET, Metric.LIMIT})
#: Things further apart are not compared by a word or two.
_APART_MAX: Final = 120
_QUESTION: Final = ("?", "？", "؟")

_Key = tuple[Kind, str | None, Metric]


@dataclass(frozen=True, slots=True)
class _Said:
    """That the first of two things is `way` (1 above, -1 below) the second, of some measures."""

    start: int
    end: int
    way: int
    metrics: frozenset[Metric] | None


def misranked(
    folded: str, span: tuple[int, int], mentions: Sequence[Mention], found: Sequence[Hit],
    grounds: Grounds, language: str,
) -> list[tuple[int, int]]:  # fmt: skip
    """Return where a sentence says of two things that one is above the other, and is wrong.

    "The fee of A is higher than that of B" has no figure and can lie all the same. It is judged
    only where the evidence knows both, every value it has of the one contradicts every value of
    the other, and no denial or question turns the sentence round.
    """
    if folded[span[0] : span[1]].rstrip().endswith(_QUESTION):
        return []
    said = frozenset().union(*(hit.metrics | hit.hints for hit in found))
    falling = any(hit.down for hit in found)
    out = []
    for one, two in pairwise(mentions):
        if one.names & two.names or two.start - one.end > _APART_MAX:
            continue
        for claim in _said(folded, span, one, two, language):
            if _denials(language).search(folded, one.start, claim.end):
                continue
            if _contradicted(claim, one, two, said, grounds, falling=falling):
                out.append((claim.start, claim.end))
    return out


def may_rank(folded: str, span: tuple[int, int], language: str) -> bool:
    """Tell whether a sentence has a word that ranks at all."""
    return bool(_rows(language).any.search(folded, *span))


def ranking_words(language: str) -> str:
    """Return a pattern of what may begin a comparison, for what holds a sentence back."""
    return _rows(language).any.pattern


def _said(
    folded: str, span: tuple[int, int], one: Mention, two: Mention, language: str
) -> Iterator[_Said]:
    rows = _rows(language)
    between = (one.end, two.start)
    for pattern in rows.between:
        match = pattern.search(folded, *between)
        if match and match.end() == two.start:
            yield _claim(match)
    # "You spent more on A than on B": the word stands before both.
    if rows.ahead and rows.than and rows.than.fullmatch(folded, *between):
        matches = list(rows.ahead.finditer(folded, span[0], one.start))
        if matches:
            yield _claim(matches[-1])
    if rows.behind:
        joint, after = rows.behind
        if joint.fullmatch(folded, *between):
            match = after.match(folded, two.end, span[1])
            if match:
                yield _claim(match)


def _claim(match: re.Match[str]) -> _Said:
    sort = next(name for name, text in match.groupdict().items() if text is not None)
    way, metrics = _SENSES[sort.removesuffix("_verb")]
    return _Said(match.start(sort), match.end(sort), way, metrics)


@cache
def _denials(language: str) -> re.Pattern[str]:
    said = pattern_of(words(language)["denials"], edge=False)
    left, right = ("", "") if language == "zh" else (START, EDGE)
    return re.compile(f"{left}(?:{said}){right}")


def _contradicted(
    claim: _Said, one: Mention, two: Mention, said: frozenset[Metric], grounds: Grounds,
    *, falling: bool,
) -> bool:  # fmt: skip
    first, second = _values(one, grounds), _values(two, grounds)
    common = {key for key in first.keys() & second.keys() if key[2] not in _UNRANKED}
    if claim.metrics is not None:
        common = {key for key in common if key[2] in claim.metrics}
    named = {key for key in common if key[2] in said}
    if not named and said - {Metric.AMOUNT, Metric.COUNT} and claim.metrics is None:
        return False  # what is compared is something the evidence does not know
    judged = named or common
    return bool(judged) and all(
        _wrong(first[key], second[key], claim.way, falling=falling) for key in judged
    )


def _wrong(one: set[Decimal], two: set[Decimal], way: int, *, falling: bool) -> bool:
    # Of two losses the smaller one may be called less or more: not judged.
    if falling and min(*one, *two) < 0:
        return False
    return max(one) < min(two) if way > 0 else min(one) > max(two)


def _values(of: Mention, grounds: Grounds) -> dict[_Key, set[Decimal]]:
    out: dict[_Key, set[Decimal]] = {}
    for each in grounds.numeric:
        one = each.evidence
        if one.entity in of.names:
            out.setdefault((one.kind, one.currency, one.metric), set()).add(each.value)
    return out


@dataclass(frozen=True, slots=True)
class _Rows:
    between: tuple[re.Pattern[str], ...]
    ahead: re.Pattern[str] | None
    than: re.Pattern[str] | None
    behind: tuple[re.Pattern[str], re.Pattern[str]] | None
    any: re.Pattern[str]


@cache
def _rows(language: str) -> _Rows:
    own = words(language)
    cjk = language == "zh"
    left = "" if cjk else START
    sorts = "|".join(
        f"(?P<{sort}>{pattern_of(found, edge=not cjk)})" for sort, found in _sorted(own["ranking"])
    )
    verbs = "|".join(
        f"(?P<{sort}_verb>{pattern_of(found, edge=not cjk)})"
        for sort, found in _sorted(own["ranking_verbs"])
    )
    than = pattern_of(own["than"], edge=False)
    small = rf"(?:[{WORD}]{{1,12}}['’]?\s*){{0,4}}"
    adverb = rf"(?:\s+[{WORD}]+){{0,4}}?\s+"
    between, ahead, joined, behind = [], None, None, None
    if cjk:
        between.append(re.compile(rf"(?:{verbs})了?"))
        behind = (
            re.compile(r"[^，。；]{0,16}(?:比|较)"),
            re.compile(rf"的?[\u3400-\u9fff]{{0,6}}?(?:{sorts})"),
        )
    elif language == "hi":
        joint = rf"(?:\s+[{WORD}]+){{0,6}}\s+"
        behind = (
            re.compile(joint),
            re.compile(
                rf"(?:\s+[{WORD}]+){{0,3}}?\s+(?:{than})(?:\s+[{WORD}]+){{0,2}}?\s+(?:{sorts})"
            ),
        )
    else:
        between.append(re.compile(rf"{left}(?:{sorts})[{WORD}]*{adverb}(?:{than})\s*{small}"))
        between.append(re.compile(rf"{left}(?:{verbs})\s+{small}"))
        ahead = re.compile(f"{left}(?:{sorts})")
        joined = re.compile(rf"\s+(?:{than})\s*(?:[{WORD}]{{1,5}}\s+){{0,3}}")
    return _Rows(tuple(between), ahead, joined, behind, re.compile(_either(language)))


def _sorted(rows: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    return [(sort, rows[sort]) for sort in _SENSES if sort in rows]


def _either(language: str) -> str:
    """Return what any comparison has: a word that ranks with its "than", or a verb."""
    own = words(language)
    sorts = pattern_of([word for found in own["ranking"].values() for word in found], edge=False)
    verbs = pattern_of(
        [word for found in own["ranking_verbs"].values() for word in found],
        edge=language != "zh",
    )
    than = pattern_of(own["than"], edge=False)
    if language == "zh":
        return f"比|较|{verbs}"
    if language == "hi":
        return rf"{START}(?:{than})(?:\s+[{WORD}]+){{0,2}}?\s+(?:{sorts})"
    return rf"{START}(?:{verbs}|(?:{sorts})[{WORD}]*(?:\s+[{WORD}]+){{0,6}}?\s+(?:{than}))"
