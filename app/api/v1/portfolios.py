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
from app.domains.portfolio.alert_types import (
    Alert,
    AlertCode,
    AllocationLine,
    DriftVerdict,
    Severity,
)
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


class AllocationLineOut(Out):
    """One line of the mix against its plan; a null symbol is cash. Fractions of all."""

    symbol: str | None
    name: str
    weight: str
    target: str
    outside: bool = Field(description="Outside its band: 2 points or a fifth of its target")

    @classmethod
    def of(cls, line: AllocationLine) -> "AllocationLineOut":
        """Return the public form."""
        return cls(
            symbol=line.symbol,
            name=line.name,
            weight=f"{line.weight:f}",
            target=f"{line.target:f}",
            outside=line.outside,
        )


class AlertOut(Out):
    """One thing to know, the most urgent first.

    `at` is when the oldest price was made, the profile ends or the market opens again.
    """

    code: AlertCode
    severity: Severity
    symbols: list[str]
    at: datetime | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertOut":
        """Return the public form."""
        return cls(
            code=alert.code, severity=alert.severity, symbols=list(alert.symbols), at=alert.at
        )


class PortfolioOut(Out):
    """The dashboard. `value` is null when something held has no price: unknown is not zero.

    `value` = `cash` + `reserved` + the values of `positions`, to the cent.
    """

    currency: str
    cash: MoneyOut
    reserved: MoneyOut = Field(description="Cash that a movement under review holds")
    value: MoneyOut | None
    positions: list[PositionOut]
    allocation: list[AllocationLineOut]
    drift: str | None
    drift_verdict: DriftVerdict | None
    predicted_volatility: float | None
    promised_volatility: float | None
    next_action: NextAction
    alerts: list[AlertOut]
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
            reserved=MoneyOut.of(found.reserved),
            value=None if found.value is None else MoneyOut.of(found.value),
            positions=[PositionOut.of(position) for position in found.positions],
            allocation=[AllocationLineOut.of(line) for line in found.allocation],
            drift=None if found.drift is None else f"{found.drift:f}",
            drift_verdict=found.drift_verdict,
            predicted_volatility=found.predicted_volatility,
            promised_volatility=found.promised_volatility,
            next_action=found.next_action,
            alerts=[AlertOut.of(alert) for alert in found.alerts],
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
