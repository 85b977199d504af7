"""The smallest change of her own making that would give another profile: searched, then checked.

Only what a person can act on is changed: reserve, horizon, debt payments. Never age, dependants
or income. Every suggestion is put through the very rules that made the profile, so it is true.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from app.core.money import Money
from app.domains.onboarding.types import FinancialFacts

ACTIONABLE: Final = ("liquid_reserve", "horizon_years", "monthly_debt_payment")
_RESERVE_MONTHS: Final = (1, 3, 6)
_HORIZON_YEARS: Final = (1, 3, 5, 10)
_DEBT_SHARES: Final = (0.5, 0.4, 0.3, 0.0)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact as it is and as it would have to be. `effort` orders suggestions only.

    `sets` names every field to save for it: who saves more also owns more, and a debt that is
    repaid has no rate.
    """

    field: str
    before: str
    after: str
    sentence: str
    effort: float
    sets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Changes that together lead to another profile, or out of "do not invest yet"."""

    changes: tuple[Change, ...]
    profile: int
    may_invest: bool
    facts: FinancialFacts


@dataclass(frozen=True, slots=True)
class Judged:
    """What some facts lead to."""

    profile: int
    may_invest: bool


Judge = Callable[[FinancialFacts], Judged]
"""The rules that make a profile, with everything but the facts held still."""


def smallest(facts: FinancialFacts, judge: Judge) -> Suggestion | None:
    """Return the smallest change that raises the profile or allows to invest, or None.

    Fewest facts first, then the least effort. None: her tolerance is what limits her, or what
    does is nothing she can act on.
    """
    now = judge(facts)
    for count in range(1, len(ACTIONABLE) + 1):
        found = [
            made
            for fields in itertools.combinations(ACTIONABLE, count)
            for made in _combined(facts, judge, fields)
            if made.may_invest and (not now.may_invest or made.profile > now.profile)
        ]
        if found:
            return min(found, key=lambda s: (sum(c.effort for c in s.changes), -s.profile))
    return None


def _combined(facts: FinancialFacts, judge: Judge, fields: tuple[str, ...]) -> Iterator[Suggestion]:
    for chosen in itertools.product(*(list(_options(facts, field)) for field in fields)):
        changed = facts
        for _, value in chosen:
            changed = replace(changed, **value)
        judged = judge(changed)
        yield Suggestion(
            changes=tuple(change for change, _ in chosen),
            profile=judged.profile,
            may_invest=judged.may_invest,
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
            sets = (("horizon_years", str(years)),)
            before = str(facts.horizon_years)
            change = Change("horizon_years", before, str(years), words, more / 10, sets)
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
            worth = facts.net_worth + more
            change = Change(
                field="liquid_reserve",
                before=have.decimal_string(),
                after=after.decimal_string(),
                sentence=words,
                effort=more.amount_minor / max(spending, 1) / 6,
                sets=(
                    ("liquid_reserve", after.decimal_string()),
                    ("net_worth", worth.decimal_string()),
                ),
            )
            yield change, {"liquid_reserve": after, "net_worth": worth}


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
            change = Change(
                field="monthly_debt_payment",
                before=pays.decimal_string(),
                after=after.decimal_string(),
                sentence=words,
                effort=(pays.amount_minor - most) / max(income, pays.amount_minor),
                sets=(
                    ("monthly_debt_payment", after.decimal_string()),
                    *(() if most else (("highest_debt_rate_bps", "0"),)),
                ),
            )
            rate: dict[str, Any] = {} if most else {"highest_debt_rate_bps": 0}
            yield change, {"monthly_debt_payment": after} | rate
