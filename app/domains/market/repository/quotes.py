"""The last quotes in MongoDB: one document per source, so that no two sources ever mix."""

from datetime import date

from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.market.types import Quote

QUOTES = "quotes"
SPECS = (CollectionSpec(QUOTES),)


def _key(symbol: str) -> str:
    # A dot in a field name is a path to MongoDB: BRK.B would become a field of BRK.
    return symbol.replace("%", "%25").replace(".", "%2E").replace("$", "%24")


async def write(store: Store, label: str, quotes: tuple[Quote, ...]) -> None:
    """Lay the newest quotes over the earlier ones of their source."""
    changes = {f"q.{_key(quote.symbol)}": _document(quote) for quote in quotes}
    await store.update_one(QUOTES, {"_id": label}, {"$set": changes}, upsert=True)


async def read(store: Store, label: str) -> dict[str, Quote]:
    """Return the last quotes of a source by symbol."""
    row = await store.find_one(QUOTES, {"_id": label})
    found = [_quote(data) for data in (row or {}).get("q", {}).values()]
    return {quote.symbol: quote for quote in found}


def _document(quote: Quote) -> Document:
    return {
        "symbol": quote.symbol,
        "price": quote.price,
        "currency": quote.currency,
        "source": quote.source,
        "market_date": quote.market_date.isoformat(),
        "exchange_at": quote.exchange_at,
        "received_at": quote.received_at,
    }


def _quote(data: Document) -> Quote:
    return Quote(
        symbol=data["symbol"],
        price=data["price"],
        currency=data["currency"],
        source=data["source"],
        market_date=date.fromisoformat(data["market_date"]),
        exchange_at=data["exchange_at"],
        received_at=data["received_at"],
    )
