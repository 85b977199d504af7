"""Ticks that are never served, in MongoDB: one document each, gone after thirty days."""

from datetime import datetime
from decimal import Decimal

from app.core.ids import new_ulid
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.market.feed_types import Judgement, Suspect, Tick

QUARANTINE = "quarantined_ticks"
KEPT_S = 30 * 24 * 3600
SPECS = (
    CollectionSpec(
        QUARANTINE,
        indexes=(IndexSpec((("received_at", 1),), ttl_s=KEPT_S, name="expires"),),
    ),
)


async def write(store: Store, suspects: tuple[Suspect, ...]) -> None:
    """Keep suspects; none is a no-op."""
    await store.insert_many(QUARANTINE, [_document(suspect) for suspect in suspects])


async def read(store: Store, since: datetime, *, limit: int) -> list[Suspect]:
    """Return the newest suspects received since, at most `limit`."""
    recent = {"received_at": {"$gte": since}}
    rows = await store.find_many(
        QUARANTINE, recent, limit=limit, sort=[("received_at", -1), ("_id", -1)]
    )
    return [_suspect(row) for row in rows]


def _document(suspect: Suspect) -> Document:
    tick = suspect.tick
    return {
        "_id": new_ulid(tick.received_at),
        "symbol": tick.symbol,
        # As text: NaN and a hundred digits are no Decimal128.
        "price": str(tick.price)[:100],
        "currency": tick.currency,
        "provider": tick.provider,
        "exchange_at": tick.exchange_at,
        "received_at": tick.received_at,
        "reason": suspect.reason.value,
    }


def _suspect(row: Document) -> Suspect:
    tick = Tick(
        symbol=row["symbol"],
        price=Decimal(row["price"]),
        currency=row["currency"],
        provider=row["provider"],
        exchange_at=row["exchange_at"],
        received_at=row["received_at"],
    )
    return Suspect(tick, Judgement(row["reason"]))
