"""Who signed up when, as ids and counts: pipelines that read one index and nothing sealed."""

from datetime import datetime

from app.core.store import Document, Store
from app.domains.identity.repository.specs import USERS

DAYS_MAX = 5_000


def _customers(start: datetime, end: datetime) -> Document:
    return {"created_at": {"$gte": start, "$lt": end}, "staff": {"$ne": True}}


def counting(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that counts the sign-ups in [start, end)."""
    return [{"$match": _customers(start, end)}, {"$count": "n"}]


def days(user_ids: list[str]) -> list[Document]:
    """Return the pipeline that finds the days on which these people signed up."""
    day = {"$dateToString": {"date": "$created_at", "format": "%Y-%m-%d"}}
    return [
        {"$match": {"_id": {"$in": user_ids}, "staff": {"$ne": True}}},
        {"$group": {"_id": day}},
    ]


async def count(store: Store, start: datetime, end: datetime, *, timeout_s: float) -> int:
    """Return how many people signed up in [start, end), staff left out."""
    rows = await store.aggregate(USERS, counting(start, end), limit=1, timeout_s=timeout_s)
    return int(rows[0]["n"]) if rows else 0


async def days_of(store: Store, user_ids: list[str], *, timeout_s: float) -> set[str]:
    """Return the UTC days, as ISO text, on which these people signed up."""
    rows = await store.aggregate(USERS, days(user_ids), limit=DAYS_MAX, timeout_s=timeout_s)
    return {str(row["_id"]) for row in rows}


async def page(
    store: Store, start: datetime, end: datetime, *, after: tuple[datetime, str] | None, limit: int
) -> list[tuple[datetime, str]]:
    """Return at most `limit` sign-ups of [start, end) behind `after`, in order of time and id."""
    where = _customers(start, end)
    if after is not None:
        at, user_id = after
        where["created_at"]["$gte"] = at
        where["$or"] = [{"created_at": {"$gt": at}}, {"_id": {"$gt": user_id}}]
    rows = await store.find_many(
        USERS,
        where,
        sort=[("created_at", 1), ("_id", 1)],
        limit=limit,
        projection={"created_at": 1},
    )
    return [(row["created_at"], row["_id"]) for row in rows]
