"""The transparency log: entries in one order, in a Merkle tree, under signed heads.

A row is put into `log_pending` by the transaction that it speaks of; a sequencer gives it
its index afterwards, because one global counter inside the transaction halved throughput.
A tile (one document per run of the sequencer) holds ids, leaf hashes and the tree's peaks,
so that the next tile extends the tree without reading the earlier ones. A changed entry no
longer fits its leaf; a changed leaf no longer fits the signed head.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core import merkle
from app.core.decisions import canonical_json
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, DuplicateKeyError, Store
from app.core.uow import Transaction

T = TypeVar("T")

PENDING = "log_pending"
TILES = "log_tiles"
HEADS = "log_heads"
STATE = "log_state"
PENDING_AT_ONCE = 128
TILE_ENTRIES = 256
MAX_TILES = 8192

COLLECTIONS = (
    CollectionSpec(PENDING, indexes=(IndexSpec((("log", 1), ("at", 1), ("_id", 1))),)),
    CollectionSpec(
        TILES,
        indexes=(IndexSpec((("ids", 1),), unique=True), IndexSpec((("log", 1), ("first", 1)))),
    ),
    CollectionSpec(STATE),
    CollectionSpec(HEADS, indexes=(IndexSpec((("log", 1), ("size", 1)), unique=True),)),
)


Work = Callable[[Transaction], Awaitable[T]]


class Transactions(Store, Protocol):
    """A store that runs transactions: the database, or its fake."""

    async def transaction(self, work: Work[T], *, timeout_s: float = 2.0) -> T:
        """Run `work(tx)` and return its result."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """A signed promise: after `size` entries the tree's root was `root` (hex)."""

    log: str
    size: int
    root: str
    at: datetime
    signature: str

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return statement(self.log, self.size, self.root, self.at)

    def verified_by(self, key: Ed25519PublicKey) -> bool:
        """Tell whether the signature is the key's."""
        try:
            key.verify(bytes.fromhex(self.signature), self.statement())
        except (InvalidSignature, ValueError):
            return False
        return True


def statement(log: str, size: int, root: str, at: datetime) -> bytes:
    """Return the signed text of a head."""
    return b"finnami/head/v1\n" + canonical_json({"at": at, "log": log, "root": root, "size": size})


def pending(log: str, entries: Sequence[tuple[str, str]], *, at: datetime) -> Document:
    """Return the row of one transaction's entries that wait for their places in a log.

    `entries` are (id, hex SHA-256), at least one; one row for all, because each costs a write.
    """
    first, _ = entries[0]
    return {
        "_id": f"{log}:{first}",
        "log": log,
        "entries": [{"id": entry_id, "c": commitment} for entry_id, commitment in entries],
        "at": at,
    }


def _entries(row: Document) -> list[tuple[str, str]]:
    """Return (id, commitment) of a waiting row; rows of before held one entry each."""
    if "entries" not in row:
        return [(row["entry"], row["c"])]
    return [(entry["id"], entry["c"]) for entry in row["entries"]]


async def _last_tile(store: Store, log: str) -> Document | None:
    """Return the newest tile by walking the heads' sizes, not by an unbounded sort."""
    last = await store.find_one(STATE, {"_id": log})
    if last is None:
        return None
    return await store.find_one(TILES, {"_id": last["tile"]})


async def sequence(database: Transactions, log: str) -> int:
    """Give the entries of the next 128 waiting rows their places; return how many.

    Two sequencers at once cannot fork the tree: a tile's `_id` is its first index.
    """

    async def work(tx: Transaction) -> int:
        rows = await tx.find_many(
            PENDING, {"log": log}, sort=[("at", 1), ("_id", 1)], limit=PENDING_AT_ONCE
        )
        if not rows:
            return 0
        last = await _last_tile(tx, log)
        first = last["first"] + len(last["leaves"]) if last else 0
        peaks = [bytes.fromhex(peak) for peak in last["peaks"]] if last else []
        entries = [entry for row in rows for entry in _entries(row)]
        leaves = [merkle.leaf_hash(bytes.fromhex(commitment)) for _, commitment in entries]
        tile_id = f"{log}:{first:012d}"
        await tx.insert_one(
            TILES,
            {
                "_id": tile_id,
                "log": log,
                "first": first,
                "ids": [f"{log}:{entry_id}" for entry_id, _ in entries],
                "leaves": [leaf.hex() for leaf in leaves],
                "peaks": [peak.hex() for peak in merkle.extend(peaks, first, leaves)],
            },
        )
        await tx.update_one(STATE, {"_id": log}, {"$set": {"tile": tile_id}}, upsert=True)
        await tx.delete_many(PENDING, {"_id": {"$in": [row["_id"] for row in rows]}})
        return len(entries)

    try:
        return await database.transaction(work)
    except DuplicateKeyError:
        return 0  # another sequencer was quicker; its tile is as good as ours


async def sign_head(store: Store, log: str, *, key: Ed25519PrivateKey, at: datetime) -> Head | None:
    """Sign and keep the present head when the log has grown since the last one."""
    last = await _last_tile(store, log)
    if last is None:
        return None
    size = last["first"] + len(last["leaves"])
    known = await head(store, log, size=size)
    if known is not None:
        return known
    root = merkle.fold([bytes.fromhex(peak) for peak in last["peaks"]]).hex()
    signature = key.sign(statement(log, size, root, at)).hex()
    made = Head(log, size, root, at, signature)
    try:
        await store.insert_one(
            HEADS,
            {
                "_id": f"{log}:{size:012d}",
                "log": log,
                "size": size,
                "root": root,
                "at": at,
                "signature": signature,
            },
        )
    except DuplicateKeyError:
        return await head(store, log, size=size)
    return made


async def head(store: Store, log: str, *, size: int | None = None) -> Head | None:
    """Return the signed head at `size`, or the newest one."""
    if size is None:
        last = await _last_tile(store, log)
        if last is None:
            return None
        size = last["first"] + len(last["leaves"])
        document = await store.find_one(HEADS, {"_id": f"{log}:{size:012d}"})
        if document is None:
            floor = max(0, size - 100 * TILE_ENTRIES)
            found = await store.find_many(
                HEADS, {"log": log, "size": {"$gte": floor}}, sort=[("size", -1)], limit=1
            )
            document = found[0] if found else None
    else:
        document = await store.find_one(HEADS, {"_id": f"{log}:{size:012d}"})
    if document is None:
        return None
    return Head(log, document["size"], document["root"], document["at"], document["signature"])


async def leaves(store: Store, log: str, size: int) -> list[bytes]:
    """Return the first `size` leaf hashes of a log, tile by tile."""
    found: list[bytes] = []
    for _ in range(MAX_TILES):
        if len(found) >= size:
            return found[:size]
        tile = await store.find_one(TILES, {"_id": f"{log}:{len(found):012d}"})
        if tile is None:
            break
        found += [bytes.fromhex(leaf) for leaf in tile["leaves"]]
    raise ValueError(f"the log {log} has only {len(found)} of {size} leaves")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the log, with the audit path to the head's root (hex)."""

    index: int
    path: tuple[str, ...]
    head: Head


async def place(store: Store, log: str, entry_id: str) -> Place | None:
    """Return an entry's place under the newest signed head that covers it, or None yet."""
    tile = await store.find_one(TILES, {"ids": f"{log}:{entry_id}"})
    newest = await head(store, log)
    if tile is None or newest is None:
        return None
    index = tile["first"] + tile["ids"].index(f"{log}:{entry_id}")
    if index >= newest.size:
        return None
    path = merkle.inclusion_proof(await leaves(store, log, newest.size), index)
    return Place(index, tuple(node.hex() for node in path), newest)


def broken_leaf(tile: Document, commitments: Sequence[str | None]) -> int | None:
    """Return the position in a tile whose entry no longer matches its leaf, or None."""
    for position, (leaf, commitment) in enumerate(zip(tile["leaves"], commitments, strict=True)):
        if commitment is None or merkle.leaf_hash(bytes.fromhex(commitment)).hex() != leaf:
            return position
    return None
