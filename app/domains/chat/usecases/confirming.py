"""Confirming a drafted action: a click with a fresh code, then the use case of the page's button.

Nothing that is typed in a conversation comes here, and no engine holds this object.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.uow import Transaction
from app.domains.chat.action_json import public
from app.domains.chat.action_types import LIFE, ActionState, PendingAction
from app.domains.chat.errors import (
    ActionChangedError,
    ActionClosedError,
    ActionExpiredError,
)
from app.domains.chat.repository import actions
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.tools.proposals.catalogue import KINDS
from app.domains.chat.tools.proposals.kinds import Kind, Order
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.usecases.acting import Acting
from app.domains.fraud.errors import PaymentBlockedError
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction
from app.domains.ledger.errors import AmountLimitError, DailyLimitError, InsufficientFundsError
from app.domains.ledger.warrant_types import Warrant
from app.domains.onboarding.errors import AccountFrozenError, NotClearedError

#: From this status on a refusal says nothing about the action itself.
RETRY: Final = 429
#: Refusals after which the same draft can never succeed.
FINAL: Final = (
    PaymentBlockedError,
    InsufficientFundsError,
    AmountLimitError,
    DailyLimitError,
    NotClearedError,
    AccountFrozenError,
)


class Confirming:
    """Carries out what its own person confirms; each action happens at most once."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        tools: ChatTools,
        acting: Acting,
    ) -> None:
        self._db = db
        self._clock = clock
        self._acting = acting
        self._identity = identity
        self._tools = tools

    async def confirm(
        self, caller: Caller, action_id: str, *, grant: str | None
    ) -> tuple[PendingAction, bool]:
        """Carry an action out; return it, and whether that had happened before.

        A second click and a repeat after a crash return the first result. Raises
        ActionNotFoundError, ActionExpiredError, ActionClosedError, StepUpRequiredError,
        ActionChangedError with the new preview, and what the use case below raises.
        """
        action = await self._acting.find(caller.user_id, action_id)
        kind = KINDS[action.kind]
        if action.state is ActionState.EXECUTED and kind.books:
            # Its movement is booked. What a crash left undone behind it is done now, by its key.
            await kind.carry_out(self._tools.doors, self._order(caller, action, grant=None))
        if action.state in (ActionState.EXECUTED, ActionState.REFUSED):
            return action, True
        if action.state is ActionState.EXPIRED:
            raise ActionExpiredError
        if action.state is ActionState.CANCELLED:
            raise ActionClosedError
        if action.state is ActionState.PROPOSED:
            await self._require_fresh(caller, kind, action, grant=grant)
        try:
            return await self._carry_out(caller, kind, action, grant=grant), False
        except FinNamiError:
            # A click beside this one may have won, and used up the code with it.
            found = await self._acting.find(caller.user_id, action_id)
            if found.state is not ActionState.EXECUTED:
                raise
            return found, True

    async def _require_fresh(
        self, caller: Caller, kind: Kind, action: PendingAction, *, grant: str | None
    ) -> None:
        """Ask for a code, then look whether the preview still holds."""
        if grant is None:
            raise _step_up(action)
        desk = await self._tools.desk(caller.user_id, locale="en", now=self._clock.now())
        if not await kind.changed(desk, action):
            return
        try:
            sketch = await kind.sketch(desk, action.params)
        except (ToolRefusal, FinNamiError) as refusal:
            if isinstance(refusal, FinNamiError) and refusal.status >= RETRY:
                raise
            await self._end(action, ActionState.REFUSED, {"code": refusal.code})
            raise ActionClosedError(f"this cannot be done now: {refusal.code}") from None
        looked = replace(
            action,
            preview=sketch.preview(),
            version=action.version + 1,
            expires_at=self._clock.now() + LIFE,
        )
        if looked.params_hash == action.params_hash:
            # The same plan at other prices: there is nothing new that she could be shown yet.
            await self._end(action, ActionState.REFUSED, {"code": "prices_stale"})
            raise ActionClosedError("prices have moved; please ask for it again in a while")
        if not await actions.look_again(self._db, looked):
            raise ActionClosedError
        raise ActionChangedError(action=public(looked))

    async def _carry_out(
        self, caller: Caller, kind: Kind, action: PendingAction, *, grant: str | None
    ) -> PendingAction:
        if not kind.books and action.state is ActionState.PROPOSED:
            await self._take_grant(caller, action, grant=grant)
        order = self._order(caller, action, grant=grant)
        try:
            result = await kind.carry_out(self._tools.doors, order)
        except FinNamiError as error:
            if isinstance(error, FINAL) or not (kind.books or error.status >= RETRY):
                present = ActionState.PROPOSED if kind.books else ActionState.CONFIRMED
                await self._end(action, ActionState.REFUSED, {"code": error.code}, present=present)
            raise
        if not kind.books:
            await self._end(action, ActionState.EXECUTED, result, present=ActionState.CONFIRMED)
        return await self._acting.find(caller.user_id, action.id)

    def _order(self, caller: Caller, action: PendingAction, *, grant: str | None) -> Order:
        return Order(action, caller, grant, self._warrant(caller, action))

    def _warrant(self, caller: Caller, action: PendingAction) -> Warrant:
        async def also(tx: Transaction, *, movement_id: str, held: bool) -> None:
            # In the transaction of the movement: both happen, or neither. Cancelled or expired
            # meanwhile, this takes the movement back.
            result = {"movement_id": movement_id, "state": "held" if held else "posted"}
            done = await actions.advance(
                tx,
                action,
                present=ActionState.PROPOSED,
                to=ActionState.EXECUTED,
                at=self._clock.now(),
                result=result,
            )
            if not done:
                raise ActionClosedError
            tx.audit("chat_action.executed", actor=caller.user_id, object_id=action.id)

        return Warrant(StepUpAction.CHAT_ACTION, action.grant_params, also)

    async def _take_grant(
        self, caller: Caller, action: PendingAction, *, grant: str | None
    ) -> None:
        """Use up the code and keep that she confirmed, both or neither."""

        async def work(tx: Transaction) -> bool:
            done = await actions.advance(
                tx,
                action,
                present=ActionState.PROPOSED,
                to=ActionState.CONFIRMED,
                at=self._clock.now(),
            )
            if not done:
                return False
            await self._identity.consume_step_up(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.CHAT_ACTION,
                params=action.grant_params,
            )
            tx.audit("chat_action.confirmed", actor=caller.user_id, object_id=action.id)
            return True

        if not await self._db.transaction(work):
            found = await self._acting.find(caller.user_id, action.id)
            if found.state is not ActionState.CONFIRMED:
                raise ActionClosedError

    async def _end(
        self,
        action: PendingAction,
        to: ActionState,
        result: Mapping[str, str],
        *,
        present: ActionState = ActionState.PROPOSED,
    ) -> None:
        async def work(tx: Transaction) -> None:
            if await actions.advance(
                tx, action, present=present, to=to, at=self._clock.now(), result=result
            ):
                tx.audit(f"chat_action.{to.value}", actor=action.user, object_id=action.id)

        await self._db.transaction(work)


def _step_up(action: PendingAction) -> StepUpRequiredError:
    return StepUpRequiredError(
        action=StepUpAction.CHAT_ACTION.value,
        params={name: str(value) for name, value in action.grant_params.items()},
    )
