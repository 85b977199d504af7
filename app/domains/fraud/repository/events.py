"""Booked payments as the features see them: appended with the booking, read per entity."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.repository.specs import EVENTS
from app.domains.fraud.types import EntityState, PaymentEvent, PaymentFacts

KEEP = timedelta(days=120)
MAX_EVENTS = 2000
REREAD_S = 300.0
ENTITIES_REMEMBERED = 2000
# Longer than a booking may take from its screening to its commit.
OVERLAP = timedelta(seconds=15)


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
