"""The outbox: one row per event, written with the change, from which every job is run.

Redis may lose its whole queue: a row stays open until each subscribed job is done, and an
open row that is due is queued again. `SUBSCRIPTIONS` in app/services.py says which jobs.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import ConflictError
from app.core.events import Event
from app.core.ids import new_ulid
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store

COLLECTION = "outbox"
DEAD = "dead_jobs"
BUCKETS = tuple(range(16))
RELAY_LIMIT = 200
REQUEUE_AFTER_S = 30
_KEEP_CLOSED_S = 30 * 24 * 3600

COLLECTIONS = (
    CollectionSpec(
        COLLECTION,
        validator={
            "bsonType": "object",
            "required": ["_id", "name", "ids", "occurred_at", "bucket", "d"],
            "properties": {
                "bucket": {"bsonType": "int", "minimum": 0, "maximum": 15},
                "ids": {"bsonType": "object"},
                "d": {"bsonType": "object"},
            },
        },
        indexes=(
            # Only live rows carry `open`, so the index the relay polls stays small for ever.
            IndexSpec((("bucket", 1), ("next_at", 1)), partial={"open": True}),
            IndexSpec((("closed_at", 1),), ttl_s=_KEEP_CLOSED_S),
        ),
    ),
    CollectionSpec(
        DEAD,
        validator={"bsonType": "object", "required": ["_id", "job", "reason", "died_at"]},
        indexes=(IndexSpec((("died_at", 1),)),),
    ),
)


class AlreadyDoneError(ConflictError):
    """Another run of the same job committed first; this one's transaction must abort."""

    code = "job_already_done"
    title = "The job is already done"


@dataclass(frozen=True, slots=True)
class Claim:
    """One job of one event, leased to this worker until `lease_until`."""

    event_id: str
    event_name: str
    job: str
    queue: str
    ids: Mapping[str, str]
    occurred_at: datetime
    attempt: int
    siblings: tuple[str, ...]
    trace: str

    @property
    def key(self) -> str:
        """Return the id of this effect: a unique key inside, an idempotency header outside."""
        return job_id(self.event_id, self.job)


@dataclass(frozen=True, slots=True)
class Due:
    """A job that is to be put in its queue."""

    event_id: str
    job: str
    queue: str

    @property
    def key(self) -> str:
        """Return the queue's id of this job."""
        return job_id(self.event_id, self.job)


def job_id(event_id: str, job: str) -> str:
    """Return `<event>:<job>`."""
    return f"{event_id}:{job}"


def row(
    event: Event,
    *,
    jobs: Iterable[tuple[str, str]],
    at: datetime,
    event_id: str | None = None,
    trace: str = "",
    not_before: datetime | None = None,
) -> Document:
    """Return the row of an event for its subscribed `jobs` ((job name, queue), ...).

    `not_before` delays the jobs; `trace` is the W3C traceparent of the request, if any.
    """
    event_id = event_id or new_ulid(at)
    waiting = {job: {"queue": queue, "attempts": 0} for job, queue in jobs}
    assert waiting, f"{event.name} has no subscriber: it needs no row"  # noqa: S101 - a mistake
    return {
        "_id": event_id,
        "name": event.name,
        "ids": event.ids(),
        "occurred_at": at,
        "bucket": zlib.crc32(event_id.encode()) % len(BUCKETS),
        "open": True,
        "next_at": not_before or at,
        "queued_at": None,
        "d": waiting,
        "trace": trace,
    }


def waiting_jobs(row: Document, *, now: datetime) -> list[Due]:
    """Return the jobs of a row that are neither done nor leased to somebody at `now`."""
    return [
        Due(row["_id"], job, state["queue"])
        for job, state in row["d"].items()
        if not state.get("done_at") and not _leased(state, now)
    ]


def _leased(state: Document, now: datetime) -> bool:
    until = state.get("lease_until")
    return until is not None and until > now


async def due_rows(
    store: Store, *, now: datetime, buckets: tuple[int, ...] = BUCKETS, limit: int = RELAY_LIMIT
) -> list[Document]:
    """Return open rows whose time has come, in no promised order."""
    return await store.find_many(
        COLLECTION,
        {"open": True, "bucket": {"$in": list(buckets)}, "next_at": {"$lte": now}},
        limit=limit,
    )


async def mark_queued(store: Store, event_ids: list[str], *, now: datetime) -> None:
    """Note that the rows were queued; they come due again while any of their jobs is open."""
    await store.update_each(
        COLLECTION,
        event_ids,
        {"open": True},
        {"$set": {"queued_at": now, "next_at": now + timedelta(seconds=REQUEUE_AFTER_S)}},
    )


async def close_finished(store: Store, row: Document, *, now: datetime) -> bool:
    """Close a row whose jobs are all done; two that ended in the same instant left it open."""
    if not all(state.get("done_at") for state in row["d"].values()):
        return False
    done: Document = {f"d.{job}.done_at": {"$exists": True} for job in row["d"]}
    await store.update_one(COLLECTION, {"_id": row["_id"], **done}, _closing(now))
    return True


def _closing(at: datetime) -> Document:
    return {"$set": {"closed_at": at}, "$unset": {"open": "", "next_at": ""}}


async def claim(
    store: Store, event_id: str, job: str, *, now: datetime, lease_s: float
) -> Claim | None:
    """Lease one job and count the attempt; None when it is done or somebody else's."""
    at = f"d.{job}"
    found = await store.find_one_and_update(
        COLLECTION,
        {
            "_id": event_id,
            "open": True,
            f"{at}.queue": {"$exists": True},
            f"{at}.done_at": {"$exists": False},
            "$or": [
                {f"{at}.lease_until": {"$exists": False}},
                {f"{at}.lease_until": {"$lte": now}},
            ],
        },
        {
            "$set": {f"{at}.lease_until": now + timedelta(seconds=lease_s)},
            "$inc": {f"{at}.attempts": 1},
        },
    )
    if found is None:
        return None
    state = found["d"][job]
    return Claim(
        event_id=event_id,
        event_name=found["name"],
        job=job,
        queue=state["queue"],
        ids=dict(found["ids"]),
        occurred_at=found["occurred_at"],
        attempt=state["attempts"],
        siblings=tuple(name for name in found["d"] if name != job),
        trace=found.get("trace", ""),
    )


async def finish(store: Store, claim: Claim, *, at: datetime, dead: bool = False) -> None:
    """Mark a job done, and close its row when it was the last one.

    Inside the transaction of the effect this is what makes the effect happen once: raises
    AlreadyDoneError when another run was quicker, which takes the effect back.
    """
    mine = f"d.{claim.job}"
    open_job: Document = {"_id": claim.event_id, f"{mine}.done_at": {"$exists": False}}
    done: Document = {f"{mine}.done_at": at} | ({f"{mine}.dead": True} if dead else {})
    last = {f"d.{name}.done_at": {"$exists": True} for name in claim.siblings}
    closing = {
        "$set": {**done, "closed_at": at},
        "$unset": {"open": "", "next_at": "", f"{mine}.lease_until": ""},
    }
    if await store.update_one(COLLECTION, {**open_job, **last}, closing):
        return
    update: Document = {"$set": done, "$unset": {f"{mine}.lease_until": ""}}
    if not await store.update_one(COLLECTION, open_job, update):
        raise AlreadyDoneError


async def retry_later(store: Store, claim: Claim, *, reason: str, until: datetime) -> None:
    """Put a failed job aside until `until`; a run that lost its lease changes nothing."""
    mine = f"d.{claim.job}"
    await store.update_one(
        COLLECTION,
        {
            "_id": claim.event_id,
            f"{mine}.attempts": claim.attempt,
            f"{mine}.done_at": {"$exists": False},
        },
        {"$set": {f"{mine}.lease_until": until, f"{mine}.error": reason}},
    )


async def bury(store: Store, claim: Claim, *, reason: str, at: datetime) -> None:
    """Give a job up: close it and keep what a person needs to run it again."""
    await finish(store, claim, at=at, dead=True)
    await store.update_one(
        DEAD,
        {"_id": claim.key},
        {
            "$set": {
                "event": claim.event_id,
                "name": claim.event_name,
                "ids": dict(claim.ids),
                "job": claim.job,
                "queue": claim.queue,
                "attempts": claim.attempt,
                "reason": reason,
                "occurred_at": claim.occurred_at,
                "died_at": at,
            }
        },
        upsert=True,
    )


async def revive(store: Store, key: str, *, at: datetime) -> bool:
    """Open a dead job again (the re-run button); False when there is none of this key."""
    dead = await store.find_one(DEAD, {"_id": key})
    if dead is None:
        return False
    event_id, job = dead["event"], dead["job"]
    await store.update_one(
        COLLECTION,
        {"_id": event_id},
        {
            "$set": {
                "open": True,
                "next_at": at,
                f"d.{job}": {"queue": dead["queue"], "attempts": 0},
            },
            "$unset": {"closed_at": ""},
            # The row of a job that died long ago has expired: write it again.
            "$setOnInsert": {
                "name": dead["name"],
                "ids": dead["ids"],
                "occurred_at": dead["occurred_at"],
                "bucket": zlib.crc32(event_id.encode()) % len(BUCKETS),
                "queued_at": None,
                "trace": "",
            },
        },
        upsert=True,
    )
    await store.delete_one(DEAD, {"_id": key})
    return True
