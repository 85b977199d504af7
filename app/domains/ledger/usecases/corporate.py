"""Corporate actions in the books: every holder's shares or cash, posted once, balanced."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.errors import AccountClosedError, InsufficientFundsError
from app.domains.ledger.events import MovementPosted
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import corporate, entries
from app.domains.ledger.types import Account, Journal, JournalState
from app.domains.ledger.usecases.booking import Booking
from app.domains.market.action_types import DueAction

HOLDERS_AT_ONCE: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Booked:
    """How many holders an action was booked for now, and how many could not be."""

    holders: int
    refused: int


class Corporate:
    """Books splits, dividends and new names. Nobody is screened: nobody asked for anything."""

    def __init__(self, *, db: Database, clock: Clock, booking: Booking) -> None:
        self._db = db
        self._clock = clock
        self._booking = booking

    async def book(self, due: DueAction) -> Booked:
        """Book an action for everybody who held when its day began; twice is once."""
        done, refused, after = 0, 0, ""
        while True:
            holders = await accounts.holders(
                self._db, due.action.symbol, after=after, limit=HOLDERS_AT_ONCE
            )
            for holder in holders:
                try:
                    done += await self._book_one(due, holder)
                except (InsufficientFundsError, AccountClosedError) as error:
                    refused += 1
                    log.warning(
                        "action_refused",
                        action=due.action.action_id,
                        account=holder.account_id,
                        error=error.code,
                    )
            if len(holders) < HOLDERS_AT_ONCE:
                return Booked(done, refused)
            after = holders[-1].account_id

    async def _book_one(self, due: DueAction, holder: Account) -> bool:
        journal_id = entries.journal_id(holder.owner, due.key)
        if await journals.find(self._db, journal_id) is not None:
            return False
        entitled = await self._held_at(due, holder)
        legs = corporate.legs(due, holder.owner, entitled, journal_id)
        if not legs:
            return False
        journal = Journal(
            journal_id=journal_id,
            owner=holder.owner,
            kind=corporate.KINDS[due.action.kind],
            state=JournalState.POSTED,
            legs=legs,
            amount=Money(corporate.cash_of(legs, due.currency), due.currency),
            counterparty=due.action.symbol,
            memo=due.action.action_id,
            request_hash=sha256_hex(due.key.encode()),
            decision_id="",
            commitment="",
            details=corporate.details(due, entitled),
            at=self._clock.now(),
            expires_at=None,
        )
        journal = replace(journal, commitment=await self._booking.commitment(journal))
        holdings = {leg.account_id for leg in legs if leg.unit != due.currency}
        await accounts.ensure(self._db, {leg.account_id for leg in legs}, holdings=holdings)

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await journals.insert(tx, journal)
            await journals.settle(tx, journal, at=journal.at)
            tx.audit(
                f"{journal.kind.value}.posted", actor="corporate", object_id=journal.journal_id
            )
            tx.seal(journal.journal_id, journal.commitment)
            tx.publish(MovementPosted(journal.journal_id))

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            return False  # another worker booked it at this moment
        return True

    async def _held_at(self, due: DueAction, holder: Account) -> int:
        """Return what was held when the action's day began, in millionths."""
        before = await journals.count_before(
            self._db, holder.account_id, newest=holder.version, at=due.effective_at
        )
        if before == 0:
            return 0
        line = await journals.lines(self._db, holder.account_id, after=before - 1, through=before)
        return line[0].balance_after
