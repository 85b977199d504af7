"""How far a period's run over the customers has come: a run that died goes on there."""

from dataclasses import dataclass
from typing import Final

from app.core.schema import CollectionSpec
from app.core.store import Store

RUNS: Final = "report_runs"
SPECS = (CollectionSpec(RUNS, validator={"bsonType": "object", "required": ["_id"]}),)


@dataclass(frozen=True, slots=True)
class Place:
    """The last customer who was looked at, how many of this round must wait, and the end."""

    after: str = ""
    waits: int = 0
    done: bool = False


async def place(store: Store, period: str) -> Place:
    """Return how far a period's run has come; the beginning when there was none."""
    row = await store.find_one(RUNS, {"_id": period})
    return Place(row["after"], row["waits"], row["done"]) if row else Place()


async def note(store: Store, period: str, at: Place) -> None:
    """Note how far a period's run has come."""
    change = {"after": at.after, "waits": at.waits, "done": at.done}
    await store.update_one(RUNS, {"_id": period}, {"$set": change}, upsert=True)
