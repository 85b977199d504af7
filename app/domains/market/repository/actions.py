"""Corporate actions in MongoDB: one document each, booked or not."""

from datetime import date
from decimal import Decimal

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.market.action_types import Action, ActionKind

ACTIONS = "price_actions"
SPECS = (CollectionSpec(ACTIONS, indexes=(IndexSpec((("source", 1), ("day", 1))),)),)
MAX_ACTIONS = 5_000


async def put(store: Store, source_id: str, action: Action) -> None:
    """Keep an action; the same again changes nothing, not even whether it was booked."""
    document = {
        "source": source_id,
        "symbol": action.symbol,
        "kind": action.kind.value,
        "day": action.day.isoformat(),
        "value": None if action.value is None else str(action.value),
        "becomes": action.becomes,
    }
    key = {"_id": f"{source_id}:{action.action_id}"}
    await store.update_one(
        ACTIONS, key, {"$set": document, "$setOnInsert": {"booked": False}}, upsert=True
    )


async def of_source(store: Store, source_id: str, *, through: date) -> list[Action]:
    """Return the actions of a source up to a day, in order of days."""
    query = {"source": source_id, "day": {"$lte": through.isoformat()}}
    rows = await store.find_many(ACTIONS, query, sort=[("day", 1)], limit=MAX_ACTIONS)
    return [_action(row) for row in rows]


async def unbooked(store: Store, source_id: str, *, through: date) -> list[Action]:
    """Return the actions whose day has come and that no holder's books have yet."""
    query = {"source": source_id, "day": {"$lte": through.isoformat()}, "booked": False}
    rows = await store.find_many(ACTIONS, query, sort=[("day", 1)], limit=MAX_ACTIONS)
    return [_action(row) for row in rows]


async def splits_after(store: Store, source_id: str, day: date) -> list[tuple[Action, bool]]:
    """Return the splits after a day, in order, and whether they are in the holders' books."""
    query = {"source": source_id, "day": {"$gt": day.isoformat()}, "kind": ActionKind.SPLIT.value}
    rows = await store.find_many(ACTIONS, query, sort=[("day", 1)], limit=MAX_ACTIONS)
    return [(_action(row), row["booked"]) for row in rows]


async def mark_booked(store: Store, source_id: str, action: Action) -> None:
    """Note that every holder's books have the action."""
    key = {"_id": f"{source_id}:{action.action_id}"}
    await store.update_one(ACTIONS, key, {"$set": {"booked": True}})


def _action(row: Document) -> Action:
    value = row["value"]
    return Action(
        symbol=row["symbol"],
        kind=ActionKind(row["kind"]),
        day=date.fromisoformat(row["day"]),
        value=None if value is None else Decimal(value),
        becomes=row["becomes"],
    )
