"""The model desk: what is stored, what is in force, what runs in shadow, and changing it."""

import asyncio
from dataclasses import replace
from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.errors import (
    ModelChangedError,
    ModelNotFoundError,
    ModelRefusedError,
    NothingToRollBackError,
    PromotionRefusedError,
)
from app.domains.fraud.model_types import Comparison, Pointer
from app.domains.fraud.repository import comparisons, pointers
from app.domains.fraud.rules import promotion
from app.domains.fraud.types import ScorerSource
from app.ml.registry import ArtefactError
from app.ml.store import StoredModel


class Models:
    """Every change is one transaction with its audit row; processes see it within seconds."""

    def __init__(self, *, db: Database, clock: Clock, source: ScorerSource | None) -> None:
        self._db = db
        self._clock = clock
        self._source = source

    async def pointer(self) -> Pointer:
        """Return what is in force. Raises ModelNotFoundError when nothing ever was."""
        found = await pointers.find(self._db)
        if found is not None:
            return found
        try:
            version = self._stored().shipped_version()
        except ArtefactError as error:
            raise ModelNotFoundError(error.detail) from error
        return Pointer(version, None, None, None, None, 0)

    async def versions(self) -> list[StoredModel]:
        """Return the versions stored on this installation, trusted or not, at most a hundred."""
        return await asyncio.to_thread(self._stored().versions)

    async def find(self, version: str) -> StoredModel:
        """Return one stored version. Raises ModelNotFoundError."""
        try:
            return await asyncio.to_thread(self._stored().find, version)
        except ArtefactError as error:
            raise ModelNotFoundError(error.detail) from error

    async def shadow(self, version: str | None, *, actor: str, reason: str) -> Pointer:
        """Measure a version on what the one in force judges; None ends the measuring.

        Raises ModelNotFoundError, ModelRefusedError, ModelChangedError.
        """
        pointer = await self.pointer()
        if version == pointer.challenger:
            return pointer
        if version is not None:
            await self.check(version)
            if version == pointer.version:
                raise ModelRefusedError(f"{version} is in force: it cannot challenge itself")
        now = self._clock.now()
        changed = replace(
            pointer, challenger=version, challenger_since=now if version else None,
            revision=pointer.revision + 1,
        )  # fmt: skip
        await self._change(changed, "model.shadow", actor=actor, reason=reason)
        return changed

    async def promote(
        self, version: str, *, actor: str, reason: str, gated: bool = True
    ) -> Pointer:
        """Put a version in force; the one it replaces is kept for going back.

        Promoting what is in force changes nothing. Ungated is for the operator's command line
        only and says so in the audit log. Raises ModelNotFoundError, ModelRefusedError,
        PromotionRefusedError, ModelChangedError.
        """
        pointer = await self.pointer()
        if version == pointer.version:
            return pointer
        await self.check(version)
        if gated:
            await self.require_better(version)
        changed = switched(pointer, version, at=self._clock.now(), by=actor, reason=reason)
        action = "model.promoted" if gated else "model.promoted_ungated"
        await self._change(changed, action, actor=actor, reason=reason)
        return changed

    async def rollback(self, *, actor: str, reason: str) -> Pointer:
        """Put the version before back in force. Needs no proof: it is the safe direction.

        Raises NothingToRollBackError, ModelRefusedError, ModelChangedError.
        """
        pointer = await self.pointer()
        if pointer.previous is None:
            raise NothingToRollBackError
        await self.check(pointer.previous)
        changed = switched(pointer, pointer.previous, at=self._clock.now(), by=actor, reason=reason)
        await self._change(changed, "model.rolled_back", actor=actor, reason=reason)
        return changed

    async def check(self, version: str) -> None:
        """Load a version as a process would. Raises ModelNotFoundError, ModelRefusedError."""
        await self.find(version)
        try:
            await asyncio.to_thread(self._stored().load, version)
        except ArtefactError as error:
            raise ModelRefusedError(error.detail) from error

    async def require_better(self, version: str) -> None:
        """Raise PromotionRefusedError unless the version won against the one in force."""
        reasons = self.refusals(await self.comparison(version))
        if reasons:
            raise PromotionRefusedError("; ".join(reasons), reasons=list(reasons))

    async def comparison(self, version: str) -> Comparison | None:
        """Return how a version did beside the one in force, when it ran in shadow."""
        pointer = await self.pointer()
        return await comparisons.find(self._db, champion=pointer.version, challenger=version)

    @staticmethod
    def refusals(found: Comparison | None) -> tuple[str, ...]:
        """Return every reason against promoting what was compared."""
        return promotion.refusals(found)

    async def _change(self, pointer: Pointer, action: str, *, actor: str, reason: str) -> None:
        async def work(tx: Transaction) -> None:
            await store(tx, pointer, action, actor=actor, reason=reason)

        await self._db.transaction(work)

    def _stored(self) -> ScorerSource:
        if self._source is None:
            raise ModelNotFoundError("this installation has no store of models")
        return self._source


def switched(pointer: Pointer, version: str, *, at: datetime, by: str, reason: str) -> Pointer:
    """Return the pointer with another version in force; a challenger that won is done.

    After going back there is nothing before: a second rollback must not bring the bad one back.
    """
    back = version == pointer.previous
    won = version == pointer.challenger
    return replace(
        pointer,
        version=version,
        previous=None if back else pointer.version,
        challenger=None if won else pointer.challenger,
        challenger_since=None if won else pointer.challenger_since,
        since=at,
        revision=pointer.revision + 1,
        by=by,
        reason=reason,
    )


async def store(tx: Transaction, pointer: Pointer, action: str, *, actor: str, reason: str) -> None:
    """Store a pointer with its audit row, in the caller's transaction. ModelChangedError."""
    try:
        stored = await pointers.replace(tx, pointer)
    except DuplicateKeyError as error:
        raise ModelChangedError from error
    if not stored:
        raise ModelChangedError
    tx.audit(
        action,
        actor=actor,
        object_id=f"fraud:{pointer.version}",
        reason=reason,
    )
