"""/v1/portfolio/fees: what it cost, and what the holdings go on costing."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.performance import PERIOD_ERRORS, FirstDay, LastDay
from app.core.money import Money
from app.domains.portfolio.report_types import FeeLine, Fees

router = APIRouter(prefix="/v1/portfolio", tags=["portfolio"])


class FeeLineOut(Out):
    """One fee posting."""

    at: datetime
    amount: MoneyOut
    movement_id: str

    @classmethod
    def of(cls, line: FeeLine) -> "FeeLineOut":
        """Return the public form."""
        return cls(at=line.at, amount=MoneyOut.of(line.amount), movement_id=line.movement_id)


class FeesOut(Out):
    """`paid` is the sum of the ledger's fee postings; running costs are inside fund prices."""

    first: date
    last: date
    currency: str
    paid: MoneyOut
    lines: list[FeeLineOut]
    traded: MoneyOut
    of_traded: str | None = Field(description="Fraction of what was bought and sold")
    of_value: float | None = Field(description="Fraction of the mean daily value")
    value: MoneyOut | None
    yearly_running: MoneyOut | None
    yearly_running_bps: str | None
    horizon_years: int
    projected: MoneyOut | None = Field(description="Running costs of the horizon, value unchanged")

    @classmethod
    def of(cls, found: Fees) -> "FeesOut":
        """Return the public form."""
        bps = found.yearly_running_bps
        return cls(
            first=found.first,
            last=found.last,
            currency=found.currency,
            paid=MoneyOut.of(found.paid),
            lines=[FeeLineOut.of(line) for line in found.lines],
            traded=MoneyOut.of(found.traded),
            of_traded=None if found.of_traded is None else f"{found.of_traded:f}",
            of_value=found.of_value,
            value=_money(found.value),
            yearly_running=_money(found.yearly_running),
            yearly_running_bps=None if bps is None else f"{bps:f}",
            horizon_years=found.horizon_years,
            projected=_money(found.projected),
        )


def _money(found: Money | None) -> MoneyOut | None:
    return None if found is None else MoneyOut.of(found)


@router.get("/fees", responses=declared(*PERIOD_ERRORS))
@policy("user")
async def get_fees(
    caller: CallerDep,
    services: ServicesDep,
    first: FirstDay = None,
    last: LastDay = None,
    horizon_years: Annotated[int | None, Query(ge=1, le=60)] = None,
) -> FeesOut:
    """Return what was paid, in money and in per cent, and what the holdings go on costing."""
    return FeesOut.of(
        await services.portfolio.fees.of(
            caller.user_id, first=first, last=last, horizon_years=horizon_years
        )
    )
