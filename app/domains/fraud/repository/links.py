"""Ties between accounts: who used one device or network, and who paid whom, in 60 days."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.evidence_types import EdgeKind, GraphEdge
from app.domains.fraud.repository.specs import EDGES, SWEEPS

RECENT = timedelta(days=60)
EDGES_READ = 2_000
HUB = 25
"""Whom or what more than this many belong to is public (a shop, a hotel's network): no tie."""
USERS_MAX = 500
_PERSON = re.compile(r"[0-9a-z]{20}")


@dataclass(frozen=True, slots=True)
class Around:
    """The edges near some people; `truncated` when a limit or a hub cut more off."""

    edges: tuple[GraphEdge, ...]
    truncated: bool


def is_person(node_id: str) -> bool:
    """Tell whether an id is a user's: the house's own accounts have names."""
    return _PERSON.fullmatch(node_id) is not None


async def put(store: Store, edge: GraphEdge) -> None:
    """Keep an edge with its newest count; writing it again changes nothing."""
    await store.update_one(
        EDGES,
        {"_id": f"{edge.source}|{edge.kind.value}|{edge.target}"},
        {
            "$set": {
                "a": edge.source,
                "b": edge.target,
                "kind": edge.kind.value,
                "count": edge.count,
                "amount": long(edge.amount_minor),
            },
            "$min": {"first_at": edge.first_at},
            "$max": {"last_at": edge.last_at},
        },
        upsert=True,
    )


async def around(
    store: Store, focus: list[str], *, now: datetime, hops: int, through_focus: bool
) -> Around:
    """Return the edges within some hops of some people, breadth first, bounded everywhere.

    With `through_focus` a hub among the people asked about keeps its edges: for a picture, not
    for the question who belongs together.
    """
    seen: set[str] = set()
    edges: dict[tuple[str, str, str], GraphEdge] = {}
    front, truncated = set(focus), False
    for _ in range(hops):
        front -= seen
        if not front or len(seen) > USERS_MAX:
            break
        seen |= front
        people = sorted(n for n in front if is_person(n))
        found = await _of(store, "a", people, now=now) + await _of(store, "b", people, now=now)
        # Whoever else ends there: without them a hub looks like anybody seen from one payer.
        ends = sorted({e.target for e in found} - seen)
        found += await _of(store, "b", ends, now=now)
        truncated = truncated or len(found) >= EDGES_READ
        unique = {(e.source, e.kind.value, e.target): e for e in found}
        kept = _without_hubs(unique.values(), keep=set(focus) if through_focus else set())
        truncated = truncated or len(kept) < len(unique)
        edges |= {(e.source, e.kind.value, e.target): e for e in kept}
        front = {n for e in kept for n in (e.source, e.target) if is_person(n)}
    return Around(tuple(edges.values()), truncated or len(seen) > USERS_MAX)


async def _of(store: Store, field: str, nodes: list[str], *, now: datetime) -> list[GraphEdge]:
    if not nodes:
        return []
    where = {field: {"$in": nodes[:USERS_MAX]}, "last_at": {"$gt": now - RECENT}}
    rows = await store.find_many(EDGES, where, sort=[("last_at", -1)], limit=EDGES_READ)
    return [_edge(row) for row in rows]


def _without_hubs(edges: Collection[GraphEdge], *, keep: set[str]) -> list[GraphEdge]:
    """Return the edges that do not end in a hub, unless the hub is whom one asked about."""
    degree: dict[str, int] = {}
    for edge in edges:
        degree[edge.target] = degree.get(edge.target, 0) + 1
    return [e for e in edges if degree[e.target] <= HUB or e.target in keep]


def _edge(row: Document) -> GraphEdge:
    return GraphEdge(
        source=row["a"],
        target=row["b"],
        kind=EdgeKind(row["kind"]),
        count=int(row["count"]),
        amount_minor=int(row["amount"]),
        first_at=row["first_at"],
        last_at=row["last_at"],
    )


async def mark(store: Store, name: str) -> datetime | None:
    """Return how far a sweep has come."""
    row = await store.find_one(SWEEPS, {"_id": name})
    return row["through"] if row else None


async def set_mark(store: Store, name: str, through: datetime) -> None:
    """Keep how far a sweep has come; it never goes back."""
    await store.update_one(SWEEPS, {"_id": name}, {"$max": {"through": through}}, upsert=True)
