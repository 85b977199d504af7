"""What stands around a figure: its clause's words, things named, direction, dates, hedges."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from app.domains.chat.evidence_types import Kind, Metric
from app.domains.chat.grounding.cues import asked, lasting, owned, than, timed, trailing
from app.domains.chat.grounding.directions import compared, direction, side, turned
from app.domains.chat.grounding.entities import Mention
from app.domains.chat.grounding.figures import Figure, PartialDate
from app.domains.chat.grounding.lexicon import Hit, hits, metrics_of, names_account
from app.domains.chat.grounding.patterns import patterns
from app.domains.chat.grounding.place import Place
from app.domains.chat.grounding.sentences import clauses
from app.domains.chat.grounding.tables import WORD, words
from app.domains.chat.grounding.timing import WORDS, Timing
from app.domains.chat.grounding.tries import pattern_of

_HEDGE_WINDOW = 40
_LINKED = 5
#: A word so few words away is the figure's label.
_BESIDE = 5
_SHORT = 1
_APART = (":", ";", "；", "(", "[", "：", "（")
_SPENT = frozenset({Metric.SPENDING, Metric.FEE, Metric.CONTRIBUTION})
_MOVING = _SPENT | {Metric.AMOUNT, Metric.INCOME, Metric.GAIN, Metric.RETURN}


@dataclass(slots=True)
class Scene:
    """One sentence with the figures in it."""

    folded: str
    span: tuple[int, int]
    language: str
    figures: Sequence[Figure]
    mentions: Sequence[Mention]
    dates: Sequence[tuple[int, int, PartialDate]]
    words: list[Hit] = field(init=False)
    parts: list[tuple[int, int]] = field(init=False)
    timing: Timing = field(init=False)
    pairs: dict[int, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        start, end = self.span
        text = self.folded[start:end]
        # A fund's name is no word about what a figure measures.
        for mention in self.mentions:
            begin, stop = mention.start - start, mention.end - start
            text = text[:begin] + "\ue000" * (stop - begin) + text[stop:]
        taken = [(figure.start, figure.end) for figure in self.figures]
        found = [
            hit for hit in hits(text, self.language, offset=start)
            if not any(hit.start < stop and hit.end > begin for begin, stop in taken)
        ]  # fmt: skip
        self.words = turned(found, self.folded, self.figures, self.language)
        self.timing = Timing(self.folded, self.language, self.figures, self.dates)
        self.parts = clauses(self.folded, self.span, self.figures, self.language, self.timing.spans)
        self.pairs = _paired(self.figures, self.mentions)

    def place(self, figure: Figure) -> Place:
        """Return what stands around a figure of this sentence."""
        index = next(
            number for number, part in enumerate(self.parts) if figure.start < part[1]
        )  # fmt: skip
        part = self.parts[index]
        own = _within(self.words, part)
        rows = patterns(self.language)
        # "près d'un quart": what is written together with the figure may be half of a hedge.
        begins = figure.start + 2 * (self.folded[figure.start : figure.start + 2] in ("d'", "d’"))
        ahead = self.folded[max(self.span[0], begins - _HEDGE_WINDOW) : begins]
        behind = self.folded[figure.end : figure.end + 12]
        relative = [hit for hit in own if hit.relative]
        relative = relative or [hit for hit in self.words if hit.relative]
        return Place(
            metrics=self._metrics(index, figure),
            entities=self._entities(figure, part, own),
            naming=any(part[0] <= one.start < part[1] for one in self.mentions),
            direction=(way := self._direction(index, figure)),
            compared=compared(self.words, figure),
            below=min(way, direction(own, figure), direction(self.words, figure)) < 0,
            sinking=any(hit.down or hit.sinking for hit in self.words),
            dates=self.timing.of(part, figure, self.words),
            spanning=self.timing.spanning(part),
            relative=relative[0].relative if len(relative) == 1 else None,
            hedged=bool(rows.hedges.search(ahead)) or trailing(behind, "hedges", self.language),
            over=bool(rows.over.search(ahead)) or trailing(behind, "over", self.language),
            under=bool(rows.under.search(ahead)) or trailing(behind, "under", self.language),
            names_currency=any(one.kind is Kind.MONEY for one in self.figures),
            about_account=names_account(self.words) or self._owning(),
            requested=self._requested(part, own),
            said=frozenset().union(*(hit.metrics for hit in self.words)),
            beside=frozenset(abs(one.value) for one in self.figures if one.value is not None),
            whole=any(hit.whole for hit in own),
            lasting=bool(lasting(self.language).match(self.folded, figure.start, self.span[1])),
            labels=self._labels(own, figure),
            side=side(own, figure),
            inflow=any(hit.inflow for hit in own) and not any(_outgoing(hit) for hit in own),
            moved=_moved(own),
            partner=self._partner(figure),
        )

    def _labels(self, own: Sequence[Hit], figure: Figure) -> frozenset[Metric]:
        near = (hit.metrics for hit in own if self._between(hit, figure) <= _BESIDE)
        return frozenset().union(*near)

    def _between(self, hit: Hit, figure: Figure) -> int:
        """Return how many words part a word and a figure; days and names do not part them."""
        start, end = min(hit.end, figure.end), max(hit.start, figure.start)
        skipped = [(one[0], one[1]) for one in self.dates]
        skipped += [(one.start, one.end) for one in self.mentions]
        inside = sum(
            self.timing.gap(one, two) for one, two in skipped if start <= one and two <= end
        )
        return self.timing.gap(start, end) - inside

    def _partner(self, figure: Figure) -> Figure | None:
        """Return what a figure is a part of or set against: "6,240 of 15,000"."""
        before = [one for one in self.figures if one.end <= figure.start][-1:]
        joined = _paired_by(self.language)
        if before and joined.fullmatch(self.folded, before[0].end, figure.start):
            return before[0]
        after = [one for one in self.figures if one.start >= figure.end][:2]
        if not after or not joined.fullmatch(self.folded, figure.end, after[0].start):
            return None
        stop = after[1].start if len(after) > 1 else self.span[1]
        part = next((one for one in self.parts if one[0] <= after[0].start < one[1]), self.span)
        beside = _within(self.words, (figure.end, min(stop, part[1])))
        return None if any(hit.metrics for hit in beside) else after[0]

    def counts(self, figure: Figure) -> bool:
        """Tell whether a number is how many amounts the sentence goes on to list: true to see."""
        doubled = figure.ratio and figure.step < 1
        if doubled or timed(self.language).match(self.folded, figure.end):
            return False
        listed = [one for one in self.figures if one.start > figure.start]
        alike = {(one.kind, one.currency) for one in listed}
        amounts = len(alike) == 1 and listed[0].kind is Kind.MONEY
        return figure.kind is Kind.QUANTITY and amounts and figure.value == len(listed) > 1

    def _owning(self) -> bool:
        return bool(owned(self.language).search(self.folded, *self.span))

    def _requested(self, part: tuple[int, int], own: Sequence[Hit]) -> bool:
        spoken = asked(self.language).search(self.folded, part[0], part[1])
        return bool(spoken) and not names_account(own)

    def _metrics(self, index: int, figure: Figure) -> frozenset[Metric]:
        """Return what the clause says the figure measures.

        Words between two figures of a clause may belong to either ("6,218 of a target of
        10,000"): for the first they allow, but do not demand. A clause of hardly any words
        means what the one before meant, or the words after it that have no figure.
        """
        part = self.parts[index]
        window = self._window(part, figure)
        own = _within(self.words, window)
        firm = own if window[1] == part[1] else [hit for hit in own if hit.end <= figure.start]
        if metrics_of(firm, figure.kind):
            return metrics_of(own, figure.kind)
        if own or not self._goes_on(part):
            return frozenset()
        # "500 (5 %) gained": what is said after the brackets is said of both.
        bracket = index + 1 < len(self.parts) and self.folded[self.parts[index + 1][0]] == "("
        closed = index + 2 < len(self.parts) and self.folded[self.parts[index + 2][0]] == ")"
        behind = (index + 1, index + 2) if closed else (index + 1,)
        for other in (*behind, index - 1) if bracket else (index - 1, index + 1):
            there = 0 <= other < len(self.parts)
            if there and (other < index or bracket or not self._figured(other)):
                said = metrics_of(_within(self.words, self.parts[other]), figure.kind)
                if said:
                    return said
        return frozenset()

    def _window(self, part: tuple[int, int], figure: Figure) -> tuple[int, int]:
        """Return the part of a clause from the figure before to the figure after."""
        others = [one for one in self.figures if one.year is None]
        begin = max((one.end for one in others if one.end <= figure.start), default=0)
        end = min((one.start for one in others if one.start >= figure.end), default=part[1])
        return max(begin, part[0]), min(end, part[1])

    def _goes_on(self, part: tuple[int, int]) -> bool:
        """Tell whether a clause is hardly more than "and 5 %": it means what was meant before."""
        text = self.folded[part[0] : part[1]]
        outside = len(WORDS.findall(text)) - len(WORDS.findall(self._spoken(part)))
        return outside <= _SHORT and not text.lstrip().startswith(_APART)

    def _spoken(self, part: tuple[int, int]) -> str:
        inside = [one for one in self.figures if part[0] <= one.start < part[1]]
        return " ".join(self.folded[one.start : one.end] for one in inside)

    def _direction(self, index: int, figure: Figure) -> int:
        """Return which way the words beside a figure go, or those before when it has hardly any."""
        part = self.parts[index]
        window = self._window(part, figure)
        beside = _within(self.words, window)
        # What stands between two figures may speak of the second.
        prior = [hit for hit in beside if hit.end <= figure.start] if window[1] < part[1] else []
        way = direction(prior, figure) or direction(beside, figure)
        spoken = len(WORDS.findall(self.folded[figure.start : figure.end]))
        if way or len(WORDS.findall(self.folded, *window)) - spoken > _SHORT:
            return way
        return direction(_within(self.words, part), figure) or direction(self.words, figure)

    def _figured(self, index: int) -> bool:
        start, end = self.parts[index]
        return any(start <= one.start < end for one in self.figures)

    def _entities(
        self, figure: Figure, part: tuple[int, int], own: Sequence[Hit]
    ) -> frozenset[str]:
        if figure.start in self.pairs:
            return self.pairs[figure.start]
        inside = [one for one in self.mentions if part[0] <= one.start < part[1]]
        if len(inside) == 1:
            return inside[0].names
        before = [one for one in self.mentions if one.end <= figure.start]
        if inside:
            after = [one for one in inside if one.start >= figure.end]
            close = after and len(self.folded[figure.end : after[0].start].split()) <= _LINKED
            prior = [one for one in before if one in inside]
            # "A is cheaper at 0.35 % than B": what is compared with comes after "than".
            if (
                close
                and prior
                and than(self.language).search(self.folded, figure.end, after[0].start)
            ):
                close = False
            if close and not (prior and figure.start - prior[-1].end < after[0].start - figure.end):
                return after[0].names
            return (prior or after)[-1 if prior else 0].names
        if not before or any(hit.whole for hit in own):
            return frozenset()
        return before[-1].names


@cache
def _paired_by(language: str) -> re.Pattern[str]:
    """Return what joins a part to its whole, or the two sides of a comparison."""
    joined = pattern_of(words(language)["pairing"], edge=False)
    word = rf"(?:[{WORD}]{{1,5}}\s)?"
    return re.compile(rf"[\s(,]{{0,3}}(?:[{WORD}]+\s)?(?:{joined})[\s(]{{0,2}}{word}[$€£₹¥]?\s?")


def _outgoing(hit: Hit) -> bool:
    return not hit.inflow and bool(hit.metrics & _SPENT)


def _moved(own: Sequence[Hit]) -> bool:
    """Tell whether the words are those of any payment: "the amount", "a payment of"."""
    said = [hit.metrics - {Metric.COUNT} for hit in own if hit.metrics & _MOVING]
    return frozenset({Metric.AMOUNT}) in said and all(one == {Metric.AMOUNT} for one in said)


def _within(found: Sequence[Hit], part: tuple[int, int]) -> list[Hit]:
    return [hit for hit in found if part[0] <= hit.start < part[1]]


def _paired(figures: Sequence[Figure], mentions: Sequence[Mention]) -> dict[int, frozenset[str]]:
    """Pair "A and B gained 5 % and 3 %" in order: as many things as figures, all on one side."""
    count = len(figures)
    if count < 2 or len(mentions) != count:
        return {}
    first = mentions[-1].end <= figures[0].start
    last = figures[-1].end <= mentions[0].start
    if not (first or last):
        return {}
    return {
        figure.start: mention.names for figure, mention in zip(figures, mentions, strict=True)
    }  # fmt: skip
