"""Mistakes are not edited: staff books the opposite of a posted movement, once, with a reason."""

from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.identity.errors import OwnAccountError
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction
from app.domains.ledger.errors import (
    InsufficientFundsError,
    JournalNotFoundError,
    JournalStateError,
)
from app.domains.ledger.events import MovementPosted
from app.domains.ledger.repository import journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, JournalState, Leg
from app.domains.ledger.usecases.booking import Booking, in_words


class Reversals:
    """The reversal's id follows from the movement's, so that there is at most one."""

    def __init__(
        self, *, db: Database, clock: Clock, booking: Booking, identity: IdentityService
    ) -> None:
        self._db = db
        self._clock = clock
        self._booking = booking
        self._identity = identity

    async def reverse(
        self, caller: Caller, journal_id: str, *, why: str, grant: str | None
    ) -> Journal:
        """Book the opposite of a posted movement; reversing twice reverses once.

        Needs a step-up for REVERSAL with `movement_id`. Raises JournalNotFoundError,
        OwnAccountError for a party to the movement, JournalStateError, StepUpRequiredError,
        InsufficientFundsError when the money is gone.
        """
        journal = await journals.find(self._db, journal_id)
        if journal is None:
            raise JournalNotFoundError
        if caller.user_id in {entries.owner_of(leg.account_id) for leg in journal.legs}:
            raise OwnAccountError
        if journal.kind is JournalKind.REVERSAL:
            raise JournalStateError("a reversal is not reversed: make the movement again")
        opposite = await self._opposite(journal, why=why)
        done = await journals.find(self._db, opposite.journal_id)
        if done is not None:
            return done

        async def work(tx: Transaction) -> Journal:
            if not await journals.advance(
                tx,
                journal_id,
                present=JournalState.POSTED,
                to=JournalState.REVERSED,
                at=opposite.at,
            ):
                raise JournalStateError(state=journal.state.value)
            await self._identity.consume_step_up(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.REVERSAL,
                params={"movement_id": journal_id},
            )
            await journals.insert(tx, opposite)
            await journals.settle(tx, opposite, at=opposite.at)
            tx.audit("movement.reversed", actor=caller.user_id, object_id=journal_id, reason=why)
            tx.seal(opposite.journal_id, opposite.commitment)
            tx.publish(MovementPosted(opposite.journal_id))
            return opposite

        try:
            return await self._db.transaction(work)
        except (JournalStateError, DuplicateKeyError):
            # Two people pressed the button at once: the second is shown the first one's entry.
            done = await journals.find(self._db, opposite.journal_id)
            if done is None:
                raise
            return done
        except InsufficientFundsError as error:
            raise in_words(error, currency=journal.amount.currency) from error

    async def _opposite(self, journal: Journal, *, why: str) -> Journal:
        reversal_id = entries.journal_id(journal.owner, f"reversal:{journal.journal_id}")
        opposite = Journal(
            journal_id=reversal_id,
            owner=journal.owner,
            kind=JournalKind.REVERSAL,
            state=JournalState.POSTED,
            legs=tuple(Leg(leg.account_id, leg.unit, -leg.amount) for leg in journal.legs),
            amount=journal.amount,
            counterparty=journal.counterparty,
            memo=why,
            request_hash=sha256_hex(reversal_id.encode()),
            decision_id=journal.decision_id,
            commitment="",
            details={"reverses": journal.journal_id},
            at=self._clock.now(),
            expires_at=None,
        )
        return replace(opposite, commitment=await self._booking.commitment(opposite))
