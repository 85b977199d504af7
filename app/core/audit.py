"""The audit log's rows: who did what to which object, and why; never edited, never deleted."""

from datetime import datetime

from app.core.decisions import canonical_json, sha256_hex
from app.core.ids import new_ulid
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document
from app.core.uow import AuditEntry

COLLECTION = "audit"
COLLECTIONS = (
    CollectionSpec(
        COLLECTION,
        validator={
            "bsonType": "object",
            "required": ["_id", "action", "actor", "object", "at", "hash"],
        },
        indexes=(
            IndexSpec((("object", 1), ("at", 1))),
            IndexSpec((("actor", 1), ("at", 1))),
        ),
    ),
)


def row(entry: AuditEntry, *, at: datetime) -> Document:
    """Return the stored form of an entry with the hash that the log will chain."""
    content: Document = {
        "_id": new_ulid(at),
        "action": entry.action,
        "actor": entry.actor,
        "object": entry.object_id,
        "reason": entry.reason,
        "before": dict(entry.before),
        "after": dict(entry.after),
        "at": at,
    }
    return {**content, "hash": content_hash(content)}


def content_hash(document: Document) -> str:
    """Return the SHA-256 (hex) of an audit row without its hash field."""
    content = {key: value for key, value in document.items() if key != "hash"}
    return sha256_hex(canonical_json(content))
