"""/v1/quotes: what things cost now, with currency, source and age."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.market.errors import NoPricesError
from app.domains.market.types import Quote

router = APIRouter(prefix="/v1/quotes", tags=["market"])


class QuoteOut(Out):
    """A last price with its currency, source and age."""

    symbol: str
    price: str = Field(examples=["104.2500"])
    currency: str
    source: str
    market_date: date
    exchange_at: datetime
    received_at: datetime
    stale: bool

    @classmethod
    def of(cls, quote: Quote) -> "QuoteOut":
        """Return the public form."""
        return cls(
            symbol=quote.symbol,
            price=f"{quote.price:f}",
            currency=quote.currency,
            source=quote.source,
            market_date=quote.market_date,
            exchange_at=quote.exchange_at,
            received_at=quote.received_at,
            stale=quote.stale,
        )


@router.get("", responses=declared(NoPricesError))
@policy("user")
async def list_quotes(
    _: CallerDep,
    services: ServicesDep,
    symbols: Annotated[str, Query(pattern=r"^[A-Z0-9.,=^-]{0,500}$")] = "",
) -> list[QuoteOut]:
    """Return last quotes (comma-separated symbols, or all); a stale one says so."""
    wanted = tuple(symbol for symbol in symbols.split(",") if symbol)
    found = await services.market.last_quotes(wanted)
    return [QuoteOut.of(quote) for _, quote in sorted(found.items())]
