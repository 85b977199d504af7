"""Answers and facts that do not fit together: named rules, each with one question of its own.

A rule only asks. Until she replies the careful reading counts: the bold answers score as their
most careful option, or the fact is read as its lower value. No reading is ever above what she
stated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.core.money import Money
from app.domains.onboarding.risk_types import FollowUp, FollowUpReplies, Reading
from app.domains.onboarding.rules import risk, waiting
from app.domains.onboarding.types import FinancialFacts, IncomeStability, ItemScore

SOON_YEARS: Final = 2
THIN_RESERVE_MONTHS: Final = 3

Answers = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Clash:
    """One contradiction: which items read lower, or which facts, and what it was made of."""

    code: str
    values: tuple[tuple[str, str], ...]
    fingerprint: str
    items: tuple[int, ...] = ()
    facts: FinancialFacts | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What counts after the replies: points and facts, never above what she stated."""

    score: int
    facts: FinancialFacts


@dataclass(frozen=True, slots=True)
class _Pair:
    """A careful answer beside a bold one."""

    careful: Mapping[int, str]
    bold: Mapping[int, str]


_PAIRS: Final[Mapping[str, _Pair]] = {
    "no_loss_but_high_risk": _Pair({8: "a"}, {11: "cd", 12: "c"}),
    "uneasy_but_shares": _Pair({5: "a"}, {4: "c", 12: "c"}),
    "savings_but_gold_search": _Pair({4: "a", 11: "a"}, {13: "cd"}),
    "avoids_risk_but_borrows": _Pair({1: "d", 6: "a"}, {7: "d"}),
    "takes_risks_but_keeps_safe": _Pair({4: "a", 12: "a"}, {1: "a"}),
}
"""Items and their options on either side; one of each side is enough."""


def found(answers: Answers, facts: FinancialFacts | None) -> tuple[Clash, ...]:
    """Return every contradiction of the answers so far and of the facts, in a fixed order."""
    pairs = (_pair(code, pair, answers) for code, pair in _PAIRS.items())
    of_facts = () if facts is None else (rule(answers, facts) for rule in _RULES)
    return tuple(clash for clash in (*pairs, *of_facts) if clash is not None)


def follow_ups(clashes: tuple[Clash, ...], replies: FollowUpReplies) -> tuple[FollowUp, ...]:
    """Return the question of each contradiction with its reply, if it is about these answers."""
    return tuple(
        FollowUp(
            code=clash.code,
            values=clash.values,
            fingerprint=clash.fingerprint,
            is_binding=True,
            reply=reply_to(clash.code, clash.fingerprint, replies),
        )
        for clash in clashes
    )


def reply_to(code: str, fingerprint: str, replies: FollowUpReplies) -> Reading | None:
    """Return a reply that was given about exactly this, or None."""
    reading, about = replies.get(code, (None, ""))
    return reading if about == fingerprint else None


def readings(
    items: tuple[ItemScore, ...],
    facts: FinancialFacts,
    clashes: tuple[Clash, ...],
    replies: FollowUpReplies,
) -> Stated:
    """Return score and facts with the careful reading of all that she did not stand by."""
    lowered: set[int] = set()
    for clash in clashes:
        if reply_to(clash.code, clash.fingerprint, replies) is Reading.BOLD:
            continue
        lowered.update(clash.items)
        if clash.facts is not None:
            facts = _lower(facts, clash.facts)
    score = sum(
        min(risk.KEYS[one.item].values()) if one.item in lowered else one.points for one in items
    )
    return Stated(score, facts)


def _pair(code: str, pair: _Pair, answers: Answers) -> Clash | None:
    careful = [item for item, options in pair.careful.items() if answers.get(item, "-") in options]
    bold = [item for item, options in pair.bold.items() if answers.get(item, "-") in options]
    if not careful or not bold:
        return None
    values = (("careful", _listed(careful)), ("bold", _listed(bold)))
    return Clash(code, values, _print(answers, (*careful, *bold)), tuple(bold))


def needed_soon_but_bold(answers: Answers, facts: FinancialFacts) -> Clash | None:
    """Money that is needed soon, to be put into what swings most."""
    bold = [item for item, options in ((11, "cd"), (12, "c")) if answers.get(item, "-") in options]
    if facts.horizon_years > SOON_YEARS or not bold:
        return None
    years = str(facts.horizon_years)
    about = f"{_print(answers, bold)},horizon={years}"
    return Clash(
        "needed_soon_but_bold", (("years", years), ("bold", _listed(bold))), about, tuple(bold)
    )


def spends_reserve_of_dependants(answers: Answers, facts: FinancialFacts) -> Clash | None:
    """A long journey after losing the job, while others live on a thin reserve."""
    months = risk.reserve_months(facts)
    if answers.get(3, "-") not in "cd" or not facts.dependants or months >= THIN_RESERVE_MONTHS:
        return None
    values = (("dependants", str(facts.dependants)), ("months", f"{months:.1f}"), ("bold", "3"))
    about = f"{_print(answers, (3,))},dependants={facts.dependants},months={months:.1f}"
    return Clash("spends_reserve_of_dependants", values, about, (3,))


def borrows_in_expensive_debt(answers: Answers, facts: FinancialFacts) -> Clash | None:
    """Would borrow to buy more, and pays dearly for a debt already."""
    rate = facts.highest_debt_rate_bps
    owes = facts.monthly_debt_payment.amount_minor > 0 and rate >= waiting.EXPENSIVE_DEBT_BPS
    if answers.get(7) != "d" or not owes:
        return None
    values = (("rate_percent", f"{rate / 100:g}"), ("bold", "7"))
    return Clash("borrows_in_expensive_debt", values, f"7=d,rate={rate}", (7,))


# Every rule is called alike; this one needs the facts only.
def more_at_hand_than_owned(answers: Answers, facts: FinancialFacts) -> Clash | None:  # noqa: ARG001
    """Reserve and investments exceed all she owns, and she names no debt: one number is wrong."""
    own, reserve, invested = facts.net_worth, facts.liquid_reserve, facts.invested
    if facts.monthly_debt_payment.amount_minor > 0:
        return None
    if reserve.amount_minor + invested.amount_minor <= own.amount_minor:
        return None
    left = max(own.amount_minor - invested.amount_minor, 0)
    lower = replace(facts, liquid_reserve=Money(left, own.currency))
    values = (
        ("reserve", reserve.decimal_string()),
        ("invested", invested.decimal_string()),
        ("net_worth", own.decimal_string()),
        ("currency", own.currency),
    )
    about = f"{reserve.amount_minor}+{invested.amount_minor}>{own.amount_minor} {own.currency}"
    return Clash("more_at_hand_than_owned", values, about, facts=lower)


# Every rule is called alike; this one needs the facts only.
def steady_without_income(answers: Answers, facts: FinancialFacts) -> Clash | None:  # noqa: ARG001
    """An income that is called steady and is nothing."""
    is_steady = facts.income_stability is not IncomeStability.NONE
    if not is_steady or facts.monthly_income.amount_minor > 0:
        return None
    lower = replace(facts, income_stability=IncomeStability.NONE)
    about = f"income=0,{facts.income_stability.value}"
    values = (("stability", facts.income_stability.value),)
    return Clash("steady_without_income", values, about, facts=lower)


_RULES: Final[tuple[Callable[[Answers, FinancialFacts], Clash | None], ...]] = (
    needed_soon_but_bold,
    spends_reserve_of_dependants,
    borrows_in_expensive_debt,
    more_at_hand_than_owned,
    steady_without_income,
)
CODES: Final = (
    *_PAIRS,
    "needed_soon_but_bold",
    "spends_reserve_of_dependants",
    "borrows_in_expensive_debt",
    "more_at_hand_than_owned",
    "steady_without_income",
)


def _lower(facts: FinancialFacts, reading: FinancialFacts) -> FinancialFacts:
    """Return facts with what one reading lowers; what other readings lowered stays."""
    no_income = reading.income_stability is IncomeStability.NONE
    return replace(
        facts,
        liquid_reserve=min(
            facts.liquid_reserve, reading.liquid_reserve, key=lambda money: money.amount_minor
        ),
        income_stability=IncomeStability.NONE if no_income else facts.income_stability,
    )


def _print(answers: Answers, items: tuple[int, ...] | list[int]) -> str:
    return ",".join(f"{item}={answers[item]}" for item in sorted(set(items)))


def _listed(items: list[int]) -> str:
    return ", ".join(str(item) for item in items)
