"""Who signed up when, as ids and counts: pipelines that read one index and nothing sealed."""

from dataclasses import dataclass
from datetime import datetime

from app.core.store import Document, Store
from app.domains.identity.repository.specs import USERS

DAYS_MAX = 5_000


def counting(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that counts the sign-ups in [start, end)."""
    return [{"$match": {"created_at": {"$gte": start, "$lt": end}}}, {"$count": "n"}]


def days(user_ids: list[str]) -> list[Document]:
    """Return the pipeline that finds the days on which these people signed up."""
    day = {"$dateToString": {"date": "$created_at", "format": "%Y-%m-%d"}}
    return [{"$match": {"_id": {"$in": user_ids}}}, {"$group": {"_id": day}}]


async def count(store: Store, start: datetime, end: datetime, *, timeout_s: float) -> int:
    """Return how many people signed up in [start, end), staff included."""
    rows = await store.aggregate(USERS, counting(start, end), limit=1, timeout_s=timeout_s)
    return int(rows[0]["n"]) if rows else 0


async def days_of(store: Store, user_ids: list[str], *, timeout_s: float) -> set[str]:
    """Return the UTC days, as ISO text, on which these people signed up."""
    rows = await store.aggregate(USERS, days(user_ids), limit=DAYS_MAX, timeout_s=timeout_s)
    return {str(row["_id"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sign-up. Staff sign up, too."""

    at: datetime
    user_id: str
    staff: bool


async def page(
    store: Store, start: datetime, end: datetime, *, ties: int, limit: int
) -> list[Arrival]:
    """Return the first `limit` sign-ups of [start, end), and room for `ties` more.

    By time alone: who else signed up in the last millisecond is at the next page's start.
    """
    rows = await store.find_many(
        USERS,
        # By the indexed range alone: with a second condition the plan names no index
        # on the embedded server, so the index proof could not be had there.
        {"created_at": {"$gte": start, "$lt": end}},
        sort=[("created_at", 1), ("_id", 1)],
        limit=limit + ties,
        projection={"created_at": 1, "staff": 1},
    )
    return [Arrival(row["created_at"], row["_id"], bool(row.get("staff"))) for row in rows]


async def by_id(store: Store, after: str, *, limit: int) -> list[tuple[str, bool]]:
    """Return the next people by id, and whether they are staff: a walk over everybody."""
    rows = await store.find_many(
        USERS,
        {"_id": {"$gt": after}},
        sort=[("_id", 1)],
        limit=limit,
        projection={"staff": 1},
    )
    return [(row["_id"], bool(row.get("staff"))) for row in rows]
