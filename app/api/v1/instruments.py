"""/v1/instruments: what can be held, and what it cost before."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.market.errors import DateRangeError, InstrumentNotFoundError, NoPricesError
from app.domains.market.types import Instrument, exact_price

router = APIRouter(prefix="/v1/instruments", tags=["market"])

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


@router.get("", responses=declared(NoPricesError))
@policy("user")
async def list_instruments(_: CallerDep, services: ServicesDep) -> list[InstrumentOut]:
    """Return what can be held with the present source of prices."""
    return [InstrumentOut.of(found) for found in await services.market.instruments()]


@router.get(
    "/{symbol}/prices",
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
