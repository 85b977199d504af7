"""What she said to an advice: declined with a reason, or a question to a person; one of each."""

from datetime import UTC, datetime
from typing import Final

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.portfolio.advice_types import HelpRequest, HelpState, RejectCode, Rejection

REJECTIONS: Final = "advice_rejections"
HELP: Final = "advice_help"
LIST_LIMIT: Final = 50
SPECS = (
    CollectionSpec(
        REJECTIONS, validator={"bsonType": "object", "required": ["_id", "user", "code", "at"]}
    ),
    CollectionSpec(
        HELP,
        validator={"bsonType": "object", "required": ["_id", "user", "message", "state", "at"]},
        indexes=(IndexSpec((("state", 1), ("at", 1)), name="queue"),),
    ),
)


async def reject(store: Store, rejection: Rejection) -> None:
    """Keep a refusal. Raises DuplicateKeyError when the advice was declined before."""
    document: Document = {
        "_id": rejection.recommendation_id,
        "user": rejection.user_id,
        "code": rejection.code.value,
        "note": rejection.note,
        "at": rejection.at,
    }
    await store.insert_one(REJECTIONS, document)


async def rejections(
    store: Store, user_id: str, recommendation_ids: list[str]
) -> dict[str, Rejection]:
    """Return which of some recommendations a person declined, by id."""
    if not recommendation_ids:
        return {}
    rows = await store.find_many(
        REJECTIONS,
        {"_id": {"$in": recommendation_ids}, "user": user_id},
        limit=len(recommendation_ids),
    )
    return {
        row["_id"]: Rejection(
            row["_id"], row["user"], RejectCode(row["code"]), row["note"], _utc(row["at"])
        )
        for row in rows
    }


async def rejection(store: Store, user_id: str, recommendation_id: str) -> Rejection | None:
    """Return the refusal of one recommendation."""
    return (await rejections(store, user_id, [recommendation_id])).get(recommendation_id)


async def ask(store: Store, request: HelpRequest) -> None:
    """Keep a question. Raises DuplicateKeyError when one was asked about this advice."""
    document: Document = {
        "_id": request.recommendation_id,
        "user": request.user_id,
        "message": request.message,
        "at": request.at,
        "state": request.state.value,
        "answer": request.answer,
        "answered_at": request.answered_at,
        "answered_by": request.answered_by,
    }
    await store.insert_one(HELP, document)


async def question(store: Store, recommendation_id: str) -> HelpRequest | None:
    """Return the question about one recommendation."""
    row = await store.find_one(HELP, {"_id": recommendation_id})
    return _help(row) if row else None


async def queue(store: Store, state: HelpState) -> list[HelpRequest]:
    """Return the questions in a state, the oldest first, at most 50."""
    rows = await store.find_many(HELP, {"state": state.value}, sort=[("at", 1)], limit=LIST_LIMIT)
    return [_help(row) for row in rows]


async def answer(store: Store, answered: HelpRequest) -> bool:
    """Write the first answer; False when there was one."""
    query = {"_id": answered.recommendation_id, "state": HelpState.OPEN.value}
    update = {
        "state": HelpState.ANSWERED.value,
        "answer": answered.answer,
        "answered_at": answered.answered_at,
        "answered_by": answered.answered_by,
    }
    return await store.update_one(HELP, query, {"$set": update}) == 1


def _help(row: Document) -> HelpRequest:
    answered_at = row["answered_at"]
    return HelpRequest(
        recommendation_id=row["_id"],
        user_id=row["user"],
        message=row["message"],
        at=_utc(row["at"]),
        state=HelpState(row["state"]),
        answer=row["answer"],
        answered_at=None if answered_at is None else _utc(answered_at),
        answered_by=row["answered_by"],
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
