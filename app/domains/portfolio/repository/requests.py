"""Advice that was asked for before the day's frontier was there."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.money import Money
from app.core.schema import CollectionSpec
from app.core.store import Document, Store

REQUESTS = "advice_requests"
SPECS = (
    CollectionSpec(
        REQUESTS, validator={"bsonType": "object", "required": ["_id", "user", "at", "hash"]}
    ),
)


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """Who asked for advice on how much, under which key (hashed into the id)."""

    request_id: str
    user_id: str
    amount: Money | None
    at: datetime
    request_hash: str


async def insert(store: Store, request: AdviceRequest) -> None:
    """Keep a request. Raises DuplicateKeyError when the key was used before."""
    document: Document = {
        "_id": request.request_id,
        "user": request.user_id,
        "amount_minor": request.amount.amount_minor if request.amount else None,
        "currency": request.amount.currency if request.amount else None,
        "at": request.at,
        "hash": request.request_hash,
    }
    await store.insert_one(REQUESTS, document)


async def find(store: Store, request_id: str, *, user_id: str) -> AdviceRequest | None:
    """Return a person's request."""
    row = await store.find_one(REQUESTS, {"_id": request_id, "user": user_id})
    if row is None:
        return None
    amount = row["amount_minor"]
    return AdviceRequest(
        row["_id"],
        row["user"],
        None if amount is None else Money(int(amount), row["currency"]),
        row["at"].astimezone(UTC),
        row["hash"],
    )
