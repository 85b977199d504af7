"""Rebalancing in MongoDB: each run once, and who wants automatic ones."""

from datetime import UTC, datetime

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.onboarding.types import Reason
from app.domains.portfolio.rebalance_types import (
    Rebalance,
    RebalanceSettings,
    RunState,
    Trigger,
)
from app.domains.portfolio.types import OrderPlan

RUNS = "rebalance_runs"
SETTINGS = "rebalance_settings"
LIST_LIMIT = 50
SPECS = (
    CollectionSpec(
        RUNS,
        validator={"bsonType": "object", "required": ["_id", "user", "at", "state"]},
        indexes=(IndexSpec((("user", 1), ("at", -1)), name="of_user"),),
    ),
    CollectionSpec(
        SETTINGS,
        validator={"bsonType": "object", "required": ["_id", "automatic"]},
        indexes=(IndexSpec((("next_at", 1),), partial={"automatic": True}, name="due"),),
    ),
)


async def insert(store: Store, run: Rebalance) -> None:
    """Keep a run. Raises DuplicateKeyError when a neighbour made the same one."""
    await store.insert_one(
        RUNS,
        {
            "_id": run.run_id,
            "user": run.user_id,
            "at": run.at,
            "automatic": run.automatic,
            "state": run.state.value,
            "triggers": [trigger.value for trigger in run.triggers],
            "notes": [_reason_document(note) for note in run.notes],
            "hash": run.record_hash,
        },
    )


async def find(
    store: Store, run_id: str, *, user_id: str, plan: OrderPlan | None
) -> Rebalance | None:
    """Return a person's run; its plan is kept elsewhere."""
    row = await store.find_one(RUNS, {"_id": run_id, "user": user_id})
    return _run(row, plan) if row else None


async def list_of(store: Store, user_id: str, *, since: datetime) -> list[Rebalance]:
    """Return a person's runs since a time, the newest first, at most 50, without plans."""
    rows = await store.find_many(
        RUNS,
        {"user": user_id, "at": {"$gte": since}},
        sort=[("at", -1)],
        limit=LIST_LIMIT,
    )
    return [_run(row, None) for row in rows]


async def finish(store: Store, run: Rebalance) -> None:
    """Write how an automatic run ended."""
    change = {
        "state": run.state.value,
        "automatic": run.automatic,
        "notes": [_reason_document(note) for note in run.notes],
    }
    await store.update_one(RUNS, {"_id": run.run_id, "user": run.user_id}, {"$set": change})


async def settings(store: Store, user_id: str) -> RebalanceSettings:
    """Return a person's settings; nothing kept means off."""
    row = await store.find_one(SETTINGS, {"_id": user_id})
    if row is None:
        return RebalanceSettings(user_id, automatic=False, changed_at=None, next_at=None)
    return _settings(row)


async def put_settings(store: Store, wanted: RebalanceSettings) -> None:
    """Write a person's settings."""
    change = {
        "automatic": wanted.automatic,
        "changed_at": wanted.changed_at,
        "next_at": wanted.next_at,
    }
    await store.update_one(SETTINGS, {"_id": wanted.user_id}, {"$set": change}, upsert=True)


async def due(store: Store, *, now: datetime, limit: int) -> list[RebalanceSettings]:
    """Return whose automatic run is due, the longest waiting first."""
    rows = await store.find_many(
        SETTINGS,
        {"automatic": True, "next_at": {"$lte": now}},
        sort=[("next_at", 1)],
        limit=limit,
    )
    return [_settings(row) for row in rows]


async def move(store: Store, found: RebalanceSettings, *, to: datetime) -> bool:
    """Move a due time on; False when a neighbour did or she switched it off meanwhile."""
    query = {"_id": found.user_id, "automatic": True, "next_at": found.next_at}
    return await store.update_one(SETTINGS, query, {"$set": {"next_at": to}}) == 1


def _settings(row: Document) -> RebalanceSettings:
    return RebalanceSettings(
        row["_id"], bool(row["automatic"]), _utc(row["changed_at"]), _utc(row["next_at"])
    )


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def _reason_document(reason: Reason) -> Document:
    return {
        "code": reason.code,
        "sentence": reason.sentence,
        "values": [list(pair) for pair in reason.values],
    }


def _run(row: Document, plan: OrderPlan | None) -> Rebalance:
    return Rebalance(
        run_id=row["_id"],
        user_id=row["user"],
        at=row["at"].astimezone(UTC),
        automatic=row["automatic"],
        state=RunState(row["state"]),
        triggers=tuple(Trigger(name) for name in row["triggers"]),
        notes=tuple(
            Reason(n["code"], n["sentence"], tuple((k, v) for k, v in n["values"]))
            for n in row["notes"]
        ),
        plan=plan,
        record_hash=row["hash"],
    )
