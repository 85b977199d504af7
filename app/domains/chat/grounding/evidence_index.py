"""What an answer may rest on: the evidence, the user's own figures, the dates it all speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.dates import Period, period
from app.domains.chat.grounding.figures import Figure, PartialDate
from app.domains.chat.grounding.tables import Grammar

_SCALED: Final = frozenset({Metric.SCORE, Metric.RISK})
_DAYS_MAX: Final = 8
#: A span of 2.9 months is told as three; one of 2.5 is told as neither two nor three.
_NEARLY: Final = Decimal("0.3")
#: What one is short of, or over.
_MARKS = frozenset({Metric.TARGET, Metric.LIMIT})


@dataclass(frozen=True, slots=True)
class Numeric:
    """Evidence with a number, made ready: its size, and the period it speaks of."""

    evidence: Evidence
    value: Decimal
    size: Decimal
    period: Period | None


class Grounds:
    """All that figures may be bound to in one turn."""

    def __init__(
        self, evidence: Sequence[Evidence], *, user: Sequence[Figure], today: date | None,
        grammar: Grammar,
    ) -> None:  # fmt: skip
        self.grammar = grammar
        self.today = today
        self.by_id: Mapping[str, Evidence] = {one.id: one for one in evidence}
        self.numeric: list[Numeric] = [_numeric(one) for one in evidence if _is_number(one)]
        self.numeric += [
            _numeric(_of_user(number, figure))
            for number, figure in enumerate(user, 1)
            if figure.value is not None
        ]
        self.of_whole = {
            (one.kind, one.metric)
            for one in evidence
            if one.entity is None and one.metric in (Metric.RETURN, Metric.GAIN)
        }
        self.measured: Mapping[Kind, frozenset[Metric]] = {
            kind: frozenset(one.metric for one in evidence if one.kind is kind) for kind in Kind
        }
        self.scored = frozenset(
            one.metric for one in evidence
            if one.kind in (Kind.QUANTITY, Kind.COUNT) and one.metric in _SCALED
        )  # fmt: skip
        self.of_parts: dict[tuple[Kind, Metric, str], list[Decimal]] = {}
        for part in self.numeric:
            one = part.evidence
            if one.entity is not None:
                self.of_parts.setdefault((one.kind, one.metric, one.entity), []).append(part.size)
        self.owners = {(kind, name) for kind, _, name in self.of_parts}
        self.gaps = {one.id: gap for one in evidence if (gap := self._gap(one))}
        self._dates: list[tuple[str, Period]] = []
        for one in evidence:
            if isinstance(one.value, date):
                self._dates.append((one.id, Period(one.value, one.value)))
        self._periods = [
            (one.id, found) for one in evidence if one.as_of and (found := period(one.as_of))
        ]
        days = sorted({found.first for _, found in self._dates} | ({today} if today else set()))
        self._spans = {
            Decimal((two - one).days + extra)
            for one, two in combinations(days[:_DAYS_MAX], 2)
            for extra in (0, 1)
        }
        self._user_dates = [figure.when for figure in user if figure.when is not None]
        self._user_years = {figure.year for figure in user if figure.year is not None}

    def _gap(self, one: Evidence) -> int:
        """Return on which side of its target a level lies by a difference; 0 for no such gap.

        Of two unlike levels the difference is no gain and no loss: 15,000 less 6,240 is short of
        the target, whatever its sign.
        """
        if one.source is not Source.CALC or len(one.inputs) != 2 or not _is_number(one):
            return 0
        first, second = (self.by_id.get(key) for key in one.inputs)
        marks = [each is not None and each.metric in _MARKS for each in (first, second)]
        if not one.signed or marks[0] == marks[1] or one.kind is not Kind.MONEY:
            return 0
        positive = isinstance(one.value, Decimal) and one.value > 0
        return 1 if positive == marks[1] else -1

    def owners_of(self, one: Evidence) -> frozenset[str]:
        """Return the things the inputs of a calculation are figures of."""
        found = (self.by_id.get(key) for key in one.inputs)
        return frozenset(each.entity for each in found if each is not None and each.entity)

    def rests_on(self, one: Evidence) -> frozenset[Metric]:
        """Return what the inputs of a calculation measure."""
        found = (self.by_id.get(key) for key in one.inputs)
        return frozenset(each.metric for each in found if each is not None)

    @property
    def knows_dates(self) -> bool:
        """Tell whether there is any date to compare with."""
        return bool(self._dates or self._periods or self.today or self._user_dates)

    def date_of(self, when: PartialDate) -> str | None:
        """Return the id of what a said date rests on; "today" and "user" have no evidence."""
        for key, found in (*self._dates, *self._periods):
            if found.says(when):
                return key
        if self.today is not None and Period(self.today, self.today).says(when):
            return "today"
        if any(_same(when, said) for said in self._user_dates):
            return "user"
        lone = PartialDate(year=when.year)
        return "user" if when == lone and when.year in self._user_years else None

    def lasts(self, count: Decimal, unit: Decimal) -> bool:
        """Tell whether so many units, of so many days each, lie between two days of the turn.

        The days are date evidence and today: what lies between them is seen by everybody.
        """
        return any(abs(days / unit - count) < _NEARLY for days in self._spans)

    def edge_of(self, when: PartialDate) -> str | None:
        """Return the id of what begins or ends on a said day or month: a year in January."""
        for key, found in self._periods:
            if found.edge(when):
                return key
        return None

    def other_period(self, when: PartialDate, but: Evidence) -> bool:
        """Tell whether a said date is the period of other evidence that measures the same."""
        return any(
            found.says(when) for key, found in self._periods
            if key != but.id and self._alike(self.by_id[key], but)
        )  # fmt: skip

    @staticmethod
    def _alike(one: Evidence, two: Evidence) -> bool:
        return (one.kind, one.metric, one.entity) == (two.kind, two.metric, two.entity)


def _same(when: PartialDate, said: PartialDate) -> bool:
    """Tell whether a date is one the user said; a year she left out may be added."""
    pairs = (
        (when.month, said.month), (when.day, said.day), (when.quarter, said.quarter),
        (when.half, said.half), (when.clock, said.clock),
    )  # fmt: skip
    years = when.year is None or said.year in (None, when.year)
    named = any(one is not None for one, _ in pairs) or when.year == said.year
    return years and named and all(one is None or one == other for one, other in pairs)


def _is_number(one: Evidence) -> bool:
    return isinstance(one.value, Decimal) and one.value.is_finite()


def _numeric(one: Evidence) -> Numeric:
    value = one.value if isinstance(one.value, Decimal) else Decimal(0)
    return Numeric(one, value, abs(value), period(one.as_of) if one.as_of else None)


def _of_user(number: int, figure: Figure) -> Evidence:
    return Evidence(
        id=f"user:{number}", kind=figure.kind, value=figure.value or Decimal(0),
        metric=Metric.OTHER, source=Source.USER, currency=figure.currency,
        signed=figure.kind is not Kind.COUNT and figure.sign < 0,
    )  # fmt: skip
