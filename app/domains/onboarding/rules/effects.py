"""What each answer and each fact does to the profile, by taking it away."""

from app.domains.onboarding.rules import risk
from app.domains.onboarding.types import Effects, ItemScore, RiskProfile


def of_item(profile: RiskProfile, item: ItemScore) -> int:
    """Return by how many steps an answer lifts the stated tolerance over its most careful option.

    A single answer often lifts by 0: two neighbouring scores share a step.
    """
    least = min(risk.KEYS[item.item].values())
    return risk.tolerance(profile.score) - risk.tolerance(profile.score - item.points + least)


def range_of_item(item: ItemScore) -> tuple[int, int]:
    """Return the fewest and the most points that an item can give."""
    points = risk.KEYS[item.item].values()
    return min(points), max(points)


def of_limit(profile: RiskProfile, rule: str) -> int:
    """Return by how many steps one rule alone lowers the capacity (0 or negative)."""
    caps = {limit.rule: limit.cap for limit in profile.limits}
    others = [cap for name, cap in caps.items() if name != rule]
    return min(caps.values()) - min(others, default=10)


def of(profile: RiskProfile) -> Effects:
    """Return the effects of all answers and rules."""
    return Effects(
        items={one.item: of_item(profile, one) for one in profile.items},
        ranges={one.item: range_of_item(one) for one in profile.items},
        limits={limit.rule: of_limit(profile, limit.rule) for limit in profile.limits},
    )
