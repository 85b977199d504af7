"""The collections of identity: validators and indexes."""

from app.core.schema import CollectionSpec, IndexSpec

USERS = "users"
REGISTRATIONS = "registrations"
SESSIONS = "login_sessions"
CHALLENGES = "login_challenges"
RESETS = "password_resets"
TRUSTED = "trusted_devices"
GRANTS = "step_up_grants"
LETTERS = "letters"
MAILBOX = "sandbox_mailbox"

_TEXT = {"bsonType": "string"}
_DATE = {"bsonType": "date"}


def _expiring(name: str, *required: str, by_user: bool = False) -> CollectionSpec:
    """Return a collection of short-lived rows; the server removes them after `expires_at`."""
    indexes: tuple[IndexSpec, ...] = (IndexSpec((("expires_at", 1),), ttl_s=0),)
    if by_user:
        indexes = (*indexes, IndexSpec((("user", 1),)))
    return CollectionSpec(
        name,
        validator={
            "bsonType": "object",
            "required": ["_id", "expires_at", *required],
            "properties": {"_id": _TEXT, "expires_at": _DATE},
        },
        indexes=indexes,
    )


COLLECTIONS: tuple[CollectionSpec, ...] = (
    CollectionSpec(
        USERS,
        validator={
            "bsonType": "object",
            "required": ["_id", "email_index", "pii", "password", "roles", "created_at"],
            "properties": {
                "_id": _TEXT,
                "email_index": _TEXT,
                "roles": {"bsonType": "array", "items": _TEXT},
                "created_at": _DATE,
                "not_before": _DATE,
            },
        },
        # Only staff carry `staff`, so the index stays as small as the staff is.
        indexes=(
            IndexSpec((("staff", 1), ("created_at", 1)), partial={"staff": True}),
            # Sign-ups of a period, for the daily rollups.
            IndexSpec((("created_at", 1),)),
        ),
    ),
    CollectionSpec(
        REGISTRATIONS,
        validator={
            "bsonType": "object",
            "required": ["_id", "email_index", "key", "pii", "password", "expires_at"],
        },
        indexes=(
            IndexSpec((("token", 1),), unique=True),
            IndexSpec((("email_index", 1), ("created_at", -1))),
            IndexSpec((("expires_at", 1),), ttl_s=0),
        ),
    ),
    CollectionSpec(
        SESSIONS,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "auth_time", "amr", "family", "expires_at"],
            "properties": {"_id": _TEXT, "user": _TEXT, "expires_at": _DATE},
        },
        indexes=(
            IndexSpec((("user", 1), ("created_at", -1))),
            IndexSpec((("created_at", 1),)),
            IndexSpec((("expires_at", 1),), ttl_s=0),
        ),
    ),
    _expiring(CHALLENGES, "user", "attempts"),
    _expiring(RESETS),
    _expiring(TRUSTED, "user", by_user=True),
    _expiring(GRANTS, "user", "session", "action", "params"),
    _expiring(LETTERS, "kind"),
    CollectionSpec(
        MAILBOX,
        indexes=(
            IndexSpec((("to_index", 1), ("sent_at", -1))),
            IndexSpec((("expires_at", 1),), ttl_s=0),
        ),
    ),
)
