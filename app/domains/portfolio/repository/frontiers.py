"""Precomputed frontiers in MongoDB: one immutable document per version."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, DuplicateKeyError, Store
from app.domains.portfolio.types import StoredFrontier

FRONTIERS = "frontiers"
REFUSALS = "frontier_refusals"
SPECS = (
    CollectionSpec(
        FRONTIERS,
        validator={"bsonType": "object", "required": ["_id", "source", "day", "model", "data"]},
        indexes=(IndexSpec((("source", 1), ("day", 1), ("made_at", -1)), name="newest"),),
    ),
    CollectionSpec(REFUSALS, validator={"bsonType": "object", "required": ["_id", "reason", "at"]}),
)


_ARRAYS = (
    "rung_weights",
    "rung_equity",
    "rung_volatility",
    "worst_year",
    "volatility",
    "covariance",
    "base",
    "parts",
)
#: Frontiers of earlier programs lack it.
_OPTIONAL = "surrogate"
_TEXTS = ("universe_id", "data_sha256", "currency")


async def insert(store: Store, frontier: StoredFrontier) -> None:
    """Keep a frontier; the same version again changes nothing."""
    document: Document = {
        "_id": frontier.version,
        "source": frontier.source,
        "day": frontier.day.isoformat(),
        "model": frontier.model_version,
        "made_at": frontier.made_at,
        "universe_version": frontier.universe_version,
        "disagreement": frontier.disagreement,
        "disagreement_bound": frontier.disagreement_bound,
        "assets": list(frontier.assets),
        "columns": list(frontier.columns),
        "data": {name: getattr(frontier, name).tolist() for name in _ARRAYS},
    }
    document |= {name: getattr(frontier, name) for name in _TEXTS}
    if frontier.surrogate is not None:
        document["data"][_OPTIONAL] = frontier.surrogate.tolist()
    try:
        await store.insert_one(FRONTIERS, document)
    except DuplicateKeyError:
        return


async def newest(store: Store, source: str, day: date) -> StoredFrontier | None:
    """Return the newest frontier of a source's day."""
    rows = await store.find_many(
        FRONTIERS, {"source": source, "day": day.isoformat()}, sort=[("made_at", -1)], limit=1
    )
    return _frontier(rows[0]) if rows else None


async def refuse(store: Store, source: str, day: date, *, reason: str, at: datetime) -> None:
    """Keep why a day has no frontier, so that whoever waits for it is told."""
    query = {"_id": f"{source}:{day.isoformat()}"}
    await store.update_one(REFUSALS, query, {"$set": {"reason": reason, "at": at}}, upsert=True)


async def refusal(store: Store, source: str, day: date, *, since: datetime) -> str | None:
    """Return why a day has no frontier, when building it failed after a time."""
    row = await store.find_one(REFUSALS, {"_id": f"{source}:{day.isoformat()}"})
    return str(row["reason"]) if row and row["at"].astimezone(UTC) >= since else None


async def find(store: Store, version: str) -> StoredFrontier | None:
    """Return one version, however old: a stored decision quotes it."""
    row = await store.find_one(FRONTIERS, {"_id": version})
    return _frontier(row) if row else None


def _frontier(row: Document) -> StoredFrontier:
    arrays: dict[str, Any] = {name: np.array(row["data"][name], dtype=float) for name in _ARRAYS}
    second = row["data"].get(_OPTIONAL)
    return StoredFrontier(
        version=row["_id"],
        source=row["source"],
        day=date.fromisoformat(row["day"]),
        universe_id=row["universe_id"],
        universe_version=int(row["universe_version"]),
        model_version=row["model"],
        data_sha256=row["data_sha256"],
        currency=row["currency"],
        made_at=row["made_at"].astimezone(UTC),
        disagreement=float(row["disagreement"]),
        disagreement_bound=float(row["disagreement_bound"]),
        assets=tuple(row["assets"]),
        columns=tuple(row["columns"]),
        surrogate=None if second is None else np.array(second, dtype=float),
        **arrays,
    )
