"""What fraud keeps in MongoDB: the events behind the features, and cases."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.clock import Clock
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
REREAD_S = 300.0
ENTITIES_REMEMBERED = 2000
# Longer than a booking may take from its screening to its commit.
OVERLAP = timedelta(seconds=15)
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


class Recent:
    """The last 120 days of payments by customer and by payee, remembered between screenings.

    A known entity costs one read of the last seconds instead of all its payments; everything
    is read again after five minutes, which is how a label set elsewhere arrives.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()

    async def entity(self, field: str, entity_id: str, *, at: datetime) -> EntityState:
        """Return one customer's or one payee's payments before `at`, oldest first.

        At most 2,000: beyond that the oldest fall out, which the features tolerate.
        """
        now = self._clock.monotonic()
        known = self._known.get((field, entity_id))
        if known is not None and now - known.read_at < REREAD_S:
            new = await _read(self._store, field, entity_id, after=known.through - OVERLAP, at=at)
            merged = {event.payment_id: event for event in (*known.events, *new)}
            read_at, through = known.read_at, max(known.through, at)
        else:
            new = await _read(self._store, field, entity_id, after=at - KEEP, at=at)
            merged = {event.payment_id: event for event in new}
            read_at, through = now, at
        ordered = sorted(merged.values(), key=lambda event: (event.at, event.payment_id))
        events = tuple(e for e in ordered[-MAX_EVENTS:] if at - KEEP < e.at)
        self._remember((field, entity_id), _Known(events, through=through, read_at=read_at))
        return EntityState(entity_id, tuple(event for event in events if event.at <= at))

    def _remember(self, key: tuple[str, str], known: "_Known") -> None:
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > ENTITIES_REMEMBERED:
            self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Known:
    events: tuple[PaymentEvent, ...]
    through: datetime
    read_at: float


async def _read(
    store: Store, field: str, entity_id: str, *, after: datetime, at: datetime
) -> list[PaymentEvent]:
    query = {field: entity_id, "at": {"$gt": after, "$lte": at}}
    rows = await store.find_many(EVENTS, query, sort=[("at", -1)], limit=MAX_EVENTS)
    return [_event(row) for row in rows]


async def append(store: Store, facts: PaymentFacts, *, high_ratio: bool) -> None:
    """Keep a booked payment's event, in the transaction that books it.

    Raises DuplicateKeyError when the payment was booked before.
    """
    await store.insert_one(
        EVENTS,
        {
            "_id": facts.payment_id,
            "customer": facts.user_id,
            "payee": facts.payee_id,
            "at": facts.at,
            "amount": long(facts.amount.amount_minor),
            "high": high_ratio,
            "label": None,
            "known_at": None,
        },
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


async def expire_case(store: Store, payment_id: str, *, at: datetime) -> None:
    """Close a payment's case if it is open still; it says nothing about fraud."""
    changes = {"$set": {"state": CaseState.EXPIRED.value, "decided_at": at}, "$unset": {"open": ""}}
    await store.update_one(CASES, {"payment": payment_id, "open": True}, changes)


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
