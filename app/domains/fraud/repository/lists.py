"""Allow and block lists in MongoDB: entries by what they say, hits as lines beside decisions."""

import hashlib
from datetime import datetime

from app.core.store import Document, Store
from app.domains.fraud.list_types import (
    ENTRIES_MAX,
    HITS_COUNTED,
    CountedEntry,
    ListEntry,
    ListHit,
    ListName,
    LoggedHit,
    SubjectKind,
)
from app.domains.fraud.repository.specs import LIST_ENTRIES, LIST_HITS

PAGE = 100
HITS_SHOWN = 100


def entry_id(list_name: ListName, kind: SubjectKind, subject: str) -> str:
    """Return the id of an entry: the same party on the same list is one entry."""
    text = "\0".join((list_name.value, kind.value, subject))
    return hashlib.blake2b(text.encode(), digest_size=13, person=b"fraud-list").hexdigest()


async def put(store: Store, entry: ListEntry) -> None:
    """Write an entry, or renew the one of the same party on the same list."""
    fields = {
        "list": entry.list_name.value,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "owner": entry.owner,
        "reason": entry.reason,
        "added_at": entry.added_at,
        "expires_at": entry.expires_at,
    }
    await store.update_one(LIST_ENTRIES, {"_id": entry.entry_id}, {"$set": fields}, upsert=True)


async def find(store: Store, entry: str) -> ListEntry | None:
    """Return one entry, expired or not."""
    row = await store.find_one(LIST_ENTRIES, {"_id": entry})
    return _entry(row) if row else None


async def remove(store: Store, entry: str) -> bool:
    """Delete an entry; False when it was not there."""
    return await store.delete_one(LIST_ENTRIES, {"_id": entry}) == 1


async def working(store: Store, *, at: datetime, limit: int = ENTRIES_MAX) -> list[ListEntry]:
    """Return the entries that have not expired; the soonest to end first."""
    rows = await store.find_many(
        LIST_ENTRIES, {"expires_at": {"$gt": at}}, sort=[("expires_at", 1)], limit=limit
    )
    return [_entry(row) for row in rows]


async def count(store: Store, *, at: datetime) -> int:
    """Return how many entries have not expired, at most the limit."""
    rows = await store.find_many(
        LIST_ENTRIES, {"expires_at": {"$gt": at}}, limit=ENTRIES_MAX, projection={"_id": 1}
    )
    return len(rows)


async def log_hit(
    store: Store, hit: ListHit, *, decision_id: str, at: datetime, outcome: str
) -> None:
    """Log one hit beside its decision. A line of its own: a busy entry is nobody's bottleneck."""
    await store.insert_one(
        LIST_HITS,
        {
            "_id": f"{hit.entry_id}:{decision_id}",
            "entry": hit.entry_id,
            "decision": decision_id,
            "at": at,
            "outcome": outcome,
        },
    )


async def hits(store: Store, entry: str, *, at: datetime) -> list[LoggedHit]:
    """Return an entry's last hits within thirty days, the newest first, at most 100."""
    query = {"entry": entry, "at": {"$gt": at - HITS_COUNTED}}
    rows = await store.find_many(LIST_HITS, query, sort=[("at", -1)], limit=HITS_SHOWN)
    return [LoggedHit(r["entry"], r["decision"], r["at"], r["outcome"]) for r in rows]


async def counted(store: Store, entries: list[ListEntry], *, at: datetime) -> list[CountedEntry]:
    """Return at most 100 entries with their hits of thirty days, counted from the log."""
    page = entries[:PAGE]
    pipeline: list[Document] = [
        {
            "$match": {
                "entry": {"$in": [entry.entry_id for entry in page]},
                "at": {"$gt": at - HITS_COUNTED},
            }
        },
        {"$group": {"_id": "$entry", "hits": {"$sum": 1}, "last": {"$max": "$at"}}},
    ]
    rows = await store.aggregate(LIST_HITS, pipeline, limit=PAGE) if page else []
    known = {row["_id"]: row for row in rows}
    return [
        CountedEntry(
            entry,
            hits=int(known[entry.entry_id]["hits"]) if entry.entry_id in known else 0,
            last_hit_at=known[entry.entry_id]["last"] if entry.entry_id in known else None,
        )
        for entry in page
    ]


async def page(
    store: Store, *, at: datetime, list_name: ListName | None, after: str | None
) -> list[ListEntry]:
    """Return entries that have not expired, by id, at most 100."""
    query: Document = {"expires_at": {"$gt": at}, "_id": {"$gt": after or ""}}
    if list_name is not None:
        query["list"] = list_name.value
    rows = await store.find_many(LIST_ENTRIES, query, sort=[("_id", 1)], limit=PAGE)
    return [_entry(row) for row in rows]


def _entry(row: Document) -> ListEntry:
    return ListEntry(
        entry_id=row["_id"],
        list_name=ListName(row["list"]),
        kind=SubjectKind(row["kind"]),
        subject=row["subject"],
        owner=row["owner"],
        reason=row["reason"],
        added_at=row["added_at"],
        expires_at=row["expires_at"],
    )
