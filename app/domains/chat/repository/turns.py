"""Turns in MongoDB: one document for a message and its answer, texts under the conversation's key.

A unique index lets one turn of a conversation be open; whoever is second is told to wait.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from app.core.envelope import DataKey, Place
from app.core.ids import ulid_time
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.chat.events import plain
from app.domains.chat.talk_types import Finish
from app.domains.chat.turn_types import Answer, Made, StoredTurn

TURNS: Final = "chat_turns"

SPECS: Final = (
    CollectionSpec(
        TURNS,
        validator={
            "bsonType": "object",
            "required": ["_id", "conversation", "user", "message", "tag", "open", "at", "said"],
        },
        indexes=(
            IndexSpec((("conversation", 1), ("message", 1)), unique=True),
            IndexSpec(
                (("conversation", 1),), unique=True, partial={"open": True}, name="one_open_turn"
            ),
            IndexSpec((("conversation", 1), ("at", -1))),
            IndexSpec((("user", 1), ("at", -1))),
        ),
    ),
)


def _said(turn_id: str) -> Place:
    return Place(TURNS, f"said:{turn_id}")


def _answer(turn_id: str) -> Place:
    return Place(TURNS, f"answer:{turn_id}")


async def insert(store: Store, turn: StoredTurn, key: DataKey) -> None:
    """Keep an open turn. Raises DuplicateKeyError: the same message, or another one is open."""
    await store.insert_one(
        TURNS,
        {
            "_id": turn.id,
            "conversation": turn.conversation,
            "user": turn.owner,
            "message": turn.client_message_id,
            "tag": turn.tag,
            "open": True,
            "at": turn.at,
            "said": key.seal(_said(turn.id), {"text": turn.text, "locale": turn.locale}),
            "schema_version": 1,
        },
    )


async def by_message(store: Store, conversation_id: str, message_id: str) -> Document | None:
    """Return the turn of a message as it is stored."""
    return await store.find_one(TURNS, {"conversation": conversation_id, "message": message_id})


async def document(store: Store, turn_id: str, *, conversation_id: str) -> Document | None:
    """Return a turn of a conversation as it is stored."""
    return await store.find_one(TURNS, {"_id": turn_id, "conversation": conversation_id})


async def newest(
    store: Store, conversation_id: str, *, before: str | None = None, limit: int
) -> list[Document]:
    """Return a conversation's turns before one as they are stored, the newest first."""
    query: Document = {"conversation": conversation_id}
    if before is not None:
        # One turn at a time: no two of a conversation begin in the same millisecond.
        query["at"] = {"$lt": ulid_time(before)}
    return await store.find_many(TURNS, query, sort=[("at", -1)], limit=limit)


async def newest_of(store: Store, owner: str, *, limit: int) -> list[Document]:
    """Return a person's turns of all conversations as they are stored, the newest first."""
    return await store.find_many(TURNS, {"user": owner}, sort=[("at", -1)], limit=limit)


async def close_lost(store: Store, conversation_id: str, *, before: datetime) -> int:
    """Close a turn that a process left open when it died."""
    return await store.update_one(
        TURNS,
        {"conversation": conversation_id, "open": True, "at": {"$lt": before}},
        {"$set": {"open": False, "finish": Finish.STOPPED.value}},
    )


async def close(
    store: Store, turn_id: str, *, answer: Answer, finish: str, at: datetime, key: DataKey
) -> int:
    """Keep the answer of an open turn; 0 when it was closed or deleted meanwhile."""
    sealed = key.seal(
        _answer(turn_id),
        plain(
            {
                "text": answer.text,
                "citations": answer.citations,
                "results": answer.results,
                "proposals": answer.proposals,
                "made": None if answer.made is None else asdict(answer.made),
            }
        ),
    )
    return await store.update_one(
        TURNS,
        {"_id": turn_id, "open": True},
        {"$set": {"open": False, "finish": finish, "ended_at": at, "answer": sealed}},
    )


async def purge(store: Store, conversation_id: str, *, limit: int) -> int:
    """Remove some turns of a conversation; return how many there were."""
    found = await store.find_many(
        TURNS, {"conversation": conversation_id}, limit=limit, projection={"_id": 1}
    )
    if found:
        await store.delete_many(TURNS, {"_id": {"$in": [row["_id"] for row in found]}})
    return len(found)


def opened(found: Document, key: DataKey) -> StoredTurn:
    """Return a stored turn, opened with its conversation's key."""
    said = key.open(_said(found["_id"]), found["said"])
    answer = finish = None
    if found.get("answer") is not None:
        kept = key.open(_answer(found["_id"]), found["answer"])
        answer = Answer(
            kept["text"],
            tuple(kept["citations"]),
            tuple(kept["results"]),
            tuple(kept["proposals"]),
            _made(kept.get("made")),
        )
    if found.get("finish") in set(Finish):
        finish = Finish(found["finish"])
    return StoredTurn(
        id=found["_id"],
        conversation=found["conversation"],
        owner=found["user"],
        client_message_id=found["message"],
        tag=found["tag"],
        open=bool(found["open"]),
        at=found["at"],
        text=said["text"],
        locale=said["locale"],
        ended_at=found.get("ended_at"),
        finish=finish,
        answer=answer,
    )


def _made(kept: Mapping[str, Any] | None) -> Made | None:
    """Return how an answer was made; turns of before 2026-11-27 do not say it."""
    if kept is None:
        return None
    return Made(kept["badge"], kept["model"], kept["lang"], kept["disclaimer"], kept.get("reason"))
