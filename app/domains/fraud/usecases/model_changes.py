"""Changing the model in force takes two people: one asks, another one confirms with a code."""

from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_ulid
from app.core.uow import Transaction
from app.domains.fraud.errors import (
    ModelChangedError,
    ModelChangeNotFoundError,
    NothingToRollBackError,
    SecondPersonError,
)
from app.domains.fraud.model_types import (
    ChangeAction,
    ChangeState,
    ModelChange,
    Pointer,
)
from app.domains.fraud.repository import pointers
from app.domains.fraud.usecases.models import Models, store, switched
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction


class ModelChanges:
    """Four eyes over the model desk; what is confirmed happens in the same transaction."""

    def __init__(
        self, *, db: Database, clock: Clock, identity: IdentityService, models: Models
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._models = models

    async def list(self) -> list[ModelChange]:
        """Return the last fifty changes, the newest first."""
        return await pointers.changes(self._db)

    async def ask(
        self, action: ChangeAction, version: str | None, *, caller: Caller, reason: str
    ) -> ModelChange:
        """Ask for a change. A promotion is checked here and again when it is confirmed.

        Raises ModelNotFoundError, ModelRefusedError, PromotionRefusedError,
        NothingToRollBackError.
        """
        pointer = await self._models.pointer()
        if action is ChangeAction.ROLLBACK:
            version = pointer.previous
        if version is None:
            raise NothingToRollBackError
        await self._require_good(action, version)
        now = self._clock.now()
        change = ModelChange(
            change_id=new_ulid(now),
            action=action,
            version=version,
            revision=pointer.revision,
            reason=reason,
            asked_by=caller.user_id,
            asked_at=now,
        )

        async def work(tx: Transaction) -> None:
            await pointers.ask(tx, change)
            tx.audit(
                f"model.{action.value}_asked",
                actor=caller.user_id,
                object_id=f"fraud:{change.version}",
                reason=reason,
            )

        await self._db.transaction(work)
        return change

    async def decide(
        self, change_id: str, *, caller: Caller, agree: bool, grant: str | None
    ) -> ModelChange:
        """Carry out what a colleague asked for, or turn it down; who asked may only withdraw.

        Raises ModelChangeNotFoundError (also after a day), SecondPersonError,
        ModelChangedError, StepUpRequiredError, and what `ask` raises.
        """
        now = self._clock.now()
        change = await pointers.change(self._db, change_id)
        if change is None or change.expires_at <= now:
            raise ModelChangeNotFoundError
        if agree and change.asked_by == caller.user_id:
            raise SecondPersonError
        if change.state is not ChangeState.ASKED:
            raise ModelChangedError("this change was decided already")
        if agree:
            await self._require_good(change.action, change.version)
        pointer = await self._models.pointer()
        decided = replace(
            change,
            state=ChangeState.DONE if agree else ChangeState.DECLINED,
            decided_by=caller.user_id,
            decided_at=now,
        )

        async def work(tx: Transaction) -> None:
            await self._identity.consume_step_up(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.MODEL_CHANGE,
                params={"change": change_id, "decision": "agree" if agree else "disagree"},
            )
            if not await pointers.decide(tx, decided):
                raise ModelChangedError("this change was decided already")
            if agree:
                await self._carry_out(tx, pointer, change, caller)
            else:
                tx.audit(
                    f"model.{change.action.value}_declined",
                    actor=caller.user_id,
                    object_id=f"fraud:{change.version}",
                )

        await self._db.transaction(work)
        return decided

    async def _carry_out(
        self, tx: Transaction, pointer: Pointer, change: ModelChange, caller: Caller
    ) -> None:
        if pointer.revision != change.revision:
            raise ModelChangedError
        by = f"{change.asked_by}, {caller.user_id}"
        changed = switched(
            pointer, change.version, at=self._clock.now(), by=by, reason=change.reason
        )
        done = "promoted" if change.action is ChangeAction.PROMOTE else "rolled_back"
        await store(tx, changed, f"model.{done}", actor=caller.user_id, reason=change.reason)

    async def _require_good(self, action: ChangeAction, version: str) -> None:
        await self._models.check(version)
        if action is ChangeAction.PROMOTE:
            await self._models.require_better(version)
