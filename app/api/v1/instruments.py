"""/v1/instruments and /v1/quotes: what can be held, what it costs now, what it cost before."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.market.errors import DateRangeError, InstrumentNotFoundError, NoPricesError
from app.domains.market.types import Instrument, Quote, exact_price

router = APIRouter(prefix="/v1", tags=["market"])

Symbol = Annotated[str, Path(pattern=r"^[A-Z0-9.=^-]{1,15}$", examples=["VTI"])]


class InstrumentOut(Out):
    """Something that can be held."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    mic: str
    step: str = Field(examples=["0.000001"])
    annual_cost_bps: int
    simulated: bool

    @classmethod
    def of(cls, found: Instrument) -> "InstrumentOut":
        """Return the public form."""
        return cls(
            symbol=found.symbol,
            name=found.name,
            asset_class=found.asset_class,
            currency=found.currency,
            mic=found.mic,
            step=str(found.step),
            annual_cost_bps=found.annual_cost_bps,
            simulated=found.simulated,
        )


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


class CloseOut(Out):
    """One day's close."""

    day: date
    price: str


class PricesOut(Out):
    """Daily closes in a range, with where they come from."""

    symbol: str
    currency: str
    source: str
    data_hash: str
    closes: list[CloseOut]


@router.get("/instruments", responses=declared(NoPricesError))
@policy("user")
async def list_instruments(_: CallerDep, services: ServicesDep) -> list[InstrumentOut]:
    """Return what can be held with the present source of prices."""
    return [InstrumentOut.of(found) for found in await services.market.instruments()]


@router.get(
    "/instruments/{symbol}/prices",
    responses=declared(InstrumentNotFoundError, DateRangeError, NoPricesError),
)
@policy("user")
async def get_prices(
    symbol: Symbol,
    _: CallerDep,
    services: ServicesDep,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> PricesOut:
    """Return daily closes; without a range the last year of the source."""
    found = await services.market.closes(symbol, first=first, last=last)
    return PricesOut(
        symbol=symbol,
        currency=found.currency,
        source=found.source,
        data_hash=found.data_hash,
        closes=[
            CloseOut(day=date.fromisoformat(str(day)), price=f"{exact_price(price):f}")
            for day, price in zip(found.dates, found.prices[:, 0], strict=True)
        ],
    )


@router.get("/quotes", responses=declared(NoPricesError))
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
