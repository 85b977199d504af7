"""Repeat identity state and consents on each person's own document, where money asks for them."""

from collections.abc import AsyncIterator, Callable

from app.core.db import Database
from app.core.store import Document

BATCH = 500
LAST_ID = "\uffff"


async def up(db: Database, progress: Callable[[str], None]) -> None:
    """Copy from kyc_cases and consents; running it again writes the same values."""
    people = "onboarding"
    async for case in _all(db, "kyc_cases"):
        await db.update_one(
            people, {"_id": case["user"]}, {"$set": {"kyc": case["state"]}}, upsert=True
        )
    progress("identity states copied")
    async for consent in _all(db, "consents"):
        change = {"$addToSet": {"consents": consent["version"]}}
        await db.update_one(people, {"_id": consent["user"]}, change, upsert=True)
    progress("consents copied")


async def _all(db: Database, collection: str) -> AsyncIterator[Document]:
    after = ""
    while True:
        rows = await db.find_many(
            collection, {"_id": {"$gt": after, "$lt": LAST_ID}}, sort=[("_id", 1)], limit=BATCH
        )
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        after = rows[-1]["_id"]
