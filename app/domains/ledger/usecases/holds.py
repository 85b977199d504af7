"""The end of held movements: released once, voided or expired."""

from collections.abc import Awaitable, Callable

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.service import FraudService
from app.domains.ledger.errors import JournalNotFoundError, JournalStateError
from app.domains.ledger.events import MovementPosted, MovementVoided
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalState, Leg

EXPIRY_BATCH = 100


class Holds:
    """Each ending happens once: the state of the entry is the guard, in the same transaction."""

    def __init__(self, *, db: Database, clock: Clock, fraud: FraudService) -> None:
        self._db = db
        self._clock = clock
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

    async def _get(self, journal_id: str) -> Journal:
        found = await journals.find(self._db, journal_id)
        if found is None:
            raise JournalNotFoundError
        return found


def _debits(journal: Journal) -> list[Leg]:
    return [leg for leg in entries.net(journal.legs) if leg.amount < 0]
