"""/v1/portfolio/net-worth: everything in one currency, each part with its rate and source."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.rate_shapes import RateOut, rate_out
from app.api.shapes import Currency, MoneyOut, Out
from app.domains.identity.types import RateClass
from app.domains.market.errors import NoPricesError
from app.domains.portfolio.errors import BaseCurrencyError
from app.domains.portfolio.fx_report_types import BaseCurrency, NetWorth, WorthPart

router = APIRouter(prefix="/v1/portfolio", tags=["portfolio"])


class WorthPartOut(Out):
    """Cash of a currency, or a holding; unknown is null, never zero and never one to one."""

    unit: str = Field(examples=["VTI"])
    currency: str = Field(examples=["USD"])
    quantity: str | None = Field(description="Of a holding; null for cash")
    price: str | None
    price_source: str | None
    priced_at: datetime | None
    stale: bool
    local: MoneyOut | None = Field(description="In the part's own currency")
    rate: RateOut | None
    value: MoneyOut | None = Field(description="In the base currency")

    @classmethod
    def of(cls, found: WorthPart) -> "WorthPartOut":
        """Return the public form."""
        quote = found.quote
        return cls(
            unit=found.unit,
            currency=found.currency,
            quantity=None if found.quantity is None else f"{found.quantity:f}",
            price=None if quote is None else f"{quote.price:f}",
            price_source=None if quote is None else quote.source,
            priced_at=None if quote is None else quote.exchange_at,
            stale=found.local is None or (quote is not None and quote.stale),
            local=None if found.local is None else MoneyOut.of(found.local),
            rate=rate_out(found.rate),
            value=None if found.value is None else MoneyOut.of(found.value),
        )


class NetWorthOut(Out):
    """`total` is the sum of all parts, or null when one is unknown; `known` sums the others."""

    currency: str
    chosen: bool = Field(description="Whether she chose this currency for her reports")
    as_of: datetime
    parts: list[WorthPartOut] = Field(description="At most 200")
    total: MoneyOut | None
    known: MoneyOut
    unknown: list[str]
    rates_hash: str | None = Field(description="SHA-256 over the fixings behind the conversions")

    @classmethod
    def of(cls, found: NetWorth) -> "NetWorthOut":
        """Return the public form."""
        return cls(
            currency=found.base.currency,
            chosen=found.base.chosen,
            as_of=found.as_of,
            parts=[WorthPartOut.of(part) for part in found.parts],
            total=None if found.total is None else MoneyOut.of(found.total),
            known=MoneyOut.of(found.known),
            unknown=list(found.unknown),
            rates_hash=found.rates_hash,
        )


class BaseCurrencyIn(Input):
    """The currency of the reports."""

    currency: Currency


class BaseCurrencyOut(Out):
    """The currency that reports are in."""

    currency: str
    chosen: bool

    @classmethod
    def of(cls, found: BaseCurrency) -> "BaseCurrencyOut":
        """Return the public form."""
        return cls(currency=found.currency, chosen=found.chosen)


@router.get("/net-worth", responses=declared(BaseCurrencyError, NoPricesError))
@policy("user")
async def get_net_worth(
    caller: CallerDep,
    services: ServicesDep,
    currency: Annotated[
        Currency | None, Query(description="Instead of the base currency, this once")
    ] = None,
) -> NetWorthOut:
    """Return everything the caller has, in one currency."""
    return NetWorthOut.of(await services.portfolio.net_worth.of(caller.user_id, currency=currency))


@router.put("/base-currency", responses=declared(BaseCurrencyError, NoPricesError))
@policy("user", rate=RateClass.WRITE)
async def choose_base_currency(
    body: BaseCurrencyIn, caller: CallerDep, services: ServicesDep
) -> BaseCurrencyOut:
    """Choose the currency of one's reports; nothing is exchanged by it."""
    return BaseCurrencyOut.of(await services.portfolio.bases.choose(caller.user_id, body.currency))
