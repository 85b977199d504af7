"""Pure work on link graphs: what is drawn, which accounts hang together, what is a ring."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domains.fraud.evidence_types import EdgeKind, GraphEdge, GraphNode, LinkGraph, NodeKind

NODES_MAX = 1_000
RING_MEMBERS_MIN = 5
RING_MEMBERS_MAX = 60
PAYMENTS_INSIDE_MIN = 3
TIED_SHARE = 0.5
PASSED_ON_SHARE = 0.7
PASSING_ON_MIN = 2
_TIES = frozenset({EdgeKind.DEVICE, EdgeKind.NETWORK})
_KINDS = {"device": NodeKind.DEVICE, "network": NodeKind.NETWORK, "funding": NodeKind.FUNDING}


@dataclass(frozen=True, slots=True)
class Ring:
    """Accounts that share devices or networks and pass money on among each other."""

    members: tuple[str, ...]
    moved_minor: int
    devices: int
    payments: int


def users_of(edges: Iterable[GraphEdge]) -> set[str]:
    """Return the accounts of some edges: marks carry a colon."""
    return {node for e in edges for node in (e.source, e.target) if ":" not in node}


def draw(
    edges: Sequence[GraphEdge],
    *,
    focus: Sequence[str],
    counts: Mapping[str, int],
    truncated: bool,
) -> LinkGraph:
    """Return the graph to show; the people of the case first, at most 1,000 nodes."""
    names = list(dict.fromkeys([*focus, *(n for e in edges for n in (e.source, e.target))]))
    shown = set(names[:NODES_MAX])
    nodes = tuple(
        GraphNode(name, _kind(name), name in set(focus), counts.get(name, 0))
        for name in names[:NODES_MAX]
    )
    kept = tuple(e for e in edges if e.source in shown and e.target in shown)
    return LinkGraph(nodes, kept, truncated or len(names) > NODES_MAX)


def _kind(name: str) -> NodeKind:
    return _KINDS.get(name.partition(":")[0], NodeKind.USER)


def components(edges: Iterable[GraphEdge]) -> list[set[str]]:
    """Return the accounts that hang together over devices, networks and payments (union)."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for edge in edges:
        parent[root(edge.source)] = root(edge.target)
    groups: dict[str, set[str]] = defaultdict(set)
    for node in parent:
        if ":" not in node:
            groups[root(node)].add(node)
    return [group for group in groups.values() if len(group) > 1]


def ring_in(group: set[str], edges: Sequence[GraphEdge]) -> Ring | None:
    """Return the ring that a group of accounts is, or None.

    Judgement, to be tuned on decided cases: five accounts or more; at least half of them share
    a device or network with another one; at least three pay one another; and two or more pass
    on most of what they receive inside. A family on one device or a shop with many payers is
    none: the first is small, the second ties nobody together.
    """
    if not RING_MEMBERS_MIN <= len(group) <= RING_MEMBERS_MAX:
        return None
    mine = [e for e in edges if e.source in group]
    sharers: dict[str, set[str]] = defaultdict(set)
    for edge in mine:
        if edge.kind in _TIES:
            sharers[edge.target].add(edge.source)
    tied = {user for users in sharers.values() if len(users) > 1 for user in users}
    paid = [e for e in mine if e.kind is EdgeKind.PAID and e.target in group]
    received: dict[str, int] = defaultdict(int)
    sent: dict[str, int] = defaultdict(int)
    for edge in paid:
        sent[edge.source] += edge.amount_minor
        received[edge.target] += edge.amount_minor
    passing = [u for u in group if received[u] and sent[u] >= PASSED_ON_SHARE * received[u]]
    if (
        len(tied) < TIED_SHARE * len(group)
        or len(paid) < PAYMENTS_INSIDE_MIN
        or len(passing) < PASSING_ON_MIN
    ):
        return None
    shared = [mark for mark, users in sharers.items() if len(users) > 1]
    return Ring(
        members=tuple(sorted(group)),
        moved_minor=sum(e.amount_minor for e in paid),
        devices=sum(1 for mark in shared if mark.startswith("device:")),
        payments=sum(e.count for e in paid),
    )
