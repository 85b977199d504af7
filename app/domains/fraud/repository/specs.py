"""The collections of fraud: the events behind the features, and cases."""

from app.core.schema import CollectionSpec, IndexSpec

EVENTS = "fraud_events"
CASES = "fraud_cases"
COLLECTIONS = (
    CollectionSpec(
        EVENTS,
        validator={"bsonType": "object", "required": ["_id", "customer", "payee", "at", "amount"]},
        indexes=(
            IndexSpec((("customer", 1), ("at", 1))),
            IndexSpec((("payee", 1), ("at", 1))),
            IndexSpec((("at", 1),), ttl_s=134 * 86_400, name="expiry"),
        ),
    ),
    CollectionSpec(
        CASES,
        validator={"bsonType": "object", "required": ["_id", "payment", "state", "loss"]},
        indexes=(
            IndexSpec((("payment", 1),), unique=True),
            IndexSpec((("loss", -1),), partial={"open": True}, name="queue"),
        ),
    ),
)
