"""A person's own limits in MongoDB: one document each, replaced as a whole."""

from dataclasses import replace
from datetime import UTC, datetime

from app.core.schema import CollectionSpec
from app.core.store import Store
from app.domains.portfolio.wish_types import Wishes, document, from_document

WISHES = "plan_wishes"
SPECS = (
    CollectionSpec(
        WISHES, validator={"bsonType": "object", "required": ["_id", "changed_at", "wishes"]}
    ),
)


async def find(store: Store, user_id: str) -> Wishes:
    """Return a person's limits; nothing kept means none."""
    row = await store.find_one(WISHES, {"_id": user_id})
    if row is None:
        return Wishes()
    return replace(from_document(row["wishes"]), changed_at=row["changed_at"].astimezone(UTC))


async def put(store: Store, user_id: str, wishes: Wishes, *, at: datetime) -> None:
    """Write a person's limits in the place of those she had."""
    change = {"wishes": document(wishes), "changed_at": at}
    await store.update_one(WISHES, {"_id": user_id}, {"$set": change}, upsert=True)
