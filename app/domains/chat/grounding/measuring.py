"""Tells whether the words of a clause name what a piece of evidence measures."""

from decimal import Decimal
from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.evidence_index import Grounds
from app.domains.chat.grounding.lexicon import PLAUSIBLE, VAGUE
from app.domains.chat.grounding.place import Place

LOST: Final = frozenset({Metric.GAIN, Metric.RETURN})
_WHOLE: Final = frozenset({Metric.WEIGHT, Metric.VALUE})
#: A gain in per cent is a return, a return in money a gain.
_EARNED: Final = frozenset({(Metric.RETURN, Kind.PERCENT), (Metric.GAIN, Kind.MONEY)})
#: What is also called by another's word: a score of risk, the limit or the high of a price, the
#: rate at which income comes.
_CALLED: Final = {
    Metric.SCORE: frozenset({Metric.RISK}),
    Metric.PRICE: frozenset({Metric.LIMIT}),
    Metric.RATE: frozenset({Metric.INCOME}),
}
#: What an amount that moved may turn out to be.
_FLOWING: Final = frozenset(
    {
        Metric.SPENDING, Metric.FEE, Metric.CONTRIBUTION, Metric.INCOME, Metric.LIMIT, Metric.CASH,
    }
)  # fmt: skip
_FLOWS: Final = frozenset({Metric.AMOUNT, Metric.CONTRIBUTION})
_INSTALMENTS: Final = frozenset({Metric.CONTRIBUTION, Metric.SPENDING, Metric.RATE})
_OTHERWISE: Final = frozenset({Metric.GAIN, Metric.RETURN, Metric.RISK, Metric.PROBABILITY})
_BOUNDS: Final = frozenset({Metric.LIMIT, Metric.TARGET})
_SPENT: Final = frozenset({Metric.SPENDING, Metric.FEE})
_KEPT: Final = frozenset({Metric.VALUE, Metric.CASH, Metric.CONTRIBUTION, Metric.AMOUNT})
_PARTS: Final = frozenset({Metric.WEIGHT, Metric.TARGET, Metric.DRIFT})
_AIMS: Final = frozenset({Metric.TARGET, Metric.COUNT})
_QUOTIENTS: Final = frozenset({Kind.PERCENT, Kind.QUANTITY})
UNNAMED: Final = frozenset({Metric.OTHER, Metric.COUNT, Metric.QUANTITY})
#: What a gain is a change of: "the value fell by so much".
_GROWN: Final = frozenset({Metric.VALUE, Metric.PRICE, Metric.CASH})


def measured(evidence: Evidence, place: Place, grounds: Grounds) -> bool:
    """Tell whether the clause may speak of what this evidence measures.

    It does when it names the measure, or none, or one so far or so vague that it labels nothing;
    and when it names another that the measure is also called by.
    """
    if not place.metrics or evidence.metric in UNNAMED or evidence.metric in place.metrics:
        return True
    # A distant or vague word for what the turn knows nothing of is no label.
    asked = (place.labels - VAGUE) | grounds.measured[evidence.kind]
    if not place.metrics & asked & PLAUSIBLE.get(evidence.kind, asked):
        return True
    return (
        _called(evidence, place)
        or _calculated(evidence, place, grounds)
        or _of_partner(place, grounds)
    )


def _called(evidence: Evidence, place: Place) -> bool:
    """Tell whether the measure is also called by the name the clause gives it."""
    metric = evidence.metric
    sorts = PLAUSIBLE.get(evidence.kind, frozenset(Metric))
    named = place.metrics & place.said & sorts  # without what words merely hint at
    if metric is Metric.PROBABILITY:
        return named <= _AIMS  # a goal's percentage is how likely it is; its target is money
    if metric is Metric.RISK:
        return place.below and bool(named & LOST)
    if metric is Metric.DRIFT:
        return place.side != 0  # "3 points above the target" is a distance
    if metric in LOST:
        earned = (metric, evidence.kind) in _EARNED and bool(named & LOST)
        fell = place.below and named == {Metric.RISK}  # a drawdown
        return earned or fell or (place.direction != 0 and named <= _GROWN)
    if metric is Metric.FEE and Metric.FEE in place.said and named <= _WHOLE:
        return True  # fees are told as a share of what is held
    if metric in _BOUNDS and place.side:
        return True  # what exceeds a limit is named beside it
    if metric is Metric.AMOUNT:
        return named <= _INSTALMENTS  # a monthly rate, an instalment
    if metric in _FLOWING and (place.moved or (Metric.AMOUNT in named and named <= _FLOWS)):
        return True
    return _spared(evidence, named) or bool(_CALLED.get(metric, frozenset()) & place.metrics)


def _spared(evidence: Evidence, named: frozenset[Metric]) -> bool:
    """Tell whether it is what was spent less than before, told as saved."""
    value = evidence.value
    fell = evidence.signed and isinstance(value, Decimal) and value < 0
    return fell and evidence.metric in _SPENT and named <= _KEPT


def _calculated(evidence: Evidence, place: Place, grounds: Grounds) -> bool:
    """Tell whether a calculated figure is named by what it is of, as a difference or a part."""
    if evidence.source is Source.CALC and Metric.DRIFT in place.metrics:
        return True  # whatever it is of, a difference is called one
    sorts = PLAUSIBLE.get(evidence.kind, frozenset(Metric))
    if evidence.metric not in sorts and place.metrics & sorts <= _PARTS:
        return True  # the percentage of an amount may be called a part of it
    if evidence.source is Source.CALC and evidence.metric is Metric.WEIGHT:
        named = place.metrics & place.said & sorts
        if Metric.RATE in named and not named & _OTHERWISE:
            return True  # a share of income put aside is a rate of saving
    # A share of the target is told with the target's word.
    return evidence.kind in _QUOTIENTS and bool(place.metrics & grounds.rests_on(evidence))


def _of_partner(place: Place, grounds: Grounds) -> bool:
    """Tell whether what the clause names is the other figure of a pair: "goal: 6 of 15"."""
    other = place.partner
    return other is not None and any(
        one.evidence.metric in place.metrics
        and one.evidence.kind is other.kind
        and one.size == abs(other.value or 0)
        for one in grounds.numeric
    )
