"""Conversations in MongoDB, each under a key of its own that the owner's key wraps.

The keys lie in a collection of their own: to delete a conversation is to delete its key, and
a backup that leaves this collection out never brings it back. The user's key gone, no key of
hers opens any more.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from app.core.envelope import KEY_BYTES, DataKey, Place
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.core.uow import Transaction
from app.domains.chat.talk_types import TalkState
from app.domains.chat.turn_types import Conversation, Opened

CONVERSATIONS: Final = "chat_conversations"
KEYS: Final = "chat_keys"

SPECS: Final = (
    CollectionSpec(
        CONVERSATIONS,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "mark", "created_at", "updated_at", "turns", "head"],
        },
        indexes=(IndexSpec((("user", 1), ("mark", -1))),),
    ),
    CollectionSpec(
        KEYS,
        validator={"bsonType": "object", "required": ["_id", "user", "wrapped"]},
        indexes=(IndexSpec((("user", 1),)),),
    ),
)


def _head(conversation_id: str) -> Place:
    return Place(CONVERSATIONS, conversation_id)


def _wrapping(conversation_id: str) -> Place:
    return Place(KEYS, conversation_id)


async def insert(tx: Transaction, made: Conversation, *, user_key: DataKey, secret: bytes) -> None:
    """Keep a new conversation and its key (`secret`, 32 random bytes)."""
    assert len(secret) == KEY_BYTES  # noqa: S101 - made by the caller for this
    wrapped = user_key.seal(_wrapping(made.id), {"key": b64encode(secret).decode()})
    await tx.insert_one(KEYS, {"_id": made.id, "user": made.owner, "wrapped": wrapped})
    key = DataKey(made.owner, secret)
    await tx.insert_one(
        CONVERSATIONS,
        {
            "_id": made.id,
            "user": made.owner,
            "mark": made.mark,
            "created_at": made.created_at,
            "updated_at": made.updated_at,
            "turns": made.turns,
            "head": key.seal(_head(made.id), _head_values(made.title, made.state)),
            "schema_version": 1,
        },
    )


async def key(store: Store, conversation_id: str, *, user_key: DataKey) -> DataKey | None:
    """Return a conversation's key, None when it was destroyed or is another person's."""
    found = await store.find_one(KEYS, {"_id": conversation_id, "user": user_key.user_id})
    return None if found is None else _unwrapped(found, user_key)


async def keys(store: Store, ids: Iterable[str], *, user_key: DataKey) -> dict[str, DataKey]:
    """Return the keys of some conversations by id; a destroyed one is left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = {"_id": {"$in": wanted}, "user": user_key.user_id}
    found = await store.find_many(KEYS, query, limit=len(wanted))
    return {row["_id"]: _unwrapped(row, user_key) for row in found}


async def document(store: Store, conversation_id: str, *, owner: str) -> Document | None:
    """Return a person's conversation as it is stored."""
    return await store.find_one(CONVERSATIONS, {"_id": conversation_id, "user": owner})


async def newest(store: Store, owner: str, *, before: str | None, limit: int) -> list[Document]:
    """Return a person's conversations as they are stored, the newest first."""
    query: Document = {"user": owner}
    if before is not None:
        query["mark"] = {"$lt": before}
    return await store.find_many(CONVERSATIONS, query, sort=[("mark", -1)], limit=limit)


async def has_room(store: Store, owner: str, *, most: int) -> bool:
    """Tell whether a person has fewer conversations than she may."""
    found = await store.find_many(CONVERSATIONS, {"user": owner}, limit=most, projection={"_id": 1})
    return len(found) < most


def opened(found: Document, conversation_key: DataKey) -> Opened:
    """Return a stored conversation, opened with its key."""
    head = conversation_key.open(_head(found["_id"]), found["head"])
    conversation = Conversation(
        id=found["_id"],
        owner=found["user"],
        title=head["title"],
        created_at=found["created_at"],
        updated_at=found["updated_at"],
        mark=found["mark"],
        turns=int(found["turns"]),
        state=TalkState(**head["state"]),
    )
    return Opened(conversation, conversation_key)


async def move_on(
    store: Store, seen: Opened, *, title: str, state: TalkState, mark: str, at: datetime
) -> None:
    """Store what a turn left, and move its conversation to the front."""
    conversation = seen.conversation
    head = seen.key.seal(_head(conversation.id), _head_values(title, state))
    await store.update_one(
        CONVERSATIONS,
        {"_id": conversation.id},
        {"$set": {"head": head, "mark": mark, "updated_at": at}, "$inc": {"turns": 1}},
    )


async def rename(store: Store, seen: Opened, *, title: str) -> None:
    """Store another title."""
    conversation = seen.conversation
    head = seen.key.seal(_head(conversation.id), _head_values(title, conversation.state))
    await store.update_one(CONVERSATIONS, {"_id": conversation.id}, {"$set": {"head": head}})


async def destroy_key(store: Store, conversation_id: str, *, owner: str) -> int:
    """Destroy a conversation's key: from here on nobody reads it."""
    return await store.delete_one(KEYS, {"_id": conversation_id, "user": owner})


async def remove(store: Store, conversation_id: str, *, owner: str) -> int:
    """Remove a conversation; its key and its turns go first."""
    return await store.delete_one(CONVERSATIONS, {"_id": conversation_id, "user": owner})


def _head_values(title: str, state: TalkState) -> Mapping[str, Any]:
    return {"title": title, "state": asdict(state)}


def _unwrapped(found: Document, user_key: DataKey) -> DataKey:
    sealed = user_key.open(_wrapping(found["_id"]), found["wrapped"])
    return DataKey(user_key.user_id, b64decode(sealed["key"]))
