"""Step-up: a fresh code buys one permission for one action with exactly its parameters."""

from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.repository import proofs
from app.domains.identity.repository.proofs import Grant
from app.domains.identity.repository.users import User
from app.domains.identity.types import StepUpAction, StepUpGrant, StepUpParams
from app.domains.identity.usecases.parts import Parts, opaque
from app.domains.identity.usecases.second_factor import SecondFactor


class StepUp:
    """Grants step-ups and uses them up."""

    def __init__(self, parts: Parts, second_factor: SecondFactor) -> None:
        self._parts = parts
        self._second_factor = second_factor

    async def grant(
        self, user: User, *, session_id: str, action: StepUpAction, params: StepUpParams, code: str
    ) -> StepUpGrant:
        """Return a grant that lives five minutes and works once, in this login session.

        Raises SecondFactorNeededError, WrongCodeError, TooManyAttemptsError.
        """
        await self._second_factor.require_code(user, code)
        parts, token = self._parts, opaque()
        grant = Grant(
            digest=parts.digest("grant", token),
            user_id=user.id,
            session_id=session_id,
            action=action,
            params=rules.params_hash(params),
        )
        now = parts.clock.now()

        async def work(tx: Transaction) -> None:
            await proofs.insert_grant(tx, grant, expires_at=now + rules.GRANT_LIFE)
            tx.audit("identity.step_up", actor=user.id, object_id=user.id, reason=action.value)

        await parts.db.transaction(work)
        return StepUpGrant(token, int(rules.GRANT_LIFE.total_seconds()))

    async def consume(
        self,
        tx: Transaction,
        *,
        user_id: str,
        session_id: str,
        grant: str | None,
        action: StepUpAction,
        params: StepUpParams,
    ) -> None:
        """Use up a grant inside the business transaction, so that both happen or neither.

        Raises StepUpRequiredError, with what a grant has to be for.
        """
        wanted = Grant(
            digest=self._parts.digest("grant", grant or ""),
            user_id=user_id,
            session_id=session_id,
            action=action,
            params=rules.params_hash(params),
        )
        used = grant and await proofs.use_grant(tx, wanted, now=self._parts.clock.now())
        if not used:
            raise StepUpRequiredError(
                action=action.value, params={k: str(v) for k, v in params.items()}
            )
