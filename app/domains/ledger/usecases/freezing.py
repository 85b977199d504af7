"""A freeze that a person puts on her own money at once, and lifts with a fresh code."""

from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction
from app.domains.onboarding.service import OnboardingService


class Freezing:
    """While it lasts nothing that she starts moves money: no payment, no order, no deposit."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        onboarding: OnboardingService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._onboarding = onboarding

    async def since(self, user_id: str) -> datetime | None:
        """Return since when a person's money is frozen; None when it is not."""
        return await self._onboarding.freezes.since(user_id)

    async def freeze(self, user_id: str) -> datetime:
        """Freeze a person's money; again changes nothing. Return since when it is frozen."""
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            if await self._onboarding.freezes.put(tx, user_id, at=now):
                tx.audit("account.frozen", actor=user_id, object_id=user_id)

        await self._db.transaction(work)
        return await self.since(user_id) or now

    async def lift(self, caller: Caller, *, grant: str | None) -> None:
        """Lift the freeze; without one nothing changes. Raises StepUpRequiredError.

        A code is asked for because a thief would lift it first.
        """

        async def work(tx: Transaction) -> None:
            if not await self._onboarding.freezes.lift(tx, caller.user_id):
                return
            await self._identity.consume_step_up(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.UNFREEZE,
                params={},
            )
            tx.audit("account.unfrozen", actor=caller.user_id, object_id=caller.user_id)

        await self._db.transaction(work)
