"""/v1/me/freeze: stop all money of one's own at once, and let it move again."""

from datetime import datetime

from fastapi import APIRouter

from app.api.deps import CallerDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import RateClass

router = APIRouter(prefix="/v1/me/freeze", tags=["money"])


class FreezeOut(Out):
    """Since when nothing moves; null while everything may."""

    frozen_since: datetime | None


@router.get("", responses=declared())
@policy("user")
async def get_freeze(caller: CallerDep, services: ServicesDep) -> FreezeOut:
    """Return whether the caller's money is frozen."""
    return FreezeOut(frozen_since=await services.ledger.freezing.since(caller.user_id))


@router.put("", responses=declared())
@policy("user", rate=RateClass.WRITE)
async def put_freeze(caller: CallerDep, services: ServicesDep) -> FreezeOut:
    """Freeze it: no payment, no order, no deposit. It needs no code, for haste may be needed."""
    return FreezeOut(frozen_since=await services.ledger.freezing.freeze(caller.user_id))


@router.delete("", responses=declared(StepUpRequiredError))
@policy("user", rate=RateClass.WRITE)
async def delete_freeze(caller: CallerDep, services: ServicesDep, grant: StepUpDep) -> FreezeOut:
    """Lift the freeze, with a grant for `unfreeze`."""
    await services.ledger.freezing.lift(caller, grant=grant)
    return FreezeOut(frozen_since=None)
