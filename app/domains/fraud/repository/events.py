"""Booked payments as the features see them: appended with the booking, read per entity."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.repository.specs import EVENTS
from app.domains.fraud.types import PaymentFacts
from app.ml.features import fraud_state
from app.ml.features.fraud import EVENTS_MAX, terminal_key

# A day more than the features look back, so that a clock a little behind finds all it may see.
KEEP = timedelta(days=121)
# Payments of one millisecond have no order in the database: room to put them in order here.
TIES = 64
IDS_AT_ONCE = 256
PAGE = 2_000


class Side(StrEnum):
    """On which side of a payment an entity stands; the value is the field that names it."""

    CUSTOMER = "customer"
    PAYEE = "payee"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded payment: its parties, and its record in the state of either."""

    payment_id: str
    at: datetime
    customer: str
    payee: str
    cents: int
    high: bool
    label: tuple[bool, int] | None
    """(fraud, known at, in seconds) once somebody said so."""

    def entity(self, side: Side) -> str:
        """Return the id of one party."""
        return self.customer if side is Side.CUSTOMER else self.payee

    def record(self, side: Side) -> bytes:
        """Return the payment as the state of that party keeps it."""
        other = self.payee if side is Side.CUSTOMER else self.customer
        return fraud_state.record(
            ms=milliseconds(self.at),
            number=fraud_state.payment_number(self.payment_id),
            cents=self.cents,
            other=terminal_key(other),
            high=self.high,
            label=self.label,
        )


def recorded(facts: PaymentFacts, *, high_ratio: bool) -> Recorded:
    """Return a payment as it will be read back."""
    return Recorded(
        payment_id=facts.payment_id,
        at=facts.at,
        customer=facts.user_id,
        payee=facts.payee_id,
        cents=facts.amount.amount_minor,
        high=high_ratio,
        label=None,
    )


def milliseconds(at: datetime) -> int:
    """Return whole milliseconds: what the database keeps of a time."""
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


async def packed(store: Store, side: Side, entity_id: str, *, at: datetime) -> bytes:
    """Return one entity's recorded payments from 121 days before `at` on, at most 2,000."""
    query = {side.value: entity_id, "at": {"$gt": at - KEEP}}
    rows = await store.find_many(EVENTS, query, sort=[("at", -1)], limit=EVENTS_MAX + TIES)
    return fraud_state.join(_recorded(row).record(side) for row in rows)


async def by_ids(store: Store, payment_ids: list[str]) -> list[Recorded]:
    """Return those of at most 256 payments that were recorded."""
    query = {"_id": {"$in": payment_ids[:IDS_AT_ONCE]}}
    return [_recorded(row) for row in await store.find_many(EVENTS, query, limit=IDS_AT_ONCE)]


async def since(store: Store, at: datetime, *, until: datetime) -> list[Recorded]:
    """Return the payments recorded in (at, until], the oldest first, at most 2,000."""
    query = {"at": {"$gt": at, "$lte": until}}
    return [
        _recorded(r) for r in await store.find_many(EVENTS, query, sort=[("at", 1)], limit=PAGE)
    ]


async def between(store: Store, start: datetime, end: datetime) -> AsyncIterator[Recorded]:
    """Yield the payments recorded in [start, end), the oldest first, page by page."""
    low, seen = start, set[str]()
    while True:
        rows = await store.find_many(
            EVENTS,
            {"at": {"$gte": low, "$lt": end}},
            sort=[("at", 1), ("_id", 1)],
            limit=PAGE + len(seen),
        )
        fresh = [row for row in rows if row["_id"] not in seen]
        for row in fresh:
            yield _recorded(row)
        if not fresh or len(rows) < PAGE:
            return
        low = fresh[-1]["at"]
        # What shares the last millisecond may go on behind the page's end.
        seen = {row["_id"] for row in rows if row["at"] == low}


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


async def set_label(store: Store, payment_id: str, *, fraud: bool, known_at: datetime) -> bool:
    """Keep what a person found out about a payment; False when it was never booked."""
    changes = {"label": fraud, "known_at": known_at}
    return await store.update_one(EVENTS, {"_id": payment_id}, {"$set": changes}) == 1


def _recorded(row: Document) -> Recorded:
    known_at = row["known_at"]
    known = row["label"] is not None and known_at is not None
    return Recorded(
        payment_id=row["_id"],
        at=row["at"],
        customer=row["customer"],
        payee=row["payee"],
        cents=int(row["amount"]),
        high=bool(row["high"]),
        label=(bool(row["label"]), int(known_at.timestamp())) if known else None,
    )
