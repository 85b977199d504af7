"""When a profile may no longer carry new advice: a year, or facts that are another life's."""

from datetime import datetime
from typing import Final

from app.core.money import Money
from app.domains.onboarding.rules import risk, waiting
from app.domains.onboarding.types import FinancialFacts, Reason, RiskProfile

MONEY_BOUND_PERCENT: Final = 25
_AMOUNTS: Final = ("monthly_income", "monthly_spending", "liquid_reserve", "net_worth", "invested")


def outdated(
    profile: RiskProfile,
    *,
    facts: FinancialFacts | None,
    facts_at: datetime | None,
    now: datetime,
) -> Reason | None:
    """Return why a profile carries no new advice and what to do, or None while it does."""
    if now >= profile.expires_at:
        day = profile.expires_at.date().isoformat()
        return Reason(
            "profile_expired",
            f"Your risk profile was good until {day}. Check your facts and answers and make it "
            "again; then you can ask for advice.",
            (("day", day),),
        )
    if facts is None or facts_at is None or facts_at <= profile.made_at:
        return None
    field = _changed(profile, facts)
    if field is None:
        return None
    return Reason(
        "facts_changed",
        f"Your situation has changed since this profile was made ({field.replace('_', ' ')}). "
        "Make the profile again; then you can ask for advice.",
        (("field", field),),
    )


def _changed(profile: RiskProfile, facts: FinancialFacts) -> str | None:
    """Return the first fact that changed beyond its bound, or None.

    Without the facts of the time (an old version) any change counts.
    """
    was = profile.facts
    if was is None:
        return "financial facts"
    for name in ("income_stability", "dependants"):
        if getattr(was, name) != getattr(facts, name):
            return name
    if abs(was.horizon_years - facts.horizon_years) > 1:
        return "horizon_years"
    for name in _AMOUNTS:
        if _is_far(getattr(was, name), getattr(facts, name)):
            return name
    for before, after in zip(risk.capacity_limits(was), risk.capacity_limits(facts), strict=True):
        if before.cap != after.cap:
            return before.rule
    if [one.code for one in waiting.of_facts(was)] != [o.code for o in waiting.of_facts(facts)]:
        return "highest_debt_rate"
    return None


def _is_far(before: Money, after: Money) -> bool:
    if before.currency != after.currency:
        return True
    moved = abs(after.amount_minor - before.amount_minor)
    return moved * 100 > MONEY_BOUND_PERCENT * abs(before.amount_minor)
