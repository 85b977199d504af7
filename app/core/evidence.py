"""Checks what the logs claim: entries against leaves, leaves against signed heads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core import audit, merkle, translog
from app.core.decisions import DecisionRecord
from app.core.store import Store

HEADS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was checked, and every entry that differs, by name."""

    log: str
    entries: int
    heads: int
    findings: tuple[str, ...]


Commitment = Callable[[Store, str], Awaitable[str | None]]


async def audit_commitment(store: Store, entry_id: str) -> str | None:
    """Return the hash of an audit row as it stands now, None when it is gone."""
    row = await store.find_one(audit.COLLECTION, {"_id": entry_id})
    return audit.content_hash(row) if row else None


async def ledger_commitment(store: Store, entry_id: str) -> str | None:
    """Return what a ledger entry commits to now: a movement, or a decision record."""
    kind, _, decision_id = entry_id.partition(":")
    if kind == "decision":
        row = await store.find_one("decisions", {"_id": decision_id})
        return DecisionRecord.of(row).hash() if row else None
    row = await store.find_one("journal", {"_id": entry_id}, projection={"commitment": 1})
    return row["commitment"] if row else None


async def verify(
    store: Store, log: str, commitment: Commitment, *, key: Ed25519PublicKey
) -> Evidence:
    """Walk a log from its first tile and compare it with the entries and with every head.

    An edited or deleted entry no longer fits its leaf; a rewritten tile no longer fits the
    heads; a cut tail leaves a head that is larger than the log.
    """
    findings: list[str] = []
    roots: dict[int, str] = {}
    peaks: list[bytes] = []
    size = 0
    for _ in range(translog.MAX_TILES):
        tile = await store.find_one(translog.TILES, {"_id": f"{log}:{size:012d}"})
        if tile is None:
            break
        entries = [waiting.partition(":")[2] for waiting in tile["ids"]]
        present = [await commitment(store, entry) for entry in entries]
        for entry, leaf, found in zip(entries, tile["leaves"], present, strict=True):
            if found is None:
                findings.append(f"{log} entry {entry} is missing")
            elif merkle.leaf_hash(bytes.fromhex(found)).hex() != leaf:
                findings.append(f"{log} entry {entry} differs from what was sealed")
        peaks = merkle.extend(peaks, size, [bytes.fromhex(leaf) for leaf in tile["leaves"]])
        size += len(entries)
        roots[size] = merkle.fold(peaks).hex()
    heads = await _heads(store, log)
    for head in heads:
        if not head.verified_by(key):
            findings.append(f"{log} head {head.size}: the signature is not this installation's")
        elif head.size not in roots:
            findings.append(f"{log} head {head.size}: the log has only {size} entries")
        elif roots[head.size] != head.root:
            findings.append(f"{log} head {head.size}: the log was rewritten before this point")
    return Evidence(log, size, len(heads), tuple(findings))


async def _heads(store: Store, log: str) -> list[translog.Head]:
    found: list[translog.Head] = []
    last = 0
    while True:
        rows = await store.find_many(
            translog.HEADS,
            {"log": log, "size": {"$gt": last}},
            sort=[("size", 1)],
            limit=HEADS_AT_ONCE,
        )
        found += [
            translog.Head(log, row["size"], row["root"], row["at"], row["signature"])
            for row in rows
        ]
        if len(rows) < HEADS_AT_ONCE:
            return found
        last = rows[-1]["size"]
