"""Cleared people for benches: complete accounts in a private database, quickly."""

from datetime import date

from app.cli.demo_clients import ANSWERS, KNOWLEDGE
from app.core.ids import new_id
from app.core.money import Money
from app.core.store import Document
from app.domains.identity.types import Role, SandboxPerson
from app.domains.onboarding.types import (
    FinancialFacts,
    IncomeStability,
    KycDecision,
    KycReason,
    PersonalFacts,
)
from app.services import AppServices

NO_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 - of accounts nobody signs in to
_COPIED = ("onboarding", "consents", "risk_profiles", "kyc_cases")


async def cleared_people(
    services: AppServices, count: int, *, password: str = "", totp_secret: str = NO_SECRET
) -> list[tuple[str, str]]:
    """Return (user id, e-mail) of people who may move money; no password is one nobody knows.

    The first one goes through every step; the others get copies of what that left behind.
    """
    people: list[tuple[str, str]] = []
    for number in range(count):
        email = f"bench{number}@example.org"
        person = SandboxPerson(
            email, "Bo Bench", frozenset({Role.USER}), password or new_id(), totp_secret
        )
        user_id, _ = await services.identity.sandbox_people.create(person)
        if people:
            await _copy_steps(services, people[0][0], user_id)
        else:
            await _walk(services, user_id)
        people.append((user_id, email))
    return people


async def _walk(services: AppServices, user_id: str) -> None:
    door = services.onboarding
    money = Money.parse("2400", "USD")
    financial = FinancialFacts(
        monthly_income=money,
        monthly_spending=Money.parse("1500", "USD"),
        liquid_reserve=Money.parse("12000", "USD"),
        monthly_debt_payment=Money.zero("USD"),
        highest_debt_rate_bps=0,
        net_worth=Money.parse("60000", "USD"),
        invested=Money.parse("5000", "USD"),
        income_stability=IncomeStability.STABLE,
        dependants=0,
        horizon_years=15,
    )
    personal = PersonalFacts("Bo Bench", date(1990, 1, 1), "PT", "Rua 1, Lisboa", "AB1234567")
    await door.profiles.save_facts(user_id, personal=personal, financial=financial)
    await door.profiles.save_answers(user_id, ANSWERS)
    await door.checks.answer(user_id, KNOWLEDGE)
    await door.profiles.make(user_id)
    text = door.disclosure("en")
    await door.accept_disclosure(user_id, version=text.version, language="en")
    case = await door.kyc.claim((await door.kyc.submit(user_id)).case_id, reviewer_id="bench")
    await door.kyc.decide(
        case.case_id,
        reviewer_id="bench",
        decision=KycDecision.APPROVE,
        reason=KycReason.DATA_MATCHES,
        staff_note="",
        revision=case.revision,
    )


async def _copy_steps(services: AppServices, model_id: str, user_id: str) -> None:
    for collection in _COPIED:
        for row in await services.db.find_many(collection, {}, limit=2000):
            if model_id in (row["_id"], row.get("user")):
                copy: Document = {**row, "_id": row["_id"].replace(model_id, user_id)}
                if copy["_id"] == row["_id"]:
                    copy["_id"] = new_id()
                if "user" in row:
                    copy["user"] = user_id
                await services.db.insert_one(collection, copy)
