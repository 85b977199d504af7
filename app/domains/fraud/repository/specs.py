"""The collections of fraud: the events behind the features, cases, questions, links."""

from app.core.schema import CollectionSpec, IndexSpec

EVENTS = "fraud_events"
CASES = "fraud_cases"
ENTRIES = "fraud_case_entries"
QUESTIONS = "fraud_questions"
EDGES = "fraud_edges"
SWEEPS = "fraud_sweeps"
MODEL_POINTERS = "model_pointers"
MODEL_CHANGES = "model_changes"
MODEL_COMPARISONS = "model_comparisons"
MODEL_REPORTS = "model_reports"
RULEBOOK = "fraud_rulebook"
RULE_SETS = "fraud_rule_sets"
BACKTESTS = "fraud_backtests"
LIST_ENTRIES = "fraud_list_entries"
LIST_HITS = "fraud_list_hits"
_DAY_S = 86_400
COLLECTIONS = (
    CollectionSpec(
        EVENTS,
        validator={"bsonType": "object", "required": ["_id", "customer", "payee", "at", "amount"]},
        indexes=(
            IndexSpec((("customer", 1), ("at", 1))),
            IndexSpec((("payee", 1), ("at", 1))),
            IndexSpec((("at", 1),), ttl_s=134 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(
        CASES,
        validator={"bsonType": "object", "required": ["_id", "payment", "state", "loss"]},
        indexes=(
            IndexSpec((("payment", 1),), unique=True),
            IndexSpec((("loss", -1),), partial={"open": True}, name="queue"),
            IndexSpec((("decided_at", -1),)),
            IndexSpec((("user", 1), ("opened_at", -1))),
            IndexSpec((("members", 1),), partial={"ring": True}, name="rings"),
        ),
    ),
    CollectionSpec(
        ENTRIES,
        validator={"bsonType": "object", "required": ["_id", "case", "at", "actor", "action"]},
        indexes=(IndexSpec((("case", 1), ("at", 1))),),
    ),
    CollectionSpec(
        QUESTIONS,
        validator={"bsonType": "object", "required": ["_id", "user", "state", "asked_at"]},
        indexes=(
            IndexSpec((("user", 1), ("asked_at", -1))),
            IndexSpec((("asked_at", 1),), ttl_s=30 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(
        EDGES,
        validator={"bsonType": "object", "required": ["_id", "a", "b", "kind", "last_at"]},
        indexes=(
            IndexSpec((("a", 1), ("last_at", -1))),
            IndexSpec((("b", 1), ("last_at", -1))),
            IndexSpec((("last_at", 1),), ttl_s=60 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(SWEEPS),
    CollectionSpec(
        MODEL_POINTERS,
        validator={"bsonType": "object", "required": ["_id", "version", "revision"]},
    ),
    CollectionSpec(
        MODEL_CHANGES,
        validator={"bsonType": "object", "required": ["_id", "action", "asked_by", "state"]},
        indexes=(IndexSpec((("asked_at", -1),)),),
    ),
    CollectionSpec(MODEL_COMPARISONS),
    CollectionSpec(
        MODEL_REPORTS,
        indexes=(
            IndexSpec((("version", 1), ("day", -1))),
            IndexSpec((("at", 1),), ttl_s=400 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(
        RULEBOOK, validator={"bsonType": "object", "required": ["_id", "revision", "active"]}
    ),
    CollectionSpec(
        RULE_SETS,
        validator={"bsonType": "object", "required": ["_id", "rules", "author", "digest"]},
    ),
    CollectionSpec(
        BACKTESTS,
        validator={"bsonType": "object", "required": ["_id", "rules", "state", "asked_at"]},
        indexes=(
            IndexSpec((("rules", 1), ("_id", -1))),
            IndexSpec((("asked_at", 1),), ttl_s=400 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(
        LIST_ENTRIES,
        validator={"bsonType": "object", "required": ["_id", "list", "subject", "expires_at"]},
        indexes=(
            # Serves the lists' load, too; an entry stops working by its time, not by this.
            IndexSpec((("expires_at", 1),), ttl_s=90 * _DAY_S, name="expiry"),
        ),
    ),
    CollectionSpec(
        LIST_HITS,
        validator={"bsonType": "object", "required": ["_id", "entry", "decision", "at"]},
        indexes=(
            IndexSpec((("entry", 1), ("at", -1))),
            IndexSpec((("at", 1),), ttl_s=400 * _DAY_S, name="expiry"),
        ),
    ),
)
