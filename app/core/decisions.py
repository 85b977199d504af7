"""Decision records: what was decided, from which inputs, by which versions, and why."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store

COLLECTION = "decisions"
COLLECTIONS = (
    CollectionSpec(
        COLLECTION,
        validator={
            "bsonType": "object",
            "required": ["_id", "kind", "user_id", "at", "inputs", "versions", "outputs", "hash"],
        },
        indexes=(
            IndexSpec((("user_id", 1), ("at", 1))),
            # A period of one kind: the embedded database reads a range of `_id` as a whole.
            IndexSpec((("kind", 1), ("at", 1))),
        ),
    ),
)


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: object) -> bytes:
    """Return the one JSON text of a value: keys sorted, no spaces, UTC times, decimals as text.

    Times are cut to the millisecond, because the database keeps no more: the hash of a record
    read back must equal the hash of the record written.
    """
    return orjson.dumps(
        _milliseconds(value),
        default=_default,
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS,
    )


def _milliseconds(value: object) -> object:
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
    if isinstance(value, Mapping):
        return {key: _milliseconds(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_milliseconds(item) for item in value]
    return value


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of some bytes in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision, complete enough to be taken again.

    `kind` is "fraud", "recommendation", "kyc" …; `versions` names every model, rule set and
    data hash that was used; `explanation` holds the reasons as stored, not as rendered.
    """

    id: str
    kind: str
    user_id: str
    at: datetime
    inputs: Mapping[str, Any]
    versions: Mapping[str, Any]
    outputs: Mapping[str, Any]
    explanation: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> Document:
        """Return everything but the hash."""
        return {
            "_id": self.id,
            "kind": self.kind,
            "user_id": self.user_id,
            "at": self.at,
            "inputs": dict(self.inputs),
            "versions": dict(self.versions),
            "outputs": dict(self.outputs),
            "explanation": dict(self.explanation),
        }

    def hash(self) -> str:
        """Return the SHA-256 of the canonical content: what the log seals."""
        return sha256_hex(canonical_json(self.content()))

    def document(self) -> Document:
        """Return the record as it is stored."""
        return {**self.content(), "hash": self.hash()}

    @classmethod
    def of(cls, document: Document) -> "DecisionRecord":
        """Return the record of a stored document."""
        return cls(
            id=document["_id"],
            kind=document["kind"],
            user_id=document["user_id"],
            at=document["at"],
            inputs=document["inputs"],
            versions=document["versions"],
            outputs=document["outputs"],
            explanation=document.get("explanation", {}),
        )


class _Sealing(Store, Protocol):
    def seal(self, entry_id: str, commitment: str) -> None: ...


async def record(tx: _Sealing, decision: DecisionRecord) -> None:
    """Store a decision in the caller's transaction and seal its hash into the log."""
    document = decision.document()
    await tx.insert_one(COLLECTION, document)
    tx.seal(f"decision:{decision.id}", document["hash"])


async def load(
    store: Store, decision_id: str, *, user_id: str | None = None
) -> DecisionRecord | None:
    """Return a stored decision, or None; with `user_id` only that person's."""
    query: Document = {"_id": decision_id}
    if user_id is not None:
        query["user_id"] = user_id
    document = await store.find_one(COLLECTION, query)
    return DecisionRecord.of(document) if document else None
