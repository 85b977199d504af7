"""Takes demo clients through onboarding with the doors real people use, so money may move."""

from datetime import date

from app.core.money import Money
from app.domains.onboarding.errors import NotClearedError
from app.domains.onboarding.risk_types import Topic
from app.domains.onboarding.types import (
    FinancialFacts,
    IncomeStability,
    KycDecision,
    KycReason,
    PersonalFacts,
    Step,
    StepStatus,
)
from app.services import AppServices

CURRENCY = "USD"
ANSWERS = dict.fromkeys(range(1, 14), "b")
KNOWLEDGE = {
    Topic.INTEREST: "c",
    Topic.INFLATION: "a",
    Topic.BOND_PRICES: "b",
    Topic.DIVERSIFICATION: "b",
    Topic.RISK_RETURN: "c",
    Topic.FEES: "a",
}


async def clear_client(
    services: AppServices, user_id: str, *, name: str, number: str, reviewer_id: str
) -> None:
    """Answer, submit and approve for one demo client. Running it again goes on where it stood.

    The facts are invented; the reviewer's decision is in the audit log like any other.
    """
    door = services.onboarding
    try:
        await door.require_cleared(user_id)
    except NotClearedError:
        pass
    else:
        return
    await door.profiles.save_facts(user_id, personal=_personal(name, number), financial=_money())
    await door.profiles.save_answers(user_id, ANSWERS)
    await door.checks.answer(user_id, KNOWLEDGE)
    await door.profiles.make(user_id)
    shown = door.disclosure("en")
    await door.accept_disclosure(user_id, version=shown.version, language="en")
    if (Step.KYC, StepStatus.DONE) in (await door.overview(user_id)).steps:
        return
    case = await door.kyc.submit(user_id)
    claimed = await door.kyc.claim(case.case_id, reviewer_id=reviewer_id)
    await door.kyc.decide(
        case.case_id,
        reviewer_id=reviewer_id,
        decision=KycDecision.APPROVE,
        reason=KycReason.DATA_MATCHES,
        staff_note="demo person",
        revision=claimed.revision,
    )


def _personal(name: str, number: str) -> PersonalFacts:
    return PersonalFacts(
        legal_name=name,
        birth_date=date(1990, 4, 12),
        country="PT",
        address="Rua do Exemplo 1, Lisboa",
        document_number=number,
    )


def _money() -> FinancialFacts:
    return FinancialFacts(
        monthly_income=Money.parse("2400", CURRENCY),
        monthly_spending=Money.parse("1500", CURRENCY),
        liquid_reserve=Money.parse("12000", CURRENCY),
        monthly_debt_payment=Money.zero(CURRENCY),
        highest_debt_rate_bps=0,
        net_worth=Money.parse("60000", CURRENCY),
        invested=Money.parse("5000", CURRENCY),
        income_stability=IncomeStability.STABLE,
        dependants=0,
        horizon_years=15,
    )
