"""When the honest advice is not to invest yet: why, and exactly what would change it."""

from collections.abc import Iterable
from typing import Final

from app.core.money import Money
from app.domains.onboarding.risk_types import FollowUp, Grade, Knowledge
from app.domains.onboarding.rules import risk
from app.domains.onboarding.rules.knowledge import NEEDED
from app.domains.onboarding.types import FinancialFacts, Reason

EXPENSIVE_DEBT_BPS: Final = 1200
LEAST_RESERVE_MONTHS: Final = 1
LEAST_HORIZON_YEARS: Final = 1


def of_facts(facts: FinancialFacts) -> tuple[Reason, ...]:
    """Return why her situation says to repay, save or keep the money at hand; mostly nothing."""
    found: list[Reason] = []
    owes = facts.monthly_debt_payment.amount_minor > 0
    owes = owes and facts.highest_debt_rate_bps >= EXPENSIVE_DEBT_BPS
    lacks = risk.reserve_months(facts) < LEAST_RESERVE_MONTHS
    if owes:
        found.append(_debt(facts, lacks_reserve=lacks))
    elif lacks:
        found.append(_reserve(facts))
    if facts.horizon_years < LEAST_HORIZON_YEARS:
        found.append(
            Reason(
                "horizon_too_short",
                "You may need this money within a year. Prices can be low just then, so keep it "
                f"in an account; what can stay for {LEAST_HORIZON_YEARS} year or longer may be "
                "invested.",
                (("years", str(facts.horizon_years)), ("least", str(LEAST_HORIZON_YEARS))),
            )
        )
    return tuple(found)


def do_not_invest(facts: FinancialFacts) -> Reason | None:
    """Return the first reason of her situation not to invest yet, or None."""
    return next(iter(of_facts(facts)), None)


def of_knowledge(knowledge: Knowledge) -> tuple[Reason, ...]:
    """Return which product classes may not be recommended to her yet, and what to do."""
    grades = dict(knowledge.grades)
    found = []
    for product in knowledge.blocked:
        topics = NEEDED[product]
        wrong = [topic.value for topic in topics if grades[topic] is Grade.WRONG]
        untested = [topic.value for topic in topics if grades[topic] is Grade.OPEN]
        if untested:
            sentence = (
                f"You have not answered the questions of fact about {product} yet. Answer "
                f"them; until then no mix with {product} is recommended."
            )
            code = f"knowledge_open_{product}"
        else:
            sentence = (
                f"You did not know {len(wrong)} of {len(topics)} facts about {product}. Read the "
                f"short explanations; until then no mix with {product} is recommended."
            )
            code = f"explanation_first_{product}"
        values = (("wrong", str(len(wrong))), ("of", str(len(topics))))
        found.append(Reason(code, sentence, (*values, ("topics", " ".join(wrong + untested)))))
    return tuple(found)


def of_follow_ups(follow_ups: Iterable[FollowUp]) -> tuple[Reason, ...]:
    """Return that questions about contradictions are open, or nothing."""
    still_open = [one.code for one in follow_ups if one.is_binding and one.reply is None]
    if not still_open:
        return ()
    return (
        Reason(
            "follow_up_open",
            "Some of your answers do not fit together. Reply to the follow-up questions and make "
            "your profile again; until then the careful reading counts and nothing is advised.",
            (("codes", " ".join(still_open)), ("count", str(len(still_open)))),
        ),
    )


def _debt(facts: FinancialFacts, *, lacks_reserve: bool) -> Reason:
    percent = f"{facts.highest_debt_rate_bps / 100:g}"
    gain = "Repaying it first is a sure gain that no investment can promise."
    if not lacks_reserve:
        return Reason(
            "repay_first", f"You pay {percent} % on a debt. {gain}", (("rate_percent", percent),)
        )
    months = f"{risk.reserve_months(facts):.1f}"
    return Reason(
        "repay_and_save_first",
        f"You pay {percent} % on a debt and have less than one month of spending in "
        "reserve. Repaying it is a sure gain that no investment can promise.",
        (("rate_percent", percent), ("reserve_months", months)),
    )


def _reserve(facts: FinancialFacts) -> Reason:
    needed = facts.monthly_spending.amount_minor * LEAST_RESERVE_MONTHS
    have = facts.liquid_reserve
    more = Money(needed - have.amount_minor, have.currency)
    months = f"{risk.reserve_months(facts):.1f}"
    return Reason(
        "save_first",
        f"Your reserve covers {months} months of spending. Save {more.decimal_string()} "
        f"{more.currency} more first: who has no reserve has to sell when something breaks.",
        (
            ("reserve_months", months),
            ("more", more.decimal_string()),
            ("currency", more.currency),
        ),
    )
