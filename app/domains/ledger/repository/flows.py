"""Sums of postings over a period: pipelines that each read one index."""

from datetime import datetime

from app.core.store import Document, Store
from app.domains.ledger.repository.specs import ACCOUNTS, POSTINGS
from app.domains.ledger.rules import entries
from app.domains.ledger.types import AccountKind

GROUPS_MAX = 5_000
CUSTOMER = "customer"
_HOUSE = f"{entries.HOUSE}."


def counting(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that counts the postings of [start, end)."""
    return [{"$match": {"at": {"$gte": start, "$lt": end}}}, {"$count": "n"}]


def summing(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that sums [start, end) by unit, kind of movement and party.

    A party is a customer or the purpose of a house account: `house.<purpose>.<part>.<unit>`.
    """
    house = {"$eq": [{"$substrCP": ["$account", 0, len(_HOUSE)]}, _HOUSE]}
    purpose = {"$arrayElemAt": [{"$split": ["$account", "."]}, 1]}
    party = {"$cond": [house, purpose, CUSTOMER]}
    positive = {"$cond": [{"$gt": ["$amount", 0]}, "$amount", 0]}
    negative = {"$cond": [{"$lt": ["$amount", 0]}, "$amount", 0]}
    return [
        {"$match": {"at": {"$gte": start, "$lt": end}}},
        {
            "$group": {
                "_id": {"unit": "$unit", "kind": "$kind", "party": party},
                "incoming": {"$sum": positive},
                "outgoing": {"$sum": negative},
                "count": {"$sum": 1},
                "account": {"$min": "$account"},
            }
        },
    ]


def beginning(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that finds accounts whose first posting is in [start, end).

    The group of the others is one, without an account: the match stays with the indexed range,
    because the embedded server's plan names no index for more than that.
    """
    first = {"$cond": [{"$eq": ["$seq", 1]}, "$account", None]}
    return [{"$match": {"at": {"$gte": start, "$lt": end}}}, {"$group": {"_id": first}}]


def reached(user_ids: list[str]) -> list[Document]:
    """Return the pipeline that counts whose cash, and whose holdings, were ever moved."""

    def moved(kind: AccountKind) -> Document:
        of_kind = {"$and": [{"$eq": ["$kind", kind.value]}, {"$gt": ["$v", 0]}]}
        return {"$max": {"$cond": [of_kind, 1, 0]}}

    by_owner = {
        "_id": "$owner",
        "cash": moved(AccountKind.CASH),
        "holding": moved(AccountKind.HOLDING),
    }
    return [
        {"$match": {"owner": {"$in": user_ids}}},
        {"$group": by_owner},
        {"$group": {"_id": None, "funded": {"$sum": "$cash"}, "invested": {"$sum": "$holding"}}},
    ]


async def count(store: Store, start: datetime, end: datetime, *, timeout_s: float) -> int:
    """Return how many postings [start, end) has."""
    rows = await store.aggregate(POSTINGS, counting(start, end), limit=1, timeout_s=timeout_s)
    return int(rows[0]["n"]) if rows else 0


async def sums(store: Store, start: datetime, end: datetime, *, timeout_s: float) -> list[Document]:
    """Return the sums of [start, end); each group names one of its accounts."""
    return await store.aggregate(
        POSTINGS, summing(start, end), limit=GROUPS_MAX, timeout_s=timeout_s
    )


async def kinds(store: Store, account_ids: set[str]) -> dict[str, AccountKind]:
    """Return what some accounts are for, by id."""
    if not account_ids:
        return {}
    rows = await store.find_many(
        ACCOUNTS,
        {"_id": {"$in": sorted(account_ids)}},
        limit=len(account_ids),
        projection={"kind": 1},
    )
    return {row["_id"]: AccountKind(row["kind"]) for row in rows}


async def beginners(
    store: Store, start: datetime, end: datetime, *, limit: int, timeout_s: float
) -> set[str]:
    """Return the people one of whose accounts moved first in [start, end)."""
    rows = await store.aggregate(POSTINGS, beginning(start, end), limit=limit, timeout_s=timeout_s)
    return {entries.owner_of(row["_id"]) for row in rows if row["_id"] is not None}


async def reached_counts(store: Store, user_ids: list[str], *, timeout_s: float) -> tuple[int, int]:
    """Return how many of these people ever had money here, and shares."""
    rows = await store.aggregate(ACCOUNTS, reached(user_ids), limit=1, timeout_s=timeout_s)
    return (int(rows[0]["funded"]), int(rows[0]["invested"])) if rows else (0, 0)
