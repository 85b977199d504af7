"""The end of held and posted movements: released once, voided, expired, or reversed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.service import FraudService
from app.domains.ledger.errors import (
    InsufficientFundsError,
    JournalNotFoundError,
    JournalStateError,
)
from app.domains.ledger.events import MovementPosted, MovementVoided
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, JournalState, Leg
from app.domains.ledger.usecases.booking import Booking, in_words

EXPIRY_BATCH = 100


class Holds:
    """Each ending happens once: the state of the entry is the guard, in the same transaction."""

    def __init__(
        self, *, db: Database, clock: Clock, booking: Booking, fraud: FraudService
    ) -> None:
        self._db = db
        self._clock = clock
        self._booking = booking
        self._fraud = fraud

    async def release(self, journal_id: str, *, actor: str) -> Journal:
        """Book a held movement; releasing it twice books it once.

        Raises JournalNotFoundError, JournalStateError when it was voided meanwhile.
        """
        journal = await self._get(journal_id)
        if journal.state is JournalState.POSTED:
            return journal
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            if not await journals.advance(
                tx, journal_id, present=JournalState.HELD, to=JournalState.POSTED, at=now
            ):
                raise JournalStateError(state=journal.state.value)
            for leg in _debits(journal):
                await accounts.give_back(tx, leg)
            await journals.settle(tx, journal, at=now)
            tx.audit(f"{journal.kind.value}.released", actor=actor, object_id=journal_id)
            tx.publish(MovementPosted(journal_id))

        return await self._end(journal_id, JournalState.POSTED, work)

    async def void(self, journal_id: str, *, actor: str, why: str) -> Journal:
        """Free a held movement's money; voiding twice voids once.

        Raises JournalNotFoundError, JournalStateError when it was booked meanwhile.
        """
        journal = await self._get(journal_id)
        if journal.state is JournalState.VOIDED:
            return journal
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            if not await journals.advance(
                tx, journal_id, present=JournalState.HELD, to=JournalState.VOIDED, at=now
            ):
                raise JournalStateError(state=journal.state.value)
            for leg in _debits(journal):
                await accounts.give_back(tx, leg)
            # A case that nobody decided in time leaves the analysts' queue with the hold.
            await self._fraud.cases.end(tx, journal_id, at=now)
            tx.audit(f"{journal.kind.value}.voided", actor=actor, object_id=journal_id, reason=why)
            tx.publish(MovementVoided(journal_id))

        return await self._end(journal_id, JournalState.VOIDED, work)

    async def _end(
        self,
        journal_id: str,
        wanted: JournalState,
        work: Callable[[Transaction], Awaitable[None]],
    ) -> Journal:
        """Run an ending; when a neighbour brought about the same end first, that is the answer."""
        try:
            await self._db.transaction(work)
        except JournalStateError as error:
            present = await self._get(journal_id)
            if present.state is not wanted:
                raise JournalStateError(state=present.state.value) from error
        return await self._get(journal_id)

    async def expire(self) -> int:
        """Void the holds whose time is over; return how many."""
        overdue = await journals.overdue(self._db, now=self._clock.now(), limit=EXPIRY_BATCH)
        ended = 0
        for journal in overdue:
            try:
                await self.void(journal.journal_id, actor="system", why="expired")
            except JournalStateError:
                continue  # released at the last moment
            ended += 1
        return ended

    async def reverse(self, journal_id: str, *, actor: str, why: str) -> Journal:
        """Book the opposite of a posted movement: entries are never edited.

        Reversing twice reverses once. Raises JournalNotFoundError, JournalStateError,
        InsufficientFundsError when the money is gone.
        """
        journal = await self._get(journal_id)
        if journal.kind is JournalKind.REVERSAL:
            raise JournalStateError("a reversal is not reversed: make the movement again")
        reversal_id = entries.journal_id(journal.owner, f"reversal:{journal_id}")
        done = await journals.find(self._db, reversal_id)
        if done is not None:
            return done
        now = self._clock.now()
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
            details={"reverses": journal_id},
            at=now,
            expires_at=None,
        )
        opposite = replace(opposite, commitment=await self._booking.commitment(opposite))

        async def work(tx: Transaction) -> Journal:
            if not await journals.advance(
                tx, journal_id, present=JournalState.POSTED, to=JournalState.REVERSED, at=now
            ):
                raise JournalStateError(state=journal.state.value)
            await journals.insert(tx, opposite)
            await journals.settle(tx, opposite, at=now)
            tx.audit("movement.reversed", actor=actor, object_id=journal_id, reason=why)
            tx.seal(opposite.journal_id, opposite.commitment)
            tx.publish(MovementPosted(opposite.journal_id))
            return opposite

        try:
            return await self._db.transaction(work)
        except (JournalStateError, DuplicateKeyError):
            # Two people pressed the button at once: the second is shown the first one's entry.
            done = await journals.find(self._db, reversal_id)
            if done is None:
                raise
            return done
        except InsufficientFundsError as error:
            raise in_words(error, currency=journal.amount.currency) from error

    async def _get(self, journal_id: str) -> Journal:
        found = await journals.find(self._db, journal_id)
        if found is None:
            raise JournalNotFoundError
        return found


def _debits(journal: Journal) -> list[Leg]:
    return [leg for leg in entries.net(journal.legs) if leg.amount < 0]
