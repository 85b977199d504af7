"""How far many people are, and who got further in a period: counts and ids only."""

from datetime import datetime

from app.core.store import Document, Store
from app.domains.onboarding.repository.cases import CASES
from app.domains.onboarding.repository.people import PEOPLE
from app.domains.onboarding.repository.profiles import PROFILES
from app.domains.onboarding.types import KycState


def reached(user_ids: list[str]) -> list[Document]:
    """Return the pipeline that counts who of these people passed which step."""
    approved = {"$cond": [{"$eq": ["$kyc", KycState.APPROVED.value]}, 1, 0]}
    profiled = {"$cond": [{"$gt": ["$profile_version", 0]}, 1, 0]}
    return [
        {"$match": {"_id": {"$in": user_ids}}},
        {"$group": {"_id": None, "kyc": {"$sum": approved}, "profile": {"$sum": profiled}}},
    ]


def decided(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that finds whose identity case was decided in [start, end)."""
    return [{"$match": {"decided_at": {"$gte": start, "$lt": end}}}, {"$group": {"_id": "$user"}}]


def profiled(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that finds who got a risk profile in [start, end)."""
    return [{"$match": {"made_at": {"$gte": start, "$lt": end}}}, {"$group": {"_id": "$user"}}]


async def counts(store: Store, user_ids: list[str], *, timeout_s: float) -> tuple[int, int]:
    """Return how many of these people have their identity approved, and a risk profile."""
    rows = await store.aggregate(PEOPLE, reached(user_ids), limit=1, timeout_s=timeout_s)
    return (int(rows[0]["kyc"]), int(rows[0]["profile"])) if rows else (0, 0)


async def movers(
    store: Store, start: datetime, end: datetime, *, limit: int, timeout_s: float
) -> set[str]:
    """Return who got further in [start, end), at most `limit` from either source."""
    cases = await store.aggregate(CASES, decided(start, end), limit=limit, timeout_s=timeout_s)
    made = await store.aggregate(PROFILES, profiled(start, end), limit=limit, timeout_s=timeout_s)
    return {str(row["_id"]) for row in (*cases, *made)}
