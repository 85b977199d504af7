"""Decides whether a figure, where it stands, says what a piece of evidence says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.evidence_index import Grounds, Numeric
from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.measuring import LOST, UNNAMED, measured
from app.domains.chat.grounding.place import Place

_SLACK: Final = Decimal("0.05")
#: "More than half" is said of what lies no further beyond it than half as much again.
_FAR: Final = Decimal("0.5")
_TENTH: Final = Decimal("0.001")
_SHARE_SLACK: Final = Decimal("0.005")
_COUNTED: Final = frozenset({Kind.QUANTITY, Kind.COUNT})
_LEVELS: Final = frozenset({Metric.VALUE, Metric.CASH, Metric.PRICE, Metric.WEIGHT, Metric.TARGET})
#: What parts add up to.
_ADDED: Final = frozenset(
    {
        Metric.VALUE, Metric.CASH, Metric.FEE, Metric.SPENDING, Metric.AMOUNT, Metric.INCOME,
        Metric.CONTRIBUTION, Metric.COUNT, Metric.QUANTITY, Metric.TARGET,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bound:
    """The evidence a figure rests on and how well it fits: exact and of the named thing first."""

    evidence: Evidence
    rank: tuple[bool, bool]


def bind(figure: Figure, place: Place, grounds: Grounds) -> str | None:
    """Return the id of the evidence a figure rests on; None when there is none."""
    best: Bound | None = None
    for reading in (figure, figure.inherited):
        if reading is None or reading.value is None:
            continue
        size = abs(reading.value)
        for one in grounds.numeric:
            if not _near(reading, size, one) or not _fits(reading, one, place, grounds):
                continue
            rank = (one.size == size, one.evidence.entity in place.entities)
            if best is None or rank > best.rank:
                best = Bound(one.evidence, rank)
    return best.evidence.id if best else None


def _near(figure: Figure, size: Decimal, one: Numeric) -> bool:
    """Sort out what cannot be equal before anything dear is looked at."""
    far = _FAR if figure.fraction else _SLACK * 2
    return figure.ratio or abs(size - one.size) <= max(figure.step, size * far)


def _fits(figure: Figure, one: Numeric, place: Place, grounds: Grounds) -> bool:
    evidence = one.evidence
    if figure.ratio and _ratio(figure, one):
        return True
    if not (_kind_fits(figure, evidence, place) and _shown(figure, one, place)):
        return False
    if evidence.source is Source.USER:
        asked = place.lasting and evidence.kind in _COUNTED
        free = asked or place.requested or not place.about_account
        return free and _sign_fits(figure, one, place, grounds)
    return (
        _sign_fits(figure, one, place, grounds)
        and _entity_fits(evidence, place, grounds)
        and measured(evidence, place, grounds)
        and _period_fits(one, place, grounds)
    )


def _ratio(figure: Figure, one: Numeric) -> bool:
    """Tell whether "doubled" or "1.5 times" is a declared ratio or change."""
    value = figure.value or Decimal(0)
    step = figure.step / 2
    if one.evidence.kind in _COUNTED:
        return abs(one.value - value) <= (step if one.evidence.source is Source.CALC else 0)
    if one.evidence.kind is Kind.PERCENT:
        # A change of 200 % is no doubling; a share of 200 % is.
        return abs(one.value + one.evidence.signed - value) <= step
    return False


def _kind_fits(figure: Figure, evidence: Evidence, place: Place) -> bool:
    if figure.kind is Kind.MONEY:
        return evidence.kind is Kind.MONEY and figure.currency == evidence.currency
    if figure.kind is Kind.PERCENT:
        return evidence.kind is Kind.PERCENT
    if evidence.kind in _COUNTED:
        return True
    return evidence.kind is Kind.MONEY and not (figure.counts or place.names_currency)


def _shown(figure: Figure, one: Numeric, place: Place) -> bool:
    """Tell whether the figure is the evidence, rounded no more than may be."""
    size, true = abs(figure.value or Decimal(0)), one.size
    if size == true:
        return True
    if size == 0 or true == 0:
        return False
    if figure.fraction:
        return _parted(figure, size, true, place)
    if figure.step <= true / 10 and _rounds(true, figure.step, size):
        return True
    off = abs(size - true)
    if off > true * _SLACK:
        return False
    if off <= true * _SHARE_SLACK and _rounds(true, figure.step, size):
        return True  # 5 % is as good as 5.01 %
    if figure.kind is Kind.PERCENT and figure.step <= _TENTH and _rounds(true, figure.step, size):
        return True  # a tenth of a point is as fine as percentages are told
    loose = figure.loose_step
    if place.hedged and _rounds(true, loose, size):
        return True
    if place.over and size <= true:
        return _to(true, loose, ROUND_FLOOR) == size
    return place.under and size >= true and _to(true, loose, ROUND_CEILING) == size


def _parted(figure: Figure, size: Decimal, true: Decimal, place: Place) -> bool:
    """Tell whether a share told as a part, "more than half", is this one."""
    if (place.over and size < true) or (place.under and size > true):
        return max(size, true) <= min(size, true) * (1 + _FAR)
    rough = place.hedged or figure.loose_step > figure.step
    return abs(size - true) <= (true * _SLACK if rough else _SHARE_SLACK)


def _rounds(true: Decimal, step: Decimal, size: Decimal) -> bool:
    return any(_to(true, step, how) == size for how in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def _to(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).quantize(Decimal(1), rounding=rounding) * step


def _sign_fits(figure: Figure, one: Numeric, place: Place, grounds: Grounds) -> bool:
    if one.value == 0 or figure.fraction:
        return True
    positive = one.value > 0
    metric = one.evidence.metric
    if figure.sign:
        # A payment is written with the minus of the account or without one.
        return (figure.sign > 0) == positive
    if not one.evidence.signed or figure.bracketed or metric is Metric.RISK:
        return True  # a worst year or a drawdown is told by its size
    if (gap := grounds.gaps.get(one.evidence.id)) is not None:
        return place.side in (0, gap)
    if metric is Metric.DRIFT and place.side:
        return (place.side > 0) == positive
    if positive:
        told = place.compared and one.evidence.source is not Source.CALC
        return place.direction >= 0 or told or metric in _LEVELS
    if metric is Metric.AMOUNT:
        return not place.inflow
    return place.below or place.side < 0 or _may_be_loss(one.evidence, place)


def _may_be_loss(evidence: Evidence, place: Place) -> bool:
    """Tell whether a loss told by its size alone is told as one by words no table lists.

    "A return of 3.1 %" is read as a gain, and so is a bare figure: dropping the minus is no way
    out. A difference or a fall of spending contradicts nothing.
    """
    if place.direction > 0 or (place.side > 0 and evidence.source is Source.CALC):
        return False
    if Metric.DRIFT in place.metrics:
        return True
    if place.metrics & place.said & LOST:
        return False
    return place.sinking or evidence.metric not in LOST | UNNAMED


def _entity_fits(evidence: Evidence, place: Place, grounds: Grounds) -> bool:
    """Tell whether the clause may speak of this.

    The whole's figure is not that of a named part whose own is known, unless that one is told
    beside it ("12 of 100"); and what is said of the whole is no part's.
    """
    if evidence.entity in place.entities:
        return True
    key = (evidence.kind, evidence.metric)
    if not place.entities:
        return not (place.whole and evidence.entity and key in grounds.of_whole)
    if evidence.entity is not None:
        return False
    if evidence.source is Source.CALC and grounds.owners_of(evidence) & place.entities:
        return True
    own = [size for name in place.entities for size in grounds.of_parts.get((*key, name), ())]
    if own:
        other = place.partner
        compared = other is not None and abs(other.value or 0) in own  # "7.9 % against 6.2 %"
        return compared or (evidence.metric in _ADDED and any(size in place.beside for size in own))
    named = evidence.metric in place.metrics | UNNAMED or evidence.kind is Kind.PERCENT
    known = any((evidence.kind, name) in grounds.owners for name in place.entities)
    return named or not known or not place.naming


def _period_fits(one: Numeric, place: Place, grounds: Grounds) -> bool:
    """Tell whether the clause speaks of the time the evidence speaks of, as far as it says."""
    own = one.period
    if own is None:
        return True
    said: Sequence[object] = place.dates
    if (
        said
        and not any(own.says(when) for when in place.dates)
        and not ((len(said) > 1 or place.spanning) and own.precision == "day")
        and any(grounds.other_period(when, one.evidence) for when in place.dates)
    ):
        return False
    if place.relative is None or grounds.today is None or own.precision == "day":
        return True
    return _relative_fits(place.relative, one, grounds)


def _relative_fits(code: str, one: Numeric, grounds: Grounds) -> bool:
    """Tell whether "last month" is the period of the evidence; a coarser period says nothing."""
    own, today = one.period, grounds.today
    if own is None or today is None or code[0] == "D":
        return True
    shift = int(code[1:])
    if code[0] == "Y":
        return own.last.year == today.year + shift
    months = today.year * 12 + today.month - 1
    if code[0] == "Q":
        if own.precision == "year":
            return True
        return (own.last.year * 12 + own.last.month - 1) // 3 == months // 3 + shift
    if own.precision in ("year", "quarter"):
        return True
    return own.last.year * 12 + own.last.month - 1 == months + shift
