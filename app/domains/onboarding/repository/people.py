"""Facts, answers, consents and risk profiles in MongoDB; personal facts sealed as one blob."""

from datetime import date, datetime
from typing import Any

from app.core.envelope import DataKey, Place
from app.core.money import Money
from app.core.mongo import long
from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.onboarding.types import (
    CapacityLimit,
    FinancialFacts,
    IncomeStability,
    ItemScore,
    KycState,
    PersonalFacts,
    Reason,
    RiskProfile,
)

PEOPLE = "onboarding"
PROFILES = "risk_profiles"
CONSENTS = "consents"
SCHEMA_VERSION = 1
SPECS = (
    CollectionSpec(PEOPLE),
    CollectionSpec(
        PROFILES,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "version", "final", "tolerance", "capacity"],
            "properties": {"final": {"bsonType": "int", "minimum": 1, "maximum": 10}},
        },
    ),
    CollectionSpec(CONSENTS),
)
_PLACE = Place(PEOPLE, "pii")
_STEP_FIELDS = {"financial": 1, "answers": 1, "profile_version": 1, "kyc": 1, "consents": 1}


async def find(store: Store, user_id: str) -> Document | None:
    """Return a person's document, or None before her first step."""
    return await store.find_one(PEOPLE, {"_id": user_id})


async def find_steps(store: Store, user_id: str) -> Document | None:
    """Return only what tells which steps are done: every movement of money asks."""
    return await store.find_one(PEOPLE, {"_id": user_id}, projection=_STEP_FIELDS)


async def save_facts(store: Store, user_id: str, facts: Document) -> None:
    """Keep the latest facts, as `personal_fields` and `financial_fields` make them."""
    facts = {**facts, "schema_version": SCHEMA_VERSION}
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": facts}, upsert=True)


def personal_fields(personal: PersonalFacts, key: DataKey, *, at: datetime) -> Document:
    """Return the fields of the personal facts, sealed under the person's key."""
    sealed = key.seal(
        _PLACE,
        {
            "legal_name": personal.legal_name,
            "birth_date": personal.birth_date.isoformat(),
            "country": personal.country,
            "address": personal.address,
            "document_number": personal.document_number,
        },
    )
    return {"pii": sealed, "personal_at": at}


def financial_fields(financial: FinancialFacts, *, at: datetime) -> Document:
    """Return the fields of the financial facts."""
    return {"financial": _financial_document(financial), "financial_at": at}


def financial_at(document: Document | None) -> datetime | None:
    """Return when the financial facts last changed."""
    return (document or {}).get("financial_at")


async def save_answers(
    store: Store, user_id: str, answers: dict[int, str], *, at: datetime
) -> None:
    """Keep answers one by one: an unfinished questionnaire continues on another device."""
    changes: Document = {f"answers.{item}": option for item, option in answers.items()}
    changes["answers_at"] = at
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": changes}, upsert=True)


def personal_of(document: Document | None, key: DataKey) -> PersonalFacts | None:
    """Return the opened personal facts, or None when none were given."""
    if document is None or "pii" not in document:
        return None
    opened = key.open(_PLACE, document["pii"])
    return PersonalFacts(
        legal_name=opened["legal_name"],
        birth_date=date.fromisoformat(opened["birth_date"]),
        country=opened["country"],
        address=opened["address"],
        document_number=opened["document_number"],
    )


def financial_of(document: Document | None) -> FinancialFacts | None:
    """Return the financial facts, or None when none were given."""
    if document is None or "financial" not in document:
        return None
    data = document["financial"]

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


def answers_of(document: Document | None) -> dict[int, str]:
    """Return the answers so far, by item."""
    return {int(item): option for item, option in (document or {}).get("answers", {}).items()}


def _financial_document(facts: FinancialFacts) -> Document:
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


async def insert_profile(store: Store, profile: RiskProfile) -> None:
    """Keep a new version. Raises DuplicateKeyError when another request made it first."""
    document = {
        "_id": profile.reference,
        "user": profile.user_id,
        "version": profile.version,
        "score": profile.score,
        "band": profile.band,
        "tolerance": profile.tolerance,
        "capacity": profile.capacity,
        "final": profile.final,
        "items": [{"item": i.item, "option": i.option, "points": i.points} for i in profile.items],
        "limits": [{"rule": x.rule, "value": x.value, "cap": x.cap} for x in profile.limits],
        "reasons": [_reason_document(reason) for reason in profile.reasons],
        "do_not_invest": _reason_document(profile.do_not_invest) if profile.do_not_invest else None,
        "horizon_years": profile.horizon_years,
        "rules_version": profile.rules_version,
        "made_at": profile.made_at,
        "expires_at": profile.expires_at,
    }
    await store.insert_one(PROFILES, document)
    await store.update_one(
        PEOPLE, {"_id": profile.user_id}, {"$set": {"profile_version": profile.version}}
    )


async def find_profile(store: Store, user_id: str, version: int) -> RiskProfile | None:
    """Return one version of a person's profile."""
    document = await store.find_one(PROFILES, {"_id": f"{user_id}:{version}"})
    return _profile(document) if document else None


def _reason_document(reason: Reason) -> Document:
    return {"code": reason.code, "sentence": reason.sentence, "values": dict(reason.values)}


def _reason(data: dict[str, Any]) -> Reason:
    return Reason(data["code"], data["sentence"], tuple(data["values"].items()))


def _profile(document: Document) -> RiskProfile:
    blocked = document["do_not_invest"]
    return RiskProfile(
        user_id=document["user"],
        version=document["version"],
        score=document["score"],
        band=document["band"],
        tolerance=document["tolerance"],
        capacity=document["capacity"],
        final=document["final"],
        items=tuple(ItemScore(i["item"], i["option"], i["points"]) for i in document["items"]),
        limits=tuple(CapacityLimit(x["rule"], x["value"], x["cap"]) for x in document["limits"]),
        reasons=tuple(_reason(reason) for reason in document["reasons"]),
        do_not_invest=_reason(blocked) if blocked else None,
        horizon_years=document["horizon_years"],
        rules_version=document["rules_version"],
        made_at=document["made_at"],
        expires_at=document["expires_at"],
    )


async def insert_consent(
    store: Store, user_id: str, *, version: str, language: str, sha256: str, at: datetime
) -> None:
    """Keep that a text was accepted, in a transaction.

    Raises DuplicateKeyError when it already was.
    """
    await store.insert_one(
        CONSENTS,
        {
            "_id": f"{user_id}:{version}",
            "user": user_id,
            "version": version,
            "language": language,
            "sha256": sha256,
            "at": at,
        },
    )
    await store.update_one(
        PEOPLE, {"_id": user_id}, {"$addToSet": {"consents": version}}, upsert=True
    )


def has_consent(document: Document | None, version: str) -> bool:
    """Tell whether a person accepted a version."""
    return version in (document or {}).get("consents", [])


async def note_kyc(store: Store, user_id: str, state: KycState) -> None:
    """Repeat a case's state on its person: every movement of money asks, and reads one document."""
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": {"kyc": state.value}}, upsert=True)


def kyc_of(document: Document | None) -> KycState:
    """Return where a person's identity check stands; a draft when there is none."""
    return KycState((document or {}).get("kyc", KycState.DRAFT))
