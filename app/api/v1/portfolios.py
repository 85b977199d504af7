"""/v1/portfolio: what a person holds, what it is worth, and what to do next."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.markets import MarketOut
from app.domains.market.errors import NoPricesError
from app.domains.portfolio.types import NextAction, Portfolio, Position

router = APIRouter(prefix="/v1/portfolio", tags=["portfolio"])


class PositionOut(Out):
    """What is held of one instrument; price and value are null when there is no price."""

    symbol: str
    name: str
    asset_class: str
    quantity: str
    price: str | None
    market_date: date | None = Field(description="The day in the market's own history")
    priced_at: datetime | None
    stale: bool
    value: MoneyOut | None
    weight: str | None
    target: str | None
    sessions_behind: int | None = Field(
        description="Closes that exist after this price's market day; null when unknown"
    )

    @classmethod
    def of(cls, position: Position) -> "PositionOut":
        """Return the public form."""
        return cls(
            symbol=position.symbol,
            name=position.name,
            asset_class=position.asset_class,
            quantity=f"{position.quantity:f}",
            price=None if position.price is None else f"{position.price:f}",
            market_date=position.market_date,
            priced_at=position.priced_at,
            stale=position.stale,
            value=None if position.value is None else MoneyOut.of(position.value),
            weight=None if position.weight is None else f"{position.weight:f}",
            target=None if position.target is None else f"{position.target:f}",
            sessions_behind=position.sessions_behind,
        )


class PortfolioOut(Out):
    """The dashboard. `value` is null when something held has no price: unknown is not zero."""

    currency: str
    cash: MoneyOut
    value: MoneyOut | None
    positions: list[PositionOut]
    drift: str | None
    predicted_volatility: float | None
    promised_volatility: float | None
    next_action: NextAction
    recommendation_id: str | None
    simulated: bool
    market: MarketOut
    prices_as_of: date | None = Field(description="The oldest market day among held prices")

    @classmethod
    def of(cls, found: Portfolio) -> "PortfolioOut":
        """Return the public form."""
        return cls(
            currency=found.currency,
            cash=MoneyOut.of(found.cash),
            value=None if found.value is None else MoneyOut.of(found.value),
            positions=[PositionOut.of(position) for position in found.positions],
            drift=None if found.drift is None else f"{found.drift:f}",
            predicted_volatility=found.predicted_volatility,
            promised_volatility=found.promised_volatility,
            next_action=found.next_action,
            recommendation_id=found.recommendation_id,
            simulated=found.simulated,
            market=MarketOut.of(found.market),
            prices_as_of=found.prices_as_of,
        )


@router.get("", responses=declared(NoPricesError))
@policy("user")
async def get_portfolio(caller: CallerDep, services: ServicesDep) -> PortfolioOut:
    """Return what is held now, with the next action."""
    return PortfolioOut.of(await services.portfolio.portfolio(caller.user_id))
