"""The last quotes in MongoDB: one document per source, replaced as a whole."""

from datetime import date

from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.market.types import Quote

QUOTES = "quotes"
SPECS = (CollectionSpec(QUOTES),)


async def write(store: Store, source_id: str, quotes: tuple[Quote, ...]) -> None:
    """Lay the newest quotes over the earlier ones of their source."""
    changes = {f"q.{quote.symbol}": _document(quote) for quote in quotes}
    await store.update_one(QUOTES, {"_id": source_id}, {"$set": changes}, upsert=True)


async def read(store: Store, source_id: str) -> dict[str, Quote]:
    """Return the last quotes of a source by symbol."""
    row = await store.find_one(QUOTES, {"_id": source_id})
    return {symbol: _quote(symbol, data) for symbol, data in (row or {}).get("q", {}).items()}


def _document(quote: Quote) -> Document:
    return {
        "price": quote.price,
        "currency": quote.currency,
        "source": quote.source,
        "market_date": quote.market_date.isoformat(),
        "exchange_at": quote.exchange_at,
        "received_at": quote.received_at,
    }


def _quote(symbol: str, data: Document) -> Quote:
    return Quote(
        symbol=symbol,
        price=data["price"],
        currency=data["currency"],
        source=data["source"],
        market_date=date.fromisoformat(data["market_date"]),
        exchange_at=data["exchange_at"],
        received_at=data["received_at"],
    )
