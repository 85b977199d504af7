"""The model in force in MongoDB: one document, changed only on top of the revision seen."""

from app.core.store import Document, Store
from app.domains.fraud.model_types import ChangeAction, ChangeState, ModelChange, Pointer
from app.domains.fraud.repository.specs import MODEL_CHANGES, MODEL_POINTERS

FRAUD = "fraud"
SHOWN = 50


async def find(store: Store) -> Pointer | None:
    """Return the pointer, or None while nobody changed what ships."""
    row = await store.find_one(MODEL_POINTERS, {"_id": FRAUD})
    return _pointer(row) if row else None


async def replace(store: Store, pointer: Pointer) -> bool:
    """Store a pointer on top of the revision before it; False when that is not there any more.

    Raises DuplicateKeyError when somebody stored the first one meanwhile.
    """
    fields = _document(pointer)
    if pointer.revision == 1:
        await store.insert_one(MODEL_POINTERS, {"_id": FRAUD, **fields})
        return True
    where = {"_id": FRAUD, "revision": pointer.revision - 1}
    return await store.update_one(MODEL_POINTERS, where, {"$set": fields}) == 1


async def ask(store: Store, change: ModelChange) -> None:
    """Keep a change that somebody asked for. Raises DuplicateKeyError when its id is taken."""
    await store.insert_one(
        MODEL_CHANGES,
        {
            "_id": change.change_id,
            "action": change.action.value,
            "version": change.version,
            "revision": change.revision,
            "reason": change.reason,
            "asked_by": change.asked_by,
            "asked_at": change.asked_at,
            "state": change.state.value,
            "decided_by": change.decided_by,
            "decided_at": change.decided_at,
        },
    )


async def change(store: Store, change_id: str) -> ModelChange | None:
    """Return one change."""
    row = await store.find_one(MODEL_CHANGES, {"_id": change_id})
    return _change(row) if row else None


async def changes(store: Store) -> list[ModelChange]:
    """Return the last fifty changes, the newest first."""
    rows = await store.find_many(MODEL_CHANGES, {}, sort=[("asked_at", -1)], limit=SHOWN)
    return [_change(row) for row in rows]


async def decide(store: Store, decided: ModelChange) -> bool:
    """Store how a change ended; False when it had ended already."""
    where = {"_id": decided.change_id, "state": ChangeState.ASKED.value}
    fields = {
        "state": decided.state.value,
        "decided_by": decided.decided_by,
        "decided_at": decided.decided_at,
    }
    return await store.update_one(MODEL_CHANGES, where, {"$set": fields}) == 1


def _document(pointer: Pointer) -> Document:
    return {
        "version": pointer.version,
        "previous": pointer.previous,
        "challenger": pointer.challenger,
        "challenger_since": pointer.challenger_since,
        "since": pointer.since,
        "revision": pointer.revision,
        "by": pointer.by,
        "reason": pointer.reason,
    }


def _pointer(row: Document) -> Pointer:
    return Pointer(**{key: row[key] for key in row if key != "_id"})


def _change(row: Document) -> ModelChange:
    return ModelChange(
        change_id=row["_id"],
        action=ChangeAction(row["action"]),
        version=row["version"],
        revision=row["revision"],
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        state=ChangeState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
