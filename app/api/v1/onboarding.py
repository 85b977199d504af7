"""/v1/onboarding: how far a person is, and the facts she gives about herself."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Currency, DecimalText, Line, MoneyOut, Out
from app.core.money import Money
from app.domains.identity.types import RateClass
from app.domains.onboarding.errors import FactsInvalidError, FactsLockedError, StaleCaseError
from app.domains.onboarding.types import (
    FinancialFacts,
    IncomeStability,
    Onboarding,
    PersonalFacts,
    Step,
    StepStatus,
)

router = APIRouter(prefix="/v1/onboarding", tags=["onboarding"])


class StepOut(Out):
    """One step and how far it is."""

    step: Step
    status: StepStatus


class PersonalIn(Input):
    """Who she says she is."""

    legal_name: Line = Field(examples=["Amina Diallo"])
    birth_date: Annotated[date, Field(strict=False, examples=["1994-05-17"])]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(examples=["PT"])
    address: Line = Field(examples=["Rua das Flores 12, 1200-195 Lisboa"])
    document_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{5,20}$")] = Field(
        examples=["AB1234567"]
    )


class FinancialIn(Input):
    """What she can bear. Amounts are decimal text in one currency; rates in basis points."""

    currency: Currency
    monthly_income: DecimalText = Field(examples=["1800"])
    monthly_spending: DecimalText = Field(examples=["1200"])
    liquid_reserve: DecimalText = Field(examples=["9000"])
    monthly_debt_payment: DecimalText = Field(examples=["0"])
    highest_debt_rate_bps: Annotated[int, Field(ge=0, le=100_000, examples=[0])]
    net_worth: DecimalText = Field(examples=["30000"])
    invested: DecimalText = Field(examples=["4000"])
    income_stability: Annotated[IncomeStability, Field(strict=False)]
    dependants: Annotated[int, Field(ge=0, le=30, examples=[0])]
    horizon_years: Annotated[int, Field(ge=0, le=60, examples=[12])]


class ProfileIn(Input):
    """Both parts of the profile; saved together, as often as she likes."""

    personal: PersonalIn
    financial: FinancialIn


class PersonalOut(Out):
    """What she gave, as it is kept."""

    legal_name: str
    birth_date: date
    country: str
    address: str
    document_number: str


class FinancialOut(Out):
    """What she gave, as it is kept."""

    monthly_income: MoneyOut
    monthly_spending: MoneyOut
    liquid_reserve: MoneyOut
    monthly_debt_payment: MoneyOut
    highest_debt_rate_bps: int
    net_worth: MoneyOut
    invested: MoneyOut
    income_stability: IncomeStability
    dependants: int
    horizon_years: int


class OnboardingOut(Out):
    """Everything needed to continue on any device."""

    steps: list[StepOut]
    next_step: Step | None
    personal: PersonalOut | None
    financial: FinancialOut | None
    answers: dict[int, str]
    accepted_disclosures: str | None

    @classmethod
    def of(cls, found: Onboarding) -> "OnboardingOut":
        """Return the public form."""
        return cls(
            steps=[StepOut(step=step, status=status) for step, status in found.steps],
            next_step=found.next_step,
            personal=_personal(found.personal) if found.personal else None,
            financial=_financial(found.financial) if found.financial else None,
            answers=dict(found.answers),
            accepted_disclosures=found.accepted_disclosures,
        )


def _personal(facts: PersonalFacts) -> PersonalOut:
    return PersonalOut(
        legal_name=facts.legal_name,
        birth_date=facts.birth_date,
        country=facts.country,
        address=facts.address,
        document_number=facts.document_number,
    )


def _financial(facts: FinancialFacts) -> FinancialOut:
    return FinancialOut(
        monthly_income=MoneyOut.of(facts.monthly_income),
        monthly_spending=MoneyOut.of(facts.monthly_spending),
        liquid_reserve=MoneyOut.of(facts.liquid_reserve),
        monthly_debt_payment=MoneyOut.of(facts.monthly_debt_payment),
        highest_debt_rate_bps=facts.highest_debt_rate_bps,
        net_worth=MoneyOut.of(facts.net_worth),
        invested=MoneyOut.of(facts.invested),
        income_stability=facts.income_stability,
        dependants=facts.dependants,
        horizon_years=facts.horizon_years,
    )


@router.get("", responses=declared())
@policy("user")
async def get_onboarding(caller: CallerDep, services: ServicesDep) -> OnboardingOut:
    """Return the steps, what is filled in, and what comes next."""
    return OnboardingOut.of(await services.onboarding.overview(caller.user_id))


@router.put("/profile", responses=declared(FactsInvalidError, FactsLockedError, StaleCaseError))
@policy("user", rate=RateClass.WRITE)
async def save_profile(body: ProfileIn, caller: CallerDep, services: ServicesDep) -> OnboardingOut:
    """Keep the facts; saving the same facts again changes nothing.

    Other personal facts end an approved identity check, and are refused during one.
    """
    personal = PersonalFacts(
        legal_name=body.personal.legal_name,
        birth_date=body.personal.birth_date,
        country=body.personal.country,
        address=body.personal.address,
        document_number=body.personal.document_number,
    )
    await services.onboarding.profiles.save_facts(
        caller.user_id, personal=personal, financial=_facts(body.financial)
    )
    return OnboardingOut.of(await services.onboarding.overview(caller.user_id))


def _facts(body: FinancialIn) -> FinancialFacts:
    def money(text: str) -> Money:
        return Money.parse(text, body.currency)

    return FinancialFacts(
        monthly_income=money(body.monthly_income),
        monthly_spending=money(body.monthly_spending),
        liquid_reserve=money(body.liquid_reserve),
        monthly_debt_payment=money(body.monthly_debt_payment),
        highest_debt_rate_bps=body.highest_debt_rate_bps,
        net_worth=money(body.net_worth),
        invested=money(body.invested),
        income_stability=body.income_stability,
        dependants=body.dependants,
        horizon_years=body.horizon_years,
    )
