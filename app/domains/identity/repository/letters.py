"""Letters waiting to be sent, password resets, and the sandbox mailbox."""

from dataclasses import dataclass
from datetime import datetime

from app.core.envelope import Place
from app.core.store import Document, DuplicateKeyError, Store
from app.domains.identity.repository.specs import LETTERS, MAILBOX, RESETS
from app.domains.identity.types import MailKind

LETTER = Place("letters", "letter")
MESSAGE = Place("sandbox_mailbox", "message")
MAILBOX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PendingLetter:
    """A letter not sent yet. `sealed` holds address, name and code under the user's key.

    `user_id` None is a decoy: asking for mail to an unknown address writes the same rows.
    """

    id: str
    user_id: str | None
    kind: MailKind
    sealed: Document | None
    locale: str


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A mailbox message, still sealed."""

    id: str
    user_id: str
    sealed: Document
    sent_at: datetime


async def insert(
    store: Store, letter: PendingLetter, *, at: datetime, expires_at: datetime
) -> None:
    """Store a letter to be sent."""
    await store.insert_one(
        LETTERS,
        {
            "_id": letter.id,
            "user": letter.user_id,
            "kind": letter.kind.value,
            "pii": letter.sealed,
            "locale": letter.locale,
            "created_at": at,
            "expires_at": expires_at,
        },
    )


async def unsent(store: Store, letter_id: str) -> PendingLetter | None:
    """Return a letter unless it was sent or has expired."""
    raw = await store.find_one(LETTERS, {"_id": letter_id, "sent_at": {"$exists": False}})
    if raw is None:
        return None
    return PendingLetter(raw["_id"], raw["user"], MailKind(raw["kind"]), raw["pii"], raw["locale"])


async def mark_sent(store: Store, letter_id: str, *, at: datetime) -> None:
    """Note that a letter left, and drop what it said: the mailed code is not ours to keep."""
    await store.update_one(
        LETTERS, {"_id": letter_id}, {"$set": {"sent_at": at}, "$unset": {"pii": ""}}
    )


async def insert_reset(
    store: Store, digest: str, user_id: str | None, *, expires_at: datetime
) -> None:
    """Store a password reset under the hash of its token; None writes a decoy."""
    await store.insert_one(RESETS, {"_id": digest, "user": user_id, "expires_at": expires_at})


async def take_reset(store: Store, digest: str, *, now: datetime) -> str | None:
    """Use up a reset and return whose it was; None when it is not usable (any more)."""
    raw = await store.find_one_and_update(
        RESETS,
        {"_id": digest, "expires_at": {"$gt": now}, "used_at": {"$exists": False}},
        {"$set": {"used_at": now}},
    )
    return None if raw is None else raw["user"]


async def reset_user(store: Store, digest: str, *, now: datetime) -> str | None:
    """Return whose living reset this is, without using it up."""
    raw = await store.find_one(
        RESETS, {"_id": digest, "expires_at": {"$gt": now}, "used_at": {"$exists": False}}
    )
    return None if raw is None else raw["user"]


async def put_in_mailbox(
    store: Store, message: StoredMessage, *, to_index: str, expires_at: datetime
) -> None:
    """Store a message; a repeat of the same letter changes nothing."""
    try:
        await store.insert_one(
            MAILBOX,
            {
                "_id": message.id,
                "to_index": to_index,
                "user": message.user_id,
                "pii": message.sealed,
                "sent_at": message.sent_at,
                "expires_at": expires_at,
            },
        )
    except DuplicateKeyError:
        return


async def mailbox(store: Store, to_index: str, *, since: datetime) -> list[StoredMessage]:
    """Return the newest messages to an address."""
    found = await store.find_many(
        MAILBOX,
        {"to_index": to_index, "sent_at": {"$gte": since}},
        sort=[("sent_at", -1)],
        limit=MAILBOX_SHOWN,
    )
    return [StoredMessage(raw["_id"], raw["user"], raw["pii"], raw["sent_at"]) for raw in found]
