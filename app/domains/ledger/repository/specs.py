"""The ledger's collections: what each document must have, and which ranges are quick."""

from app.core.schema import CollectionSpec, IndexSpec

ACCOUNTS = "accounts"
JOURNAL = "journal"
POSTINGS = "postings"

COLLECTIONS = (
    CollectionSpec(
        ACCOUNTS,
        validator={
            "bsonType": "object",
            "required": ["_id", "owner", "unit", "balance", "held", "available", "v", "status"],
            "properties": {
                "balance": {"bsonType": "long"},
                "held": {"bsonType": "long", "minimum": 0},
                "available": {"bsonType": "long"},
                "v": {"bsonType": "long", "minimum": 0},
            },
            # The guarded update refuses overdrafts; this refuses them once more, in the server.
            "anyOf": [
                {"properties": {"overdraft": {"enum": [True]}}},
                {
                    "properties": {
                        "available": {"bsonType": "long", "minimum": 0},
                        "balance": {"bsonType": "long", "minimum": 0},
                    }
                },
            ],
        },
        # By unit: everybody who holds an instrument, when its company acts.
        indexes=(IndexSpec((("owner", 1),)), IndexSpec((("unit", 1), ("_id", 1)))),
    ),
    CollectionSpec(
        JOURNAL,
        validator={
            "bsonType": "object",
            "required": ["_id", "owner", "kind", "state", "legs", "request_hash", "at"],
        },
        indexes=(
            IndexSpec((("owner", 1), ("at", 1))),
            IndexSpec((("expires_at", 1),), partial={"held": True}, name="held"),
        ),
    ),
    CollectionSpec(
        POSTINGS,
        validator={
            "bsonType": "object",
            "required": ["_id", "account", "seq", "journal", "amount", "balance", "prev", "at"],
            "properties": {"amount": {"bsonType": "long"}, "balance": {"bsonType": "long"}},
        },
        # `_id` is <account>:<seq>: it orders an account's postings without another index.
        indexes=(
            IndexSpec((("account", 1), ("journal", 1)), unique=True),
            # A day of everybody's postings, for the daily rollups: it grows at its right end.
            IndexSpec((("at", 1),)),
        ),
    ),
)
