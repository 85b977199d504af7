"""What fraud keeps in MongoDB: the events behind the features, and cases."""

from datetime import datetime, timedelta

from app.core.money import Money
from app.core.mongo import long
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.fraud.types import (
    CaseState,
    EntityState,
    FraudCase,
    FraudReason,
    PaymentEvent,
    PaymentFacts,
    PaymentKind,
)

EVENTS = "fraud_events"
CASES = "fraud_cases"
KEEP = timedelta(days=120)
MAX_EVENTS = 2000
QUEUE_LIMIT = 100
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


async def entity(store: Store, field: str, entity_id: str, *, at: datetime) -> EntityState:
    """Return the last 120 days of one customer's or one payee's payments, oldest first.

    At most 2,000: beyond that the oldest fall out, which the features tolerate.
    """
    rows = await store.find_many(
        EVENTS,
        {field: entity_id, "at": {"$gt": at - KEEP, "$lte": at}},
        sort=[("at", -1)],
        limit=MAX_EVENTS,
    )
    return EntityState(entity_id, tuple(_event(row) for row in reversed(rows)))


async def append(store: Store, facts: PaymentFacts, *, high_ratio: bool) -> None:
    """Keep a booked payment's event; a repeat with the same id changes nothing."""
    await store.update_one(
        EVENTS,
        {"_id": facts.payment_id},
        {
            "$setOnInsert": {
                "customer": facts.user_id,
                "payee": facts.payee_id,
                "at": facts.at,
                "amount": long(facts.amount.amount_minor),
                "high": high_ratio,
                "label": None,
                "known_at": None,
            }
        },
        upsert=True,
    )


async def set_label(store: Store, payment_id: str, *, fraud: bool, known_at: datetime) -> None:
    """Keep what a person found out about a payment."""
    await store.update_one(
        EVENTS, {"_id": payment_id}, {"$set": {"label": fraud, "known_at": known_at}}
    )


def _event(row: Document) -> PaymentEvent:
    return PaymentEvent(
        payment_id=row["_id"],
        at=row["at"],
        amount_minor=int(row["amount"]),
        customer_id=row["customer"],
        payee_id=row["payee"],
        high_ratio=row["high"],
        label=row["label"],
        known_at=row["known_at"],
    )


async def insert_case(store: Store, case: FraudCase) -> None:
    """Keep a new case. Raises DuplicateKeyError when the payment has one."""
    await store.insert_one(
        CASES,
        {
            "_id": case.case_id,
            "payment": case.payment_id,
            "user": case.user_id,
            "decision": case.decision_id,
            "state": case.state.value,
            "open": True,
            "amount": long(case.amount.amount_minor),
            "currency": case.amount.currency,
            "kind": case.kind.value,
            "loss": long(case.expected_loss_minor),
            "reasons": [
                {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
                for r in case.reasons
            ],
            "opened_at": case.opened_at,
            "decided_at": None,
            "analyst": None,
            "note": "",
        },
    )


async def close_case(
    store: Store, case_id: str, *, state: CaseState, analyst_id: str, note: str, at: datetime
) -> bool:
    """Close an open case; False when it was closed already."""
    changes = {"state": state.value, "analyst": analyst_id, "note": note, "decided_at": at}
    query = {"_id": case_id, "open": True}
    return await store.update_one(CASES, query, {"$set": changes, "$unset": {"open": ""}}) == 1


async def find_case(store: Store, case_id: str) -> FraudCase | None:
    """Return a case by id."""
    row = await store.find_one(CASES, {"_id": case_id})
    return _case(row) if row else None


async def queue(store: Store) -> list[FraudCase]:
    """Return the open cases, the largest expected loss first, at most 100."""
    rows = await store.find_many(CASES, {"open": True}, sort=[("loss", -1)], limit=QUEUE_LIMIT)
    return [_case(row) for row in rows]


def _case(row: Document) -> FraudCase:
    return FraudCase(
        case_id=row["_id"],
        payment_id=row["payment"],
        user_id=row["user"],
        decision_id=row["decision"],
        state=CaseState(row["state"]),
        amount=Money(int(row["amount"]), row["currency"]),
        kind=PaymentKind(row["kind"]),
        expected_loss_minor=int(row["loss"]),
        reasons=tuple(
            FraudReason(r["code"], r["sentence"], r["contribution"]) for r in row["reasons"]
        ),
        opened_at=row["opened_at"],
        decided_at=row["decided_at"],
        analyst_id=row["analyst"],
        note=row["note"],
    )
