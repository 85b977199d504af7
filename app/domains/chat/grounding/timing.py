"""Which of a sentence's dates speak of a figure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from app.domains.chat.grounding.figures import Figure, PartialDate
from app.domains.chat.grounding.lexicon import Hit
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

WORDS: Final = re.compile(rf"[{WORD}]*[^\W\d_][{WORD}]*")
#: "Between 3 August and 2 November": so many words may part the days of one span.
_SPAN: Final = 2
_AHEAD: Final = 32

Part = tuple[int, int]


@dataclass(slots=True)
class Timing:
    """The dates of one sentence among its figures; `spans` are two days said together."""

    folded: str
    language: str
    figures: Sequence[Figure]
    dates: Sequence[tuple[int, int, PartialDate]]
    spans: list[Part] = field(init=False)

    def __post_init__(self) -> None:
        self.spans = [
            (one[0], two[1]) for one, two in zip(self.dates, self.dates[1:], strict=False)
            if self.gap(one[1], two[0]) <= _SPAN
            and not any(one[1] <= figure.start < two[0] for figure in self.figures)
        ]  # fmt: skip

    def gap(self, start: int, end: int) -> int:
        """Return how many words, of Chinese characters, stand between two places."""
        return end - start if self.language == "zh" else len(WORDS.findall(self.folded, start, end))

    def of(self, part: Part, figure: Figure, found: Sequence[Hit]) -> list[PartialDate]:
        """Return the dates of a figure's clause, but not one that is another figure's.

        "12,500 in 2023 to 25,000 today": the year is that of the 12,500. After "-2 % in 2025 you
        are at 5 % this year" the 5 % has a time of its own and needs no other.
        """
        out: list[tuple[int, PartialDate]] = []
        for start, end, when in self.dates:
            owner = self._bracketed(start, end)
            if owner == figure.start:
                return [when]
            if owner is None and part[0] <= start < part[1]:
                span = next((one for one in self.spans if one[0] <= start < one[1]), (start, end))
                if not self._others(span, part, figure):
                    out.append((start, when))
        begin = max((one.end for one in self.figures if one.end <= figure.start), default=part[0])
        own = [when for start, when in out if start >= begin]
        timed = any(hit.relative for hit in found if begin <= hit.start < part[1])
        return own if own or timed else [when for _, when in out]

    def spanning(self, part: Part) -> bool:
        """Tell whether a date of a clause begins or ends a span: "since May"."""
        inside = [one for one in self.dates if part[0] <= one[0] < part[1]]
        return any(self.bounds(start, end) for start, end, _ in inside)

    def bounds(self, start: int, end: int) -> bool:
        """Tell whether what stands there begins or ends a span of time."""
        ahead, behind = _since(self.language)
        before = ahead.search(self.folded[max(0, start - _AHEAD) : start])
        return bool(before or behind.match(self.folded, end))

    def _others(self, span: Part, part: Part, figure: Figure) -> bool:
        """Tell whether a date between two figures belongs to the other one: the nearer has it."""
        before = max((one.end for one in self.figures if one.end <= span[0]), default=-1)
        after = min((one.start for one in self.figures if one.start >= span[1]), default=-1)
        if part[0] > before or not span[1] <= after <= part[1]:
            return False
        behind = self.gap(before, span[0]) <= self.gap(span[1], after)
        return behind == (figure.start >= after)

    def _bracketed(self, start: int, end: int) -> int | None:
        """Return where the figure begins that a day in brackets stands right behind."""
        if not self.folded[:start].endswith("(") or self.folded[end : end + 1] != ")":
            return None
        before = [one for one in self.figures if one.end <= start]
        if not before or self.folded[before[-1].end : start].strip() != "(":
            return None
        return before[-1].start


@cache
def _since(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what stands before a day that begins a span, and what stands behind one."""
    cjk = language == "zh"
    left, right = ("", "") if cjk else (START, EDGE)
    said = pattern_of(words(language)["since"], edge=False)
    behind = pattern_of(words(language)["until"], edge=False)
    return (
        re.compile(rf"{left}(?:{said})\W*(?:[{WORD}]{{1,3}}\s)?$"),
        re.compile(rf"(?:[底末初中]|(?:\s+[{WORD}]+){{1,2}})?\s?(?:{behind}){right}"),
    )
