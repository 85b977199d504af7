"""How far refreshing and rebuilding have come, in MongoDB: what was interrupted goes on there."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core.schema import CollectionSpec
from app.core.store import Store

RUNS = "rollup_runs"
SPECS = (CollectionSpec(RUNS, validator={"bsonType": "object", "required": ["_id"]}),)
_REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Until when people's progress was followed, and when everything was last looked at."""

    through: datetime | None
    at: datetime | None


async def refreshed(store: Store) -> Refreshed:
    """Return how far refreshing has come."""
    row = await store.find_one(RUNS, {"_id": _REFRESH}) or {}
    return Refreshed(row.get("through"), row.get("at"))


async def note_through(store: Store, through: datetime) -> None:
    """Note until when people's progress is followed; it never goes back."""
    await store.update_one(RUNS, {"_id": _REFRESH}, {"$max": {"through": through}}, upsert=True)


async def note_refreshed(store: Store, at: datetime) -> None:
    """Note that everything was looked at."""
    await store.update_one(RUNS, {"_id": _REFRESH}, {"$max": {"at": at}}, upsert=True)


async def next_day(store: Store, run_id: str) -> date | None:
    """Return the day at which an interrupted rebuild goes on; None when there is none."""
    row = await store.find_one(RUNS, {"_id": run_id})
    return date.fromisoformat(row["next"]) if row and row.get("next") else None


async def note_next(store: Store, run_id: str, day: date | None) -> None:
    """Note the day that a rebuild does next; None when it is done."""
    text = day.isoformat() if day else None
    await store.update_one(RUNS, {"_id": run_id}, {"$set": {"next": text}}, upsert=True)
