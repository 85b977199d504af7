"""/v1/actions: what was drafted in a conversation, confirmed or cancelled by its own person."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.action_shapes import ActionId, ActionOut, ActionsOut
from app.api.deps import CallerDep, IdempotencyKeyDep, IdempotencyKeyError, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.policy import policy
from app.domains.chat.action_types import ActionState
from app.domains.chat.errors import (
    ActionChangedError,
    ActionClosedError,
    ActionExpiredError,
    ActionNotFoundError,
)
from app.domains.fraud.errors import PaymentBlockedError
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import RateClass
from app.domains.ledger.errors import AmountLimitError, DailyLimitError, InsufficientFundsError
from app.domains.onboarding.errors import AccountFrozenError, NotClearedError
from app.domains.portfolio.errors import (
    MarketClosedError,
    NothingToTradeError,
    PlanExpiredError,
    PlanTakenError,
    StalePriceError,
)

router = APIRouter(prefix="/v1/actions", tags=["chat"])

_CONFIRM = (
    IdempotencyKeyError, ActionNotFoundError, ActionExpiredError, ActionClosedError,
    ActionChangedError, StepUpRequiredError, NotClearedError, AccountFrozenError,
    PaymentBlockedError,
    InsufficientFundsError, AmountLimitError, DailyLimitError, MarketClosedError,
    StalePriceError, PlanExpiredError, PlanTakenError, NothingToTradeError,
)  # fmt: skip


@router.get("", responses=declared())
@policy("user")
async def list_actions(
    caller: CallerDep,
    services: ServicesDep,
    state: ActionState | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> ActionsOut:
    """Return what was drafted, the newest first."""
    found = await services.chat_actions.list(caller.user_id, state=state, limit=limit)
    return ActionsOut(actions=[ActionOut.of(one) for one in found])


@router.get("/{action_id}", responses=declared(ActionNotFoundError))
@policy("user")
async def get_action(action_id: ActionId, caller: CallerDep, services: ServicesDep) -> ActionOut:
    """Return one drafted action as it stands now."""
    return ActionOut.of(await services.chat_actions.find(caller.user_id, action_id))


@router.post("/{action_id}/confirm", responses=declared(*_CONFIRM))
@policy("user", rate=RateClass.MONEY)
async def confirm_action(
    action_id: ActionId,
    caller: CallerDep,
    services: ServicesDep,
    _: IdempotencyKeyDep,
    grant: StepUpDep,
    response: Response,
) -> ActionOut:
    """Carry a draft out, once, with a grant for exactly this action.

    Whatever the key is, a second confirmation returns the first result. `action_changed` brings
    the new preview as `action`: look at it and confirm again.
    """
    done, before = await services.chat_actions.confirm(caller, action_id, grant=grant)
    if before:
        response.headers["idempotency-replayed"] = "true"
    return ActionOut.of(done)


@router.post("/{action_id}/cancel", responses=declared(ActionNotFoundError, ActionClosedError))
@policy("user", rate=RateClass.WRITE)
async def cancel_action(action_id: ActionId, caller: CallerDep, services: ServicesDep) -> ActionOut:
    """Cancel a draft; again changes nothing."""
    return ActionOut.of(await services.chat_actions.cancel(caller.user_id, action_id))
