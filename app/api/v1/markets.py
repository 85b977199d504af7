"""/v1/market: whether the market is open, and when that changes."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.market.errors import NoPricesError
from app.domains.market.types import MarketHours, MarketState

router = APIRouter(prefix="/v1/market", tags=["market"])


class MarketOut(Out):
    """The hours of the market that orders go to; null is unknown, never a guess."""

    calendar: str = Field(examples=["XNYS"], description="A market identifier code, or 24/7")
    state: MarketState
    next_open: datetime | None = Field(description="Set while it is closed")
    closes_at: datetime | None = Field(description="Set while it is open and ever closes")
    last_session: date | None = Field(description="The day of the newest close that exists")

    @classmethod
    def of(cls, found: MarketHours) -> "MarketOut":
        """Return the public form."""
        return cls(
            calendar=found.calendar,
            state=found.state,
            next_open=found.next_open,
            closes_at=found.closes_at,
            last_session=found.last_session,
        )


@router.get("", responses=declared(NoPricesError))
@policy("user")
async def get_market(_: CallerDep, services: ServicesDep) -> MarketOut:
    """Return whether the market trades now; orders are refused while it is closed."""
    return MarketOut.of(await services.market.hours())
