"""The versions of risk profiles in MongoDB: written once, never changed."""

from typing import Any

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.onboarding.repository import people
from app.domains.onboarding.repository.facts import financial_document, financial_facts
from app.domains.onboarding.risk_types import (
    Anchor,
    Cooling,
    FollowUp,
    Grade,
    Knowledge,
    ProductClass,
    Reading,
    Topic,
)
from app.domains.onboarding.types import CapacityLimit, ItemScore, Reason, RiskProfile

PROFILES = "risk_profiles"
SPECS = (
    CollectionSpec(
        PROFILES,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "version", "final", "tolerance", "capacity"],
            "properties": {"final": {"bsonType": "int", "minimum": 1, "maximum": 10}},
        },
        indexes=(IndexSpec((("made_at", 1),)),),
    ),
)


async def insert(store: Store, profile: RiskProfile) -> None:
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
        **_deeper(profile),
    }
    await store.insert_one(PROFILES, document)
    await people.note_profile(store, profile.user_id, profile.version)


async def find(store: Store, user_id: str, version: int) -> RiskProfile | None:
    """Return one version of a person's profile as it was made."""
    document = await store.find_one(PROFILES, {"_id": f"{user_id}:{version}"})
    return _profile(document) if document else None


def _deeper(profile: RiskProfile) -> Document:
    """Return what versions of the first rules do not have."""
    anchor, cooling, known = profile.anchor, profile.cooling, profile.knowledge
    return {
        "stated_tolerance": profile.stated_tolerance,
        "facts": financial_document(profile.facts) if profile.facts else None,
        "knowledge": {
            "grades": {topic.value: grade.value for topic, grade in known.grades},
            "blocked": [product.value for product in known.blocked],
        }
        if known
        else None,
        "follow_ups": [
            {
                "code": one.code,
                "values": dict(one.values),
                "about": one.fingerprint,
                "is_binding": one.is_binding,
                "reply": one.reply.value if one.reply else None,
            }
            for one in profile.follow_ups
        ],
        "challenge": _reason_document(profile.challenge) if profile.challenge else None,
        "cooling": {
            "tolerance": cooling.tolerance,
            "until": cooling.until,
            "because": cooling.because,
        }
        if cooling
        else None,
        "anchor": {"tolerance": anchor.tolerance, "made_at": anchor.made_at} if anchor else None,
        "waits": [_reason_document(reason) for reason in profile.waits],
    }


def _reason_document(reason: Reason) -> Document:
    return {"code": reason.code, "sentence": reason.sentence, "values": dict(reason.values)}


def _reason(data: dict[str, Any] | None) -> Reason | None:
    if data is None:
        return None
    return Reason(data["code"], data["sentence"], tuple(data["values"].items()))


def _reasons(rows: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(found for found in map(_reason, rows) if found is not None)


def _profile(document: Document) -> RiskProfile:
    facts, cooling, anchor = (document.get(name) for name in ("facts", "cooling", "anchor"))
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
        reasons=_reasons(document["reasons"]),
        do_not_invest=_reason(document["do_not_invest"]),
        horizon_years=document["horizon_years"],
        rules_version=document["rules_version"],
        made_at=document["made_at"],
        expires_at=document["expires_at"],
        stated_tolerance=document.get("stated_tolerance"),
        facts=financial_facts(facts) if facts else None,
        knowledge=_knowledge(document.get("knowledge")),
        follow_ups=tuple(_follow_up(row) for row in document.get("follow_ups", [])),
        challenge=_reason(document.get("challenge")),
        cooling=Cooling(cooling["tolerance"], cooling["until"], cooling["because"])
        if cooling
        else None,
        anchor=Anchor(anchor["tolerance"], anchor["made_at"]) if anchor else None,
        waits=_reasons(document.get("waits", [])),
    )


def _knowledge(data: dict[str, Any] | None) -> Knowledge | None:
    if data is None:
        return None
    return Knowledge(
        grades=tuple((Topic(topic), Grade(grade)) for topic, grade in data["grades"].items()),
        blocked=tuple(ProductClass(name) for name in data["blocked"]),
    )


def _follow_up(row: dict[str, Any]) -> FollowUp:
    return FollowUp(
        code=row["code"],
        values=tuple(row["values"].items()),
        fingerprint=row["about"],
        is_binding=row["is_binding"],
        reply=Reading(row["reply"]) if row["reply"] else None,
    )
