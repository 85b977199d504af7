"""The currency that a person wants her reports in: one document a person."""

from datetime import datetime
from typing import Final

from app.core.schema import CollectionSpec
from app.core.store import Store

BASES: Final = "base_currencies"
SPECS = (
    CollectionSpec(
        BASES, validator={"bsonType": "object", "required": ["_id", "currency", "chosen_at"]}
    ),
)


async def find(store: Store, user_id: str) -> str | None:
    """Return what a person chose."""
    row = await store.find_one(BASES, {"_id": user_id})
    return str(row["currency"]) if row else None


async def put(store: Store, user_id: str, currency: str, at: datetime) -> None:
    """Keep what a person chose; the same again changes nothing but the time."""
    change = {"$set": {"currency": currency, "chosen_at": at}}
    await store.update_one(BASES, {"_id": user_id}, change, upsert=True)
