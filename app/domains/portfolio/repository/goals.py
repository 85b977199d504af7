"""Goals in MongoDB: the present version of each, and every version there was.

An open goal holds one of its owner's slots; the unique index over open slots is the limit, also
when two calls race.
"""

from datetime import UTC, date, datetime

from app.core.money import Money
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.portfolio.goal_types import MOST_GOALS, Goal, Wish

GOALS = "goals"
VERSIONS = "goal_versions"
SPECS = (
    CollectionSpec(
        GOALS,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "version", "wish", "open", "slot"],
        },
        indexes=(
            IndexSpec(
                (("user", 1), ("slot", 1)), unique=True, partial={"open": True}, name="open_slot"
            ),
        ),
    ),
    CollectionSpec(
        VERSIONS,
        validator={"bsonType": "object", "required": ["_id", "goal", "user", "version", "wish"]},
    ),
)


async def insert(store: Store, goal: Goal, *, slot: int) -> None:
    """Keep a new goal and its first version. Raises DuplicateKeyError for a taken id or slot."""
    document = _document(goal) | {"_id": goal.goal_id, "open": True, "slot": slot}
    await store.insert_one(GOALS, document)
    await _keep_version(store, goal)


async def find(store: Store, goal_id: str, *, user_id: str) -> Goal | None:
    """Return a person's goal, archived or not."""
    row = await store.find_one(GOALS, {"_id": goal_id, "user": user_id})
    return _goal(row) if row else None


async def open_of(store: Store, user_id: str) -> list[tuple[int, Goal]]:
    """Return a person's open goals with their slots, at most twenty."""
    rows = await store.find_many(
        GOALS, {"user": user_id, "open": True}, sort=[("slot", 1)], limit=MOST_GOALS
    )
    return [(int(row["slot"]), _goal(row)) for row in rows]


async def first_wish(store: Store, goal_id: str) -> Wish | None:
    """Return what a goal was when it was made: a repeated key must ask for the same."""
    row = await store.find_one(VERSIONS, {"_id": f"{goal_id}:1"})
    return _wish(row["wish"]) if row else None


async def replace(store: Store, goal: Goal) -> bool:
    """Write the next version; False when a neighbour did or the goal was archived."""
    query = {
        "_id": goal.goal_id,
        "user": goal.user_id,
        "version": goal.version - 1,
        "open": True,
    }
    if await store.update_one(GOALS, query, {"$set": _document(goal)}) != 1:
        return False
    await _keep_version(store, goal)
    return True


async def archive(store: Store, goal: Goal, *, at: datetime) -> bool:
    """Close a goal and free its slot; False when it is closed already."""
    query = {"_id": goal.goal_id, "user": goal.user_id, "open": True}
    return await store.update_one(GOALS, query, {"$set": {"open": False, "archived_at": at}}) == 1


async def _keep_version(store: Store, goal: Goal) -> None:
    row = _document(goal) | {"_id": f"{goal.goal_id}:{goal.version}", "goal": goal.goal_id}
    await store.insert_one(VERSIONS, row)


def _document(goal: Goal) -> Document:
    wish = goal.wish
    return {
        "user": goal.user_id,
        "version": goal.version,
        "created_at": goal.created_at,
        "changed_at": goal.changed_at,
        "archived_at": goal.archived_at,
        "wish": {
            "name": wish.name,
            "currency": wish.target.currency,
            "target_minor": wish.target.amount_minor,
            "due": wish.due.isoformat(),
            "monthly_minor": wish.monthly.amount_minor,
            "start_minor": wish.start.amount_minor if wish.start else None,
            "profile": wish.profile,
        },
    }


def _goal(row: Document) -> Goal:
    archived_at = row["archived_at"]
    return Goal(
        goal_id=row["_id"],
        user_id=row["user"],
        version=int(row["version"]),
        wish=_wish(row["wish"]),
        created_at=row["created_at"].astimezone(UTC),
        changed_at=row["changed_at"].astimezone(UTC),
        archived_at=None if archived_at is None else archived_at.astimezone(UTC),
    )


def _wish(kept: Document) -> Wish:
    currency, start, profile = kept["currency"], kept["start_minor"], kept["profile"]
    return Wish(
        name=kept["name"],
        target=Money(int(kept["target_minor"]), currency),
        due=date.fromisoformat(kept["due"]),
        monthly=Money(int(kept["monthly_minor"]), currency),
        start=None if start is None else Money(int(start), currency),
        profile=None if profile is None else int(profile),
    )
