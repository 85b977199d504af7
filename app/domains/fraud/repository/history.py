"""Recorded payments as an analyst looks at them: whole ones, of one person or between some."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.store import Document, Store
from app.domains.fraud.repository.specs import EVENTS

LOOK_BACK = timedelta(days=120)
PAIR_LOOK_BACK = timedelta(days=60)
PAYMENTS_READ = 2_000
INSIDE_READ = 200


@dataclass(frozen=True, slots=True)
class PastPayment:
    """One recorded payment."""

    payment_id: str
    customer_id: str
    payee_id: str
    at: datetime
    amount_minor: int


async def of_customer(store: Store, user_id: str, *, before: datetime) -> list[PastPayment]:
    """Return a customer's payments of the 120 days before a moment, the newest first."""
    where = {"customer": user_id, "at": {"$gt": before - LOOK_BACK, "$lt": before}}
    rows = await store.find_many(EVENTS, where, sort=[("at", -1)], limit=PAYMENTS_READ)
    return [_payment(row) for row in rows]


async def recorded_since(store: Store, after: datetime, *, limit: int) -> list[PastPayment]:
    """Return payments recorded from a moment on, the oldest first."""
    rows = await store.find_many(EVENTS, {"at": {"$gte": after}}, sort=[("at", 1)], limit=limit)
    return [_payment(row) for row in rows]


async def of_pair(store: Store, payer: str, payee: str, *, until: datetime) -> list[PastPayment]:
    """Return what one person paid another within 60 days, the newest first."""
    where = {
        "customer": payer,
        "payee": payee,
        "at": {"$gt": until - PAIR_LOOK_BACK, "$lte": until},
    }
    rows = await store.find_many(EVENTS, where, sort=[("at", -1)], limit=PAYMENTS_READ)
    return [_payment(row) for row in rows]


async def inside(store: Store, members: list[str], *, until: datetime) -> list[str]:
    """Return the ids of payments from members to members within 60 days, at most 200."""
    where = {
        "customer": {"$in": members},
        "payee": {"$in": members},
        "at": {"$gt": until - PAIR_LOOK_BACK, "$lte": until},
    }
    rows = await store.find_many(
        EVENTS, where, sort=[("at", -1)], limit=INSIDE_READ, projection={"_id": 1}
    )
    return [str(row["_id"]) for row in rows]


async def payment_known(store: Store, payment_id: str) -> bool:
    """Tell whether a payment was recorded."""
    return await store.find_one(EVENTS, {"_id": payment_id}, projection={"_id": 1}) is not None


def _payment(row: Document) -> PastPayment:
    return PastPayment(
        payment_id=row["_id"],
        customer_id=row["customer"],
        payee_id=row["payee"],
        at=row["at"],
        amount_minor=int(row["amount"]),
    )
