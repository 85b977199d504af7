"""Reading the books: accounts, postings, statements, receipts."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core import translog
from app.core.db import Database
from app.domains.ledger.errors import (
    AccountNotFoundError,
    JournalNotFoundError,
    PeriodTooLongError,
)
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import (
    Account,
    AccountKind,
    Holding,
    Journal,
    LedgerReport,
    Page,
    Receipt,
    ReceiptLeg,
    Statement,
    quantity,
)
from app.domains.ledger.usecases.booking import Booking
from app.domains.ledger.usecases.check import Check

PAGE = 50
STATEMENT_LIMIT = 1000


class Books:
    """Everything is read by owner and bounded range."""

    def __init__(self, *, db: Database, booking: Booking, log_key: Ed25519PublicKey) -> None:
        self._db = db
        self._booking = booking
        self._log_key = log_key

    async def accounts(self, user_id: str) -> list[Account]:
        """Return a person's accounts, money and holdings."""
        return await accounts.of_owner(self._db, user_id)

    async def account(self, user_id: str, account_id: str) -> Account:
        """Return one account of a person. Raises AccountNotFoundError, also for others'."""
        found = await accounts.find(self._db, account_id)
        if found is None or found.owner != user_id:
            raise AccountNotFoundError
        return found

    async def holdings(self, user_id: str) -> list[Holding]:
        """Return what a person owns of each instrument; nothing is not listed."""
        return [
            Holding(found.unit, quantity(found.balance))
            for found in await self.accounts(user_id)
            if found.kind is AccountKind.HOLDING and found.balance > 0
        ]

    async def page(self, user_id: str, account_id: str, *, before: int | None) -> Page:
        """Return up to 50 postings, the newest first, below a sequence number."""
        account = await self.account(user_id, account_id)
        through = account.version if before is None else min(before - 1, account.version)
        after = max(0, through - PAGE)
        found = await journals.lines(self._db, account_id, after=after, through=through)
        return Page(tuple(reversed(found)), after + 1 if after else None)

    async def statement(
        self, user_id: str, account_id: str, *, first: datetime, last: datetime
    ) -> Statement:
        """Return the postings of [first, last) with opening and closing balance.

        Raises AccountNotFoundError, PeriodTooLongError beyond 1,000 lines: a statement that
        leaves lines out would not add up.
        """
        account = await self.account(user_id, account_id)
        newest = account.version
        before = await journals.count_before(self._db, account_id, newest=newest, at=first)
        through = await journals.count_before(self._db, account_id, newest=newest, at=last)
        if last < first or through - before > STATEMENT_LIMIT:
            raise PeriodTooLongError(limit=STATEMENT_LIMIT)
        found = await journals.lines(
            self._db, account_id, after=max(0, before - 1), through=through
        )
        opening = found.pop(0).balance_after if before else 0
        closing = found[-1].balance_after if found else opening
        return Statement(account, first, last, opening, closing, tuple(found))

    async def movement(self, user_id: str, journal_id: str) -> Journal:
        """Return one movement of a person, also one that she received.

        Raises JournalNotFoundError.
        """
        found = await journals.find(self._db, journal_id)
        if found is None or not _is_party(found, user_id):
            raise JournalNotFoundError
        return found

    async def movements(self, user_id: str, journal_ids: set[str]) -> dict[str, Journal]:
        """Return a person's movements of these ids, at most 1,000; others' are left out."""
        if len(journal_ids) > STATEMENT_LIMIT:
            raise PeriodTooLongError(limit=STATEMENT_LIMIT)
        found = await journals.by_ids(self._db, journal_ids)
        return {one.journal_id: one for one in found if _is_party(one, user_id)}

    async def started(self, user_id: str, *, since: datetime) -> list[Journal]:
        """Return the newest movements that a person started since, held ones too, at most 50."""
        return await journals.started(self._db, user_id, since=since, limit=PAGE)

    async def receipt(self, user_id: str, journal_id: str) -> Receipt:
        """Return the proof of one movement for one of its parties. Raises JournalNotFoundError."""
        journal = await self.movement(user_id, journal_id)
        salts = await self._booking.salts(journal)
        hashes = await self._booking.leg_commitments(journal)
        legs = []
        for leg, salt, commitment in zip(journal.legs, salts, hashes, strict=True):
            mine = entries.owner_of(leg.account_id) == user_id
            legs.append(
                ReceiptLeg(
                    commitment=commitment.hex(),
                    salt=salt.hex() if mine else None,
                    account_id=leg.account_id if mine else None,
                    unit=leg.unit if mine else None,
                    amount=leg.amount if mine else None,
                )
            )
        place = await translog.place(self._db, "ledger", journal_id)
        head = place.head if place else None
        return Receipt(
            journal_id=journal_id,
            kind=journal.kind.value,
            at=journal.at,
            decision_id=journal.decision_id,
            legs=tuple(legs),
            commitment=journal.commitment,
            index=place.index if place else None,
            path=place.path if place else (),
            size=head.size if head else None,
            root=head.root if head else None,
            head_at=head.at if head else None,
            signature=head.signature if head else None,
            public_key=self._log_key.public_bytes_raw().hex(),
        )

    async def check(self) -> LedgerReport:
        """Check all books against themselves; may run beside payments."""
        return await Check(db=self._db, booking=self._booking).run()


def _is_party(journal: Journal, user_id: str) -> bool:
    return any(entries.owner_of(leg.account_id) == user_id for leg in journal.legs)
