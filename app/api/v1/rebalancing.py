"""/v1/rebalancing: a way back into the bands, previewed; and whether it happens by itself."""

from datetime import datetime

from fastapi import APIRouter

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.orders import OrderPlanOut
from app.api.v1.risk_shapes import ReasonOut
from app.domains.identity.types import RateClass
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.market.errors import NoPricesError
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    LotsUnclearError,
    RiskProfileExpiredError,
)
from app.domains.portfolio.rebalance_types import Rebalance, RebalanceSettings, RunState, Trigger

router = APIRouter(prefix="/v1/rebalancing", tags=["portfolio"])


class RebalanceOut(Out):
    """One run. `plan` is null while it waits, and in lists; its id is also the plan's."""

    run_id: str | None
    made_at: datetime
    automatic: bool
    state: RunState
    triggers: list[Trigger]
    notes: list[ReasonOut]
    plan: OrderPlanOut | None
    record_hash: str | None

    @classmethod
    def of(cls, run: Rebalance) -> "RebalanceOut":
        """Return the public form."""
        return cls(
            run_id=run.run_id or None,
            made_at=run.at,
            automatic=run.automatic,
            state=run.state,
            triggers=list(run.triggers),
            notes=[ReasonOut.of(note) for note in run.notes],
            plan=None if run.plan is None else OrderPlanOut.of(run.plan),
            record_hash=run.record_hash,
        )


class RebalancingIn(Input):
    """Whether rebalancing may happen by itself, once a day."""

    automatic: bool


class RebalancingOut(Out):
    """The setting, when the next automatic run is due, and the runs of the last year."""

    automatic: bool
    changed_at: datetime | None
    next_at: datetime | None
    runs: list[RebalanceOut]

    @classmethod
    def of(cls, found: RebalanceSettings, runs: list[Rebalance]) -> "RebalancingOut":
        """Return the public form."""
        return cls(
            automatic=found.automatic,
            changed_at=found.changed_at,
            next_at=found.next_at if found.automatic else None,
            runs=[RebalanceOut.of(run) for run in runs],
        )


@router.get("", responses=declared())
@policy("user")
async def get_rebalancing(caller: CallerDep, services: ServicesDep) -> RebalancingOut:
    """Return the setting and the runs of the last year, the newest first, at most 50."""
    door = services.portfolio.automatic
    found = await door.settings(caller.user_id)
    return RebalancingOut.of(found, await door.runs(caller.user_id))


@router.put("", responses=declared())
@policy("user", rate=RateClass.WRITE)
async def put_rebalancing(
    body: RebalancingIn, caller: CallerDep, services: ServicesDep
) -> RebalancingOut:
    """Turn automatic runs on or off; each still passes the fraud gate like any order."""
    door = services.portfolio.automatic
    found = await door.switch(caller.user_id, automatic=body.automatic)
    return RebalancingOut.of(found, await door.runs(caller.user_id))


@router.post(
    "/preview",
    responses=declared(
        RiskProfileMissingError,
        RiskProfileExpiredError,
        NoPricesError,
        AdviceUnavailableError,
        PeriodTooLongError,
        LotsUnclearError,
    ),
)
@policy("user", rate=RateClass.WRITE)
async def preview_rebalancing(caller: CallerDep, services: ServicesDep) -> RebalanceOut:
    """Return what would be bought, sold and skipped, and why; order it with POST /v1/orders."""
    return RebalanceOut.of(await services.portfolio.rebalancing.preview(caller.user_id))
