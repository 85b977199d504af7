"""Key figures of fraud over a period, for the staff. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from app.core.money import Money
from app.domains.analytics.types import FraudLine, FraudReport
from app.domains.fraud.kpi_types import FraudSums
from app.domains.fraud.types import Outcome
from app.domains.reports.types import Compared, Draft


def draft(found: FraudReport, counted: Iterable[FraudSums]) -> Draft:
    """Return the figures; `counted` are the same days, counted again from the decisions."""
    outcomes: Counter[Outcome] = Counter()
    money: Counter[str] = Counter()
    for sums in counted:
        for one in sums.judged:
            outcomes[one.outcome] += one.count
            if one.outcome is Outcome.BLOCK:
                money[one.currency] += one.amount_minor
    total = found.total
    compared = [
        Compared("judged", "payments", total.judged, outcomes.total()),
        Compared("approved", "payments", total.approved, outcomes[Outcome.APPROVE]),
        Compared("fresh code", "payments", total.stepped_up, outcomes[Outcome.STEP_UP]),
        Compared("held", "payments", total.held, outcomes[Outcome.HOLD]),
        Compared("refused", "payments", total.blocked, outcomes[Outcome.BLOCK]),
    ]
    told = {one.currency: one.amount_minor for one in total.blocked_amounts}
    compared += [
        Compared("refused amounts", unit, told.get(unit, 0), money[unit])
        for unit in sorted({*told, *money})
    ]
    body = {
        "days_covered": found.coverage.days - found.coverage.missing,
        "total": _line(total),
        "channels": [_line(line) for line in found.channels],
        "days": [_line(line) for line in found.days],
    }
    return Draft(body, tuple(compared))


def _line(line: FraudLine) -> dict[str, Any]:
    return {
        "day": None if line.day is None else line.day.isoformat(),
        "channel": None if line.channel is None else line.channel.value,
        "judged": line.judged,
        "approved": line.approved,
        "stepped_up": line.stepped_up,
        "held": line.held,
        "blocked": line.blocked,
        "degraded": line.degraded,
        "released": line.released,
        "rejected": line.rejected,
        "expired": line.expired,
        "alert_rate": _fraction(line.alert_rate),
        "precision": _fraction(line.precision),
        "median_decision_s": line.median_decision_s,
        "prevented": [_money(one) for one in line.prevented],
        "blocked_amounts": [_money(one) for one in line.blocked_amounts],
    }


def _money(money: Money) -> dict[str, Any]:
    return {"currency": money.currency, "amount_minor": money.amount_minor}


def _fraction(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"
