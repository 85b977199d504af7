"""Key figures of fraud from the sums of decisions and cases."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from app.core.money import Money
from app.domains.analytics.types import FraudLine
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.kpi_types import ClosedSum, FraudSums, JudgedSum
from app.domains.fraud.types import Outcome, PaymentKind


def by_day(days: Mapping[date, FraudSums]) -> tuple[FraudLine, ...]:
    """Return one line per day, in order."""
    return tuple(line(days[day].judged, days[day].closed, day=day) for day in sorted(days))


def by_channel(days: Mapping[date, FraudSums]) -> tuple[FraudLine, ...]:
    """Return one line per kind of payment that anything happened in."""
    judged, closed = _everything(days)
    lines = []
    for channel in PaymentKind:
        seen = [one for one in judged if one.channel is channel]
        ended = [one for one in closed if one.channel is channel]
        if seen or ended:
            lines.append(line(seen, ended, channel=channel))
    return tuple(lines)


def total(days: Mapping[date, FraudSums]) -> FraudLine:
    """Return the line of everything."""
    return line(*_everything(days))


def line(
    judged: Iterable[JudgedSum],
    closed: Iterable[ClosedSum],
    *,
    day: date | None = None,
    channel: PaymentKind | None = None,
) -> FraudLine:
    """Return the figures of some sums. Of the cases only those of held payments count.

    A sample, a review or a ring holds no payment: they say nothing about what alerts are worth.
    """
    seen = list(judged)
    ended = [one for one in closed if one.kind is CaseKind.PAYMENT]
    outcomes: Counter[Outcome] = Counter()
    for one in seen:
        outcomes[one.outcome] += one.count
    states: Counter[CaseState] = Counter()
    for case in ended:
        states[case.state] += case.count
    count = sum(outcomes.values())
    released, rejected = states[CaseState.RELEASED], states[CaseState.REJECTED]
    return FraudLine(
        day=day,
        channel=channel,
        judged=count,
        approved=outcomes[Outcome.APPROVE],
        stepped_up=outcomes[Outcome.STEP_UP],
        held=outcomes[Outcome.HOLD],
        blocked=outcomes[Outcome.BLOCK],
        degraded=sum(one.degraded for one in seen),
        released=released,
        rejected=rejected,
        expired=states[CaseState.EXPIRED],
        alert_rate=_share(outcomes[Outcome.HOLD] + outcomes[Outcome.BLOCK], count),
        precision=_share(rejected, released + rejected),
        median_decision_s=_median(ended),
        prevented=_money((x.currency, x.amount_minor) for x in ended if x.state in _FRAUD),
        blocked_amounts=_money(
            (x.currency, x.amount_minor) for x in seen if x.outcome is Outcome.BLOCK
        ),
    )


_FRAUD = frozenset({CaseState.REJECTED})
_BY_PEOPLE = frozenset({CaseState.RELEASED, CaseState.REJECTED})


def _everything(days: Mapping[date, FraudSums]) -> tuple[list[JudgedSum], list[ClosedSum]]:
    judged = [one for sums in days.values() for one in sums.judged]
    closed = [one for sums in days.values() for one in sums.closed]
    return judged, closed


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(ended: Iterable[ClosedSum]) -> int | None:
    """Return the middle of the seconds that people took; the lower of two.

    A thinned list stands for all of its cases, so each of its values has their weight.
    """
    weighted = sorted(
        (wait, one.count / len(one.waits_s))
        for one in ended
        if one.state in _BY_PEOPLE
        for wait in one.waits_s
    )
    half = sum(weight for _, weight in weighted) / 2
    passed = 0.0
    for wait, weight in weighted:
        passed += weight
        if passed >= half:
            return wait
    return None


def _money(amounts: Iterable[tuple[str, int]]) -> tuple[Money, ...]:
    sums: Counter[str] = Counter()
    for currency, minor in amounts:
        sums[currency] += minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))
