"""Drafted actions in MongoDB: each ends once, and what has ended never changes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.chat.action_types import KEPT, ActionKind, ActionState, PendingAction, Preview
from app.domains.chat.grounding.evidence_json import evidence_of, evidence_row

ACTIONS: Final = "pending_actions"
SPECS: Final = (
    CollectionSpec(
        ACTIONS,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "kind", "params_hash", "state", "expires_at", "gone_at"],
        },
        indexes=(
            IndexSpec((("user", 1), ("created_at", -1)), name="of_user"),
            IndexSpec((("user", 1), ("state", 1), ("expires_at", 1)), name="open_of_user"),
            IndexSpec((("gone_at", 1),), ttl_s=0, name="expiry"),
        ),
    ),
)


async def insert(store: Store, action: PendingAction) -> None:
    """Keep a draft."""
    await store.insert_one(
        ACTIONS,
        {
            "_id": action.id,
            "user": action.user,
            "kind": action.kind.value,
            "params": dict(action.params),
            "conversation": action.conversation,
            "turn": action.turn,
            "state": action.state.value,
            "created_at": action.created_at,
            "ended_at": None,
            "result": None,
            "schema_version": 1,
            **_looks(action),
        },
    )


async def find(store: Store, action_id: str, *, user: str) -> PendingAction | None:
    """Return one action of a person."""
    row = await store.find_one(ACTIONS, {"_id": action_id, "user": user})
    return _action(row) if row else None


async def newest(
    store: Store, user: str, *, state: ActionState | None, limit: int
) -> list[PendingAction]:
    """Return a person's actions, the newest first."""
    query: Document = {"user": user, **({} if state is None else {"state": state.value})}
    rows = await store.find_many(ACTIONS, query, sort=[("created_at", -1)], limit=limit)
    return [_action(row) for row in rows]


async def expire(store: Store, user: str, *, now: datetime) -> int:
    """End a person's drafts that nobody confirmed in time."""
    return await store.update_many(
        ACTIONS,
        {"user": user, "state": ActionState.PROPOSED.value, "expires_at": {"$lte": now}},
        {"$set": {"state": ActionState.EXPIRED.value, "ended_at": now, "gone_at": now + KEPT}},
    )


async def look_again(store: Store, action: PendingAction) -> bool:
    """Keep the next preview of a draft; False when it ended or was looked at again meanwhile."""
    query = {
        "_id": action.id,
        "state": ActionState.PROPOSED.value,
        "version": action.version - 1,
    }
    return await store.update_one(ACTIONS, query, {"$set": _looks(action)}) == 1


async def advance(
    store: Store,
    action: PendingAction,
    *,
    present: ActionState,
    to: ActionState,
    at: datetime,
    result: Mapping[str, str] | None = None,
) -> bool:
    """Move an action on; False when it is no longer where it was, or not what was confirmed."""
    change: Document = {"state": to.value}
    if to is not ActionState.CONFIRMED:
        change |= {
            "ended_at": at,
            "gone_at": at + KEPT,
            "result": None if result is None else dict(result),
        }
    query = {"_id": action.id, "state": present.value, "params_hash": action.params_hash}
    return await store.update_one(ACTIONS, query, {"$set": change}) == 1


def _looks(action: PendingAction) -> Document:
    preview = action.preview
    return {
        "params_hash": action.params_hash,
        "preview": {
            "shown": dict(preview.shown),
            "reasons": list(preview.reasons),
            "bound": dict(preview.bound),
        },
        "evidence": [evidence_row(one) for one in preview.evidence],
        "decision_id": preview.decision_id,
        "expires_at": action.expires_at,
        "gone_at": action.expires_at + KEPT,
        "version": action.version,
    }


def _action(row: Document) -> PendingAction:
    looks = row["preview"]
    ended = row["ended_at"]
    return PendingAction(
        id=row["_id"],
        user=row["user"],
        kind=ActionKind(row["kind"]),
        params=row["params"],
        preview=Preview(
            shown=looks["shown"],
            evidence=tuple(evidence_of(one) for one in row["evidence"]),
            reasons=tuple(looks["reasons"]),
            bound=looks["bound"],
            decision_id=row["decision_id"],
        ),
        conversation=row["conversation"],
        turn=row["turn"],
        state=ActionState(row["state"]),
        created_at=row["created_at"].astimezone(UTC),
        expires_at=row["expires_at"].astimezone(UTC),
        version=row["version"],
        ended_at=None if ended is None else ended.astimezone(UTC),
        result=row["result"],
    )
