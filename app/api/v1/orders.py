"""/v1/orders: execute a previewed plan, once, and look at what was ordered."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api.deps import CallerDep, IdempotencyKeyDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.fields import Input, ObjectId
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.risk_shapes import ReasonOut
from app.domains.fraud.errors import PaymentBlockedError
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import RateClass
from app.domains.ledger.errors import IdempotencyMismatchError, InsufficientFundsError
from app.domains.onboarding.errors import AccountFrozenError, NotClearedError
from app.domains.portfolio.errors import (
    MarketClosedError,
    NothingToTradeError,
    PlanExpiredError,
    PlanNotFoundError,
    PlanTakenError,
    RecommendationRejectedError,
    StalePriceError,
)
from app.domains.portfolio.types import OrderPlan, PlanAction, PlannedOrder, PlanState

router = APIRouter(prefix="/v1/orders", tags=["orders"])

_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_MONTHS_SHOWN = timedelta(days=92)


class PlannedOrderOut(Out):
    """One line of a plan; a skip says why nothing is done."""

    symbol: str
    action: PlanAction
    quantity: str = Field(examples=["1.250000"])
    price: str = Field(examples=["104.2500"])
    amount: MoneyOut
    fee: MoneyOut
    weight_before: str
    weight_target: str
    reason: ReasonOut

    @classmethod
    def of(cls, order: PlannedOrder) -> "PlannedOrderOut":
        """Return the public form."""
        return cls(
            symbol=order.symbol,
            action=order.action,
            quantity=f"{order.quantity:f}",
            price=f"{order.price:f}",
            amount=MoneyOut.of(order.amount),
            fee=MoneyOut.of(order.fee),
            weight_before=f"{order.weight_before:.6f}",
            weight_target=f"{order.weight_target:.6f}",
            reason=ReasonOut.of(order.reason),
        )


class OrderPlanOut(Out):
    """Orders that are executed together or not at all. After execution: what was filled."""

    plan_id: str
    recommendation_id: str
    state: PlanState
    made_at: datetime
    expires_at: datetime
    orders: list[PlannedOrderOut]
    cash_before: MoneyOut
    cash_after: MoneyOut
    fees: MoneyOut
    drift_before: str
    drift_after: str
    movement_id: str | None

    @classmethod
    def of(cls, plan: OrderPlan) -> "OrderPlanOut":
        """Return the public form."""
        return cls(
            plan_id=plan.plan_id,
            recommendation_id=plan.recommendation_id,
            state=plan.state,
            made_at=plan.made_at,
            expires_at=plan.expires_at,
            orders=[PlannedOrderOut.of(order) for order in plan.orders],
            cash_before=MoneyOut.of(plan.cash_before),
            cash_after=MoneyOut.of(plan.cash_after),
            fees=MoneyOut.of(plan.fees),
            drift_before=f"{plan.drift_before:f}",
            drift_after=f"{plan.drift_after:f}",
            movement_id=plan.movement_id,
        )


class OrdersIn(Input):
    """Which preview is to be executed."""

    plan_id: ObjectId


class OrdersOut(Out):
    """Executed plans, the newest first."""

    orders: list[OrderPlanOut]


@router.post(
    "",
    status_code=201,
    responses=declared(
        NotClearedError,
        AccountFrozenError,
        StepUpRequiredError,
        PaymentBlockedError,
        InsufficientFundsError,
        IdempotencyMismatchError,
        PlanNotFoundError,
        PlanExpiredError,
        PlanTakenError,
        NothingToTradeError,
        MarketClosedError,
        RecommendationRejectedError,
        StalePriceError,
    ),
)
@policy("user", rate=RateClass.MONEY)
async def create_orders(
    body: OrdersIn,
    caller: CallerDep,
    services: ServicesDep,
    key: IdempotencyKeyDep,
    grant: StepUpDep,
) -> OrderPlanOut:
    """Execute a previewed plan at the last prices; held plans wait for a person.

    A refusal that asks for a fresh code names the action and parameters of the grant.
    """
    done = await services.portfolio.orders.execute(
        caller.user_id, body.plan_id, session_id=caller.session_id, key=key, grant=grant
    )
    return OrderPlanOut.of(done)


@router.get("", responses=declared())
@policy("user")
async def list_orders(
    caller: CallerDep,
    services: ServicesDep,
    before: Annotated[datetime | None, Query(description="End of the three months shown")] = None,
) -> OrdersOut:
    """Return the plans ordered in the three months before a time, at most 50."""
    end = before or services.clock.now()
    end = max(end if end.tzinfo else end.replace(tzinfo=UTC), _FIRST)
    found = await services.portfolio.orders.list_of(
        caller.user_id, since=end - _MONTHS_SHOWN, before=end
    )
    return OrdersOut(orders=[OrderPlanOut.of(plan) for plan in found])


@router.get("/{plan_id}", responses=declared(PlanNotFoundError))
@policy("user")
async def get_order_plan(
    plan_id: Annotated[str, Path(pattern=r"^[0-9a-z]{20}$")],
    caller: CallerDep,
    services: ServicesDep,
) -> OrderPlanOut:
    """Return one plan, previewed or executed."""
    return OrderPlanOut.of(await services.portfolio.orders.find(caller.user_id, plan_id))
