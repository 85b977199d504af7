"""The risk profile: tolerance from the questionnaire, capacity from facts, the smaller one wins.

Tolerance has the structure and scoring of the 13-item scale of Grable and Lytton (Financial
Services Review 8, 1999), with wording of our own. Capacity is a table of monotone rules:
judgement, not estimation; changing a value is a new RULES_VERSION and a decision record.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.core.money import Money
from app.domains.onboarding.errors import AnswerInvalidError
from app.domains.onboarding.risk_types import horizon_cap
from app.domains.onboarding.types import (
    CapacityLimit,
    FinancialFacts,
    IncomeStability,
    ItemScore,
    Reason,
    RiskProfile,
)

RULES_VERSION = "risk-rules/2"
ITEMS = tuple(range(1, 14))
OFTEN = 4
OFTEN_WITHIN = timedelta(hours=1)
RETAKEN_OFTEN = Reason(
    "retaken_often",
    f"You have made {OFTEN} profiles within an hour. Answer as you are: a profile that does not "
    "fit you promises the wrong risk. Our staff can see this note.",
    (("times", str(OFTEN)),),
)

_UP4 = {"a": 1, "b": 2, "c": 3, "d": 4}
_UP3 = {"a": 1, "b": 2, "c": 3}
_PAIR = {"a": 1, "b": 3}
KEYS: Mapping[int, Mapping[str, int]] = {
    1: {"a": 4, "b": 3, "c": 2, "d": 1},
    2: _UP4,
    3: _UP4,
    4: _UP3,
    5: _UP3,
    6: _UP4,
    7: _UP4,
    8: _UP4,
    9: _PAIR,
    10: _PAIR,
    11: _UP4,
    12: _UP3,
    13: _UP4,
}

# Published bands (upper bounds), each cut in half: the profile's ten steps.
_HALF_BANDS = ((15, 1), (18, 2), (20, 3), (22, 4), (25, 5), (28, 6), (30, 7), (32, 8), (39, 9))
_BANDS = (
    (18, "low"),
    (22, "below_average"),
    (28, "average"),
    (32, "above_average"),
    (47, "high"),
)


def score_item(item: int, option: str) -> ItemScore:
    """Return one answer's points. Raises AnswerInvalidError for an unknown item or option."""
    key = KEYS.get(item)
    if key is None or option not in key:
        raise AnswerInvalidError(f"item {item} has no option {option!r}", item=item)
    return ItemScore(item, option, key[option])


def tolerance(score: int) -> int:
    """Return the profile 1..10 of a score 13..47."""
    for upper, profile in _HALF_BANDS:
        if score <= upper:
            return profile
    return 10


def band(score: int) -> str:
    """Return the published band's name of a score."""
    for upper, name in _BANDS:
        if score <= upper:
            return name
    raise AssertionError(f"{score} is not a score of this scale")


def is_retaken_often(earlier: RiskProfile | None, *, now: datetime) -> bool:
    """Tell whether the version OFTEN - 1 before the new one is of the same hour."""
    return earlier is not None and now - earlier.made_at < OFTEN_WITHIN


def _ratio(part: Money, whole: Money) -> float:
    """Return a share for a threshold; a share of nothing is nothing, or everything."""
    if whole.amount_minor <= 0:
        return 0.0 if part.amount_minor <= 0 else float("inf")
    return part.amount_minor / whole.amount_minor


def reserve_months(facts: FinancialFacts) -> float:
    """Return how many months of spending the liquid reserve covers."""
    return min(_ratio(facts.liquid_reserve, facts.monthly_spending), 120.0)


def _first(value: float, steps: tuple[tuple[float, int], ...], otherwise: int) -> int:
    return next((cap for bound, cap in steps if value < bound), otherwise)


def _above(value: float, steps: tuple[tuple[float, int], ...], otherwise: int = 10) -> int:
    return next((cap for bound, cap in steps if value > bound), otherwise)


def capacity_limits(facts: FinancialFacts) -> tuple[CapacityLimit, ...]:
    """Return every rule's cap; the capacity is the smallest one."""
    months = reserve_months(facts)
    horizon = float(facts.horizon_years)
    debt = min(_ratio(facts.monthly_debt_payment, facts.monthly_income), 100.0)
    share = min(_ratio(facts.invested, facts.net_worth), 100.0)
    stability = {IncomeStability.NONE: 3, IncomeStability.VARIABLE: 7, IncomeStability.STABLE: 10}
    alone = facts.dependants == 0 or months >= 6
    return (
        CapacityLimit("reserve", months, _first(months, ((1, 1), (3, 3), (6, 6)), 10)),
        CapacityLimit("horizon", horizon, horizon_cap(horizon)),
        CapacityLimit("debt_service", debt, _above(debt, ((0.5, 2), (0.4, 4), (0.3, 7)))),
        CapacityLimit("income_stability", 0.0, stability[facts.income_stability]),
        CapacityLimit("invested_share", share, _above(share, ((0.75, 6),))),
        CapacityLimit("dependants", float(facts.dependants), 10 if alone else 6),
    )


_LIMIT_WORDS = {
    "reserve": "your reserve covers {value:.1f} months of spending",
    "horizon": "you may need the money in {value:.0f} years",
    "debt_service": "{percent:.0f} % of your income goes into debt payments",
    "income_stability": "your income is not steady",
    "invested_share": "{percent:.0f} % of what you own is already invested",
    "dependants": "people depend on you and your reserve is below six months",
}


def reasons(
    *, score: int, stated: int, counting: int, limits: tuple[CapacityLimit, ...]
) -> tuple[Reason, ...]:
    """Return why the final profile is what it is: the tolerance, then what limits it.

    `stated` is the tolerance of her answers, `counting` the one in force, never above it.
    """
    found = [
        Reason(
            f"tolerance_{band(score)}",
            f"Your answers give {score} of 47 points: tolerance {stated} of 10.",
            (("score", str(score)), ("tolerance", str(stated))),
        )
    ]
    smallest = min(limit.cap for limit in limits)
    for limit in limits:
        if limit.cap < counting and limit.cap == smallest:
            words = _LIMIT_WORDS[limit.rule].format(value=limit.value, percent=limit.value * 100)
            found.append(
                Reason(
                    f"capacity_{limit.rule}",
                    f"Your capacity limits you to {limit.cap} of 10 because {words}.",
                    (("cap", str(limit.cap)), ("value", f"{limit.value:.4g}")),
                )
            )
    return tuple(found)
