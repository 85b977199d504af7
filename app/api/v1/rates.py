"""/v1/rates: exchange rates with their day and source; unknown is null."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.rate_shapes import RateOut, rate_out
from app.api.shapes import Currency, Out

CURRENCIES = r"^[A-Z]{3}(,[A-Z]{3}){0,19}$"

router = APIRouter(prefix="/v1/rates", tags=["market"])


class QuotedRateOut(Out):
    """The rate into one currency; null when no fixing of the last week is kept."""

    quote: str
    rate: RateOut | None


class RatesOut(Out):
    """Rates of one day from one currency, and the currencies that have any."""

    base: str
    on: date
    rates: list[QuotedRateOut]
    known: list[str] = Field(description="Every currency with fixings, of whatever days")


@router.get("", responses=declared())
@policy("user")
async def get_rates(
    _: CallerDep,
    services: ServicesDep,
    base: Annotated[Currency, Query()],
    quotes: Annotated[str, Query(pattern=CURRENCIES, description="1 to 20 codes, comma-separated")],
    on: Annotated[date | None, Query(description="Today by default")] = None,
) -> RatesOut:
    """Return exchange rates of a day, filled forward from at most seven days before."""
    day = on or services.clock.now().date()
    wanted = tuple(dict.fromkeys(quotes.split(",")))
    book = await services.market.rates.book((base, *wanted), first=day, last=day)
    return RatesOut(
        base=base,
        on=day,
        rates=[
            QuotedRateOut(quote=quote, rate=rate_out(book.rate(base, quote, day)))
            for quote in wanted
        ],
        known=list(await services.market.rates.currencies()),
    )
