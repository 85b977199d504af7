"""The drafted actions of a person: read, and cancelled."""

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.chat.action_types import ActionState, PendingAction
from app.domains.chat.errors import ActionClosedError, ActionNotFoundError
from app.domains.chat.repository import actions


class Acting:
    """Reads actions by their owner; what nobody confirmed in time ends here."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def list(
        self, user: str, *, state: ActionState | None, limit: int
    ) -> list[PendingAction]:
        """Return a person's actions, the newest first."""
        await actions.expire(self._db, user, now=self._clock.now())
        return await actions.newest(self._db, user, state=state, limit=limit)

    async def find(self, user: str, action_id: str) -> PendingAction:
        """Return one action. Raises ActionNotFoundError, also for another person's."""
        await actions.expire(self._db, user, now=self._clock.now())
        found = await actions.find(self._db, action_id, user=user)
        if found is None:
            raise ActionNotFoundError
        return found

    async def cancel(self, user: str, action_id: str) -> PendingAction:
        """Cancel a draft; again changes nothing. Raises ActionNotFoundError, ActionClosedError."""
        action = await self.find(user, action_id)
        at = self._clock.now()

        async def work(tx: Transaction) -> None:
            if await actions.advance(
                tx, action, present=ActionState.PROPOSED, to=ActionState.CANCELLED, at=at
            ):
                tx.audit("chat_action.cancelled", actor=user, object_id=action.id)

        if action.state is ActionState.PROPOSED:
            await self._db.transaction(work)
            action = await self.find(user, action_id)
        if action.state not in (ActionState.CANCELLED, ActionState.EXPIRED):
            raise ActionClosedError
        return action
