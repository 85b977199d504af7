"""The smallest change of her own making that would give another profile: searched, then checked.

Only what a person can act on is changed: reserve, horizon, debt payments. Never age, dependants
or income. Every suggestion is put through the very rules that made the profile, so it is true.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from app.core.money import Money
from app.domains.onboarding.rules import risk
from app.domains.onboarding.types import FinancialFacts

ACTIONABLE: Final = ("liquid_reserve", "horizon_years", "monthly_debt_payment")
_RESERVE_MONTHS: Final = (1, 3, 6)
_HORIZON_YEARS: Final = (1, 3, 5, 10)
_DEBT_SHARES: Final = (0.5, 0.4, 0.3, 0.0)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact as it is and as it would have to be. `effort` orders suggestions only."""

    field: str
    before: str
    after: str
    sentence: str
    effort: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Changes that together lead to another profile, or out of "do not invest yet"."""

    changes: tuple[Change, ...]
    profile: int
    may_invest: bool
    facts: FinancialFacts


def smallest(facts: FinancialFacts, tolerance: int) -> Suggestion | None:
    """Return the smallest change that raises the profile or allows to invest, or None.

    Fewest facts first, then the least effort. None: her tolerance is what limits her, or what
    does is nothing she can act on.
    """
    now = _profile(facts, tolerance)
    for count in range(1, len(ACTIONABLE) + 1):
        found = [
            made
            for fields in itertools.combinations(ACTIONABLE, count)
            for made in _combined(facts, tolerance, fields)
            if _is_better(made, now, may_invest=risk.do_not_invest(facts) is None)
        ]
        if found:
            return min(found, key=lambda s: (sum(c.effort for c in s.changes), -s.profile))
    return None


def _is_better(made: Suggestion, profile: int, *, may_invest: bool) -> bool:
    return made.may_invest and (not may_invest or made.profile > profile)


def _profile(facts: FinancialFacts, tolerance: int) -> int:
    return min(tolerance, *(limit.cap for limit in risk.capacity_limits(facts)))


def _combined(
    facts: FinancialFacts, tolerance: int, fields: tuple[str, ...]
) -> Iterator[Suggestion]:
    for chosen in itertools.product(*(list(_options(facts, field)) for field in fields)):
        changed = facts
        for _, value in chosen:
            changed = replace(changed, **value)
        yield Suggestion(
            changes=tuple(change for change, _ in chosen),
            profile=_profile(changed, tolerance),
            may_invest=risk.do_not_invest(changed) is None,
            facts=changed,
        )


def _options(facts: FinancialFacts, field: str) -> Iterator[tuple[Change, dict[str, Any]]]:
    if field == "horizon_years":
        yield from _horizons(facts)
    elif field == "liquid_reserve":
        yield from _reserves(facts)
    else:
        yield from _debts(facts)


def _horizons(facts: FinancialFacts) -> Iterator[tuple[Change, dict[str, Any]]]:
    for years in _HORIZON_YEARS:
        if years > facts.horizon_years:
            more = years - facts.horizon_years
            words = f"Leave the money invested for {years} years instead of {facts.horizon_years}."
            change = Change("horizon_years", str(facts.horizon_years), str(years), words, more / 10)
            yield change, {"horizon_years": years}


def _reserves(facts: FinancialFacts) -> Iterator[tuple[Change, dict[str, Any]]]:
    have, spending = facts.liquid_reserve, facts.monthly_spending.amount_minor
    for months in _RESERVE_MONTHS:
        need = months * spending
        if need > have.amount_minor:
            more = Money(need - have.amount_minor, have.currency)
            words = (
                f"Save {more.decimal_string()} {more.currency} more, so that your reserve covers "
                f"{months} months of spending."
            )
            after = Money(need, have.currency)
            effort = more.amount_minor / max(spending, 1) / 6
            yield (
                Change("liquid_reserve", have.decimal_string(), after.decimal_string(), words,
                       effort),
                {"liquid_reserve": after},
            )  # fmt: skip


def _debts(facts: FinancialFacts) -> Iterator[tuple[Change, dict[str, Any]]]:
    pays, income = facts.monthly_debt_payment, facts.monthly_income.amount_minor
    for share in _DEBT_SHARES:
        most = math.floor(share * income)
        if most < pays.amount_minor:
            after = Money(most, pays.currency)
            words = (
                f"Bring your monthly debt payments down to {after.decimal_string()} "
                f"{after.currency}."
                if most
                else "Repay your debts."
            )
            effort = (pays.amount_minor - most) / max(income, pays.amount_minor)
            yield (
                Change("monthly_debt_payment", pays.decimal_string(), after.decimal_string(),
                       words, effort),
                {"monthly_debt_payment": after} | ({} if most else {"highest_debt_rate_bps": 0}),
            )  # fmt: skip
