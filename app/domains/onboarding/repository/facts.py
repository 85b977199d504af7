"""Financial facts as they lie in MongoDB: on a person, and in each version of her profile."""

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document
from app.domains.onboarding.types import FinancialFacts, IncomeStability


def financial_facts(data: Document) -> FinancialFacts:
    """Return the facts that a stored form holds."""

    def money(name: str) -> Money:
        return Money(int(data[name]), data["currency"])

    return FinancialFacts(
        monthly_income=money("monthly_income"),
        monthly_spending=money("monthly_spending"),
        liquid_reserve=money("liquid_reserve"),
        monthly_debt_payment=money("monthly_debt_payment"),
        highest_debt_rate_bps=data["highest_debt_rate_bps"],
        net_worth=money("net_worth"),
        invested=money("invested"),
        income_stability=IncomeStability(data["income_stability"]),
        dependants=data["dependants"],
        horizon_years=data["horizon_years"],
    )


def financial_document(facts: FinancialFacts) -> Document:
    """Return the stored form of facts."""
    return {
        "currency": facts.monthly_income.currency,
        "monthly_income": long(facts.monthly_income.amount_minor),
        "monthly_spending": long(facts.monthly_spending.amount_minor),
        "liquid_reserve": long(facts.liquid_reserve.amount_minor),
        "monthly_debt_payment": long(facts.monthly_debt_payment.amount_minor),
        "highest_debt_rate_bps": facts.highest_debt_rate_bps,
        "net_worth": long(facts.net_worth.amount_minor),
        "invested": long(facts.invested.amount_minor),
        "income_stability": facts.income_stability.value,
        "dependants": facts.dependants,
        "horizon_years": facts.horizon_years,
    }
