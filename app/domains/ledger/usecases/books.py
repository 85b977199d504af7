"""Reading the books: accounts, postings, statements, receipts, and whether all of it is right."""

from collections import defaultdict
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core import translog
from app.core.db import Database
from app.core.store import Document
from app.domains.ledger.errors import AccountNotFoundError, JournalNotFoundError
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.repository.specs import ACCOUNTS, JOURNAL, POSTINGS
from app.domains.ledger.types import (
    Account,
    AccountKind,
    Finding,
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

PAGE = 50
STATEMENT_LIMIT = 1000
CHECK_BATCH = 500


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
        found = await journals.page(
            self._db, account_id, before=before, limit=PAGE, newest=account.version
        )
        more = found and found[-1].seq > 1
        return Page(tuple(found), found[-1].seq if more else None)

    async def statement(
        self, user_id: str, account_id: str, *, first: datetime, last: datetime
    ) -> Statement:
        """Return a period's postings with opening and closing balance, at most 1,000 lines."""
        account = await self.account(user_id, account_id)
        found = await journals.between(
            self._db, account_id, first=first, last=last, limit=STATEMENT_LIMIT
        )
        opening = found[0].balance_after - found[0].amount if found else account.balance
        closing = found[-1].balance_after if found else account.balance
        return Statement(account, first, last, opening, closing, tuple(found))

    async def movement(self, user_id: str, journal_id: str) -> Journal:
        """Return one movement of a person, also one that she received.

        Raises JournalNotFoundError.
        """
        found = await journals.find(self._db, journal_id)
        if found is None or not _is_party(found, user_id):
            raise JournalNotFoundError
        return found

    async def receipt(self, user_id: str, journal_id: str) -> Receipt:
        """Return the proof of one movement for one of its parties. Raises JournalNotFoundError."""
        journal = await self.movement(user_id, journal_id)
        salts = await self._booking.salts(journal)
        hashes = await self._booking.leg_commitments(journal)
        legs = []
        for leg, salt, commitment in zip(journal.legs, salts, hashes, strict=True):
            mine = leg.account_id.rpartition(".")[0] == user_id
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
        """Check every account against its postings, and all units against zero.

        Walks by id in batches: for the nightly check and `finnami db check`, not for requests.
        """
        findings: list[Finding] = []
        totals: dict[str, int] = defaultdict(int)
        seen_accounts = seen_postings = 0
        last = ""
        while True:
            rows = await self._db.find_many(
                ACCOUNTS, {"_id": {"$gt": last}}, sort=[("_id", 1)], limit=CHECK_BATCH
            )
            for row in rows:
                seen_accounts += 1
                totals[row["unit"]] += int(row["balance"])
                seen_postings += await self._check_account(row, findings)
            if len(rows) < CHECK_BATCH:
                break
            last = rows[-1]["_id"]
        findings += [
            Finding(f"unit {unit}", f"all balances together are {total}, not 0")
            for unit, total in sorted(totals.items())
            if total
        ]
        seen_journals = await self._check_journals(findings)
        return LedgerReport(seen_accounts, seen_postings, seen_journals, tuple(findings))

    async def _check_account(self, row: Document, findings: list[Finding]) -> int:
        """Compare one account with its chain of postings; return how many there were."""
        balance, prev, seq = 0, accounts.GENESIS, 0
        name = f"account {row['_id']}"
        while True:
            query = {"account": row["_id"], "seq": {"$gt": seq, "$lte": seq + CHECK_BATCH}}
            batch = await self._db.find_many(POSTINGS, query, sort=[("seq", 1)], limit=CHECK_BATCH)
            for posting in batch:
                seq += 1
                balance += int(posting["amount"])
                problem = _posting_problem(posting, seq=seq, balance=balance, prev=prev)
                if problem:
                    findings.append(Finding(f"posting {posting['_id']}", problem))
                    return seq
                journal = await self._db.find_one(
                    JOURNAL, {"_id": posting["journal"]}, projection={"commitment": 1}
                )
                prev = journal["commitment"] if journal else ""
            if len(batch) < CHECK_BATCH:
                break
        if int(row["balance"]) != balance:
            findings.append(Finding(name, f"balance {row['balance']}, postings say {balance}"))
        if int(row["v"]) != seq:
            findings.append(Finding(name, f"{row['v']} movements counted, {seq} postings found"))
        if row["head"] != prev:
            findings.append(Finding(name, "the chain's head is not the last posting's entry"))
        if int(row["balance"]) - int(row["held"]) != int(row["available"]):
            findings.append(Finding(name, "balance less held is not what is available"))
        return seq

    async def _check_journals(self, findings: list[Finding]) -> int:
        """Recompute each sealed entry's commitment from its legs."""
        seen, last = 0, ""
        while True:
            rows = await self._db.find_many(
                JOURNAL, {"_id": {"$gt": last}}, sort=[("_id", 1)], limit=CHECK_BATCH
            )
            for row in rows:
                seen += 1
                journal = journals.journal_of(row)
                if await self._booking.commitment(journal) != journal.commitment:
                    findings.append(
                        Finding(f"journal {journal.journal_id}", "legs differ from the sealed ones")
                    )
            if len(rows) < CHECK_BATCH:
                return seen
            last = rows[-1]["_id"]


def _is_party(journal: Journal, user_id: str) -> bool:
    return any(leg.account_id.rpartition(".")[0] == user_id for leg in journal.legs)


def _posting_problem(posting: Document, *, seq: int, balance: int, prev: str) -> str | None:
    if posting["seq"] != seq:
        return f"number {posting['seq']} stands where {seq} belongs"
    if int(posting["balance"]) != balance:
        return f"balance {posting['balance']} written, {balance} summed"
    if posting["prev"] != prev:
        return "the link to the posting before it is broken"
    return None
