"""Whether the books are right: balances, chains, entries and reservations, each against another."""

from collections import Counter, defaultdict

from app.core.db import Database
from app.core.store import Document
from app.core.uow import Transaction
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.repository.specs import ACCOUNTS, JOURNAL, POSTINGS
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Finding, Journal, JournalState, LedgerReport
from app.domains.ledger.usecases.booking import Booking

BATCH = 500
SNAPSHOT_TIMEOUT_S = 60.0
_BOOKED = frozenset({JournalState.POSTED, JournalState.REVERSED})


class Check:
    """Walks all books by id, in batches: for the nightly check and `finnami db check`.

    It may run beside payments: sums are taken in one snapshot, and an account is compared with
    exactly the postings it counts, because postings are only ever appended.
    """

    def __init__(self, *, db: Database, booking: Booking) -> None:
        self._db = db
        self._booking = booking
        self._findings: list[Finding] = []
        self._lines: Counter[str] = Counter()

    async def run(self) -> LedgerReport:
        """Return what was looked at and every row that is wrong, by name."""
        await self._check_sums()
        seen_accounts = seen_postings = 0
        last = ""
        while rows := await self._next(ACCOUNTS, last):
            for row in rows:
                seen_accounts += 1
                seen_postings += await self._check_account(row)
            last = rows[-1]["_id"]
        seen_journals = await self._check_journals()
        return LedgerReport(seen_accounts, seen_postings, seen_journals, tuple(self._findings))

    def _wrong(self, row: str, problem: str) -> None:
        self._findings.append(Finding(row, problem))

    async def _next(self, collection: str, last: str) -> list[Document]:
        return await self._db.find_many(
            collection, {"_id": {"$gt": last}}, sort=[("_id", 1)], limit=BATCH
        )

    async def _check_sums(self) -> None:
        """Every unit sums to zero, and what is held is what held entries reserve."""

        async def work(tx: Transaction) -> tuple[dict[str, int], dict[str, int]]:
            totals: dict[str, int] = defaultdict(int)
            held: dict[str, int] = defaultdict(int)
            for row in await _all(tx, ACCOUNTS, {}):
                totals[row["unit"]] += int(row["balance"])
                held[row["_id"]] += int(row["held"])
            for row in await _all(tx, JOURNAL, {"held": True}):
                for leg in entries.net(journals.journal_of(row).legs):
                    held[leg.account_id] += min(0, leg.amount)
            return totals, held

        totals, held = await self._db.transaction(work, timeout_s=SNAPSHOT_TIMEOUT_S)
        for unit, total in sorted(totals.items()):
            if total:
                self._wrong(f"unit {unit}", f"all balances together are {total}, not 0")
        for account_id, difference in sorted(held.items()):
            if difference:
                self._wrong(f"account {account_id}", f"{difference} is held for no held entry")

    async def _check_account(self, row: Document) -> int:
        """Compare one account with the chain of its postings; return how many there were."""
        account_id, version = row["_id"], int(row["v"])
        name = f"account {account_id}"
        balance, prev, seq = 0, accounts.GENESIS, 0
        while seq < version:
            through = min(seq + BATCH, version)
            batch = await self._postings(account_id, after=seq, through=through)
            owners = await self._journals({posting["journal"] for posting in batch})
            for posting in batch:
                seq += 1
                balance += int(posting["amount"])
                journal = owners.get(posting["journal"])
                problem = _posting_problem(posting, journal, seq=seq, balance=balance, prev=prev)
                if problem or journal is None:
                    self._wrong(f"posting {posting['_id']}", problem or "it belongs to no entry")
                    return seq
                self._lines[posting["journal"]] += 1
                prev = journal.commitment
            if seq < through:
                self._wrong(f"posting {journals.posting_id(account_id, seq + 1)}", "it is missing")
                return seq
        if int(row["balance"]) != balance:
            self._wrong(name, f"balance {row['balance']}, postings say {balance}")
        if row["head"] != prev:
            self._wrong(name, "the chain's head is not the last posting's entry")
        if int(row["balance"]) - int(row["held"]) != int(row["available"]):
            self._wrong(name, "balance less held is not what is available")
        if int(row["available"]) < 0 and not row["overdraft"]:
            self._wrong(name, "more was spent than there was")
        return seq

    async def _postings(self, account_id: str, *, after: int, through: int) -> list[Document]:
        low, high = (journals.posting_id(account_id, seq) for seq in (after, through))
        query = {"_id": {"$gt": low, "$lte": high}}
        return await self._db.find_many(POSTINGS, query, sort=[("_id", 1)], limit=BATCH)

    async def _journals(self, ids: set[str]) -> dict[str, Journal]:
        rows = await self._db.find_many(JOURNAL, {"_id": {"$in": sorted(ids)}}, limit=BATCH)
        return {row["_id"]: journals.journal_of(row) for row in rows}

    async def _check_journals(self) -> int:
        """Recompute each sealed entry from its legs, and find the posting of every leg."""
        seen, last = 0, ""
        while rows := await self._next(JOURNAL, last):
            for row in rows:
                seen += 1
                journal = journals.journal_of(row)
                name = f"journal {journal.journal_id}"
                if await self._booking.commitment(journal) != journal.commitment:
                    self._wrong(name, "legs differ from the sealed ones")
                if self._lines[journal.journal_id] != _lines_of(journal):
                    await self._recount(name, journal)
            last = rows[-1]["_id"]
        return seen

    async def _recount(self, name: str, journal: Journal) -> None:
        """Look again, leg by leg: the entry may be younger than the walk over the accounts."""
        found = 0
        for leg in entries.net(journal.legs):
            query = {"account": leg.account_id, "journal": journal.journal_id}
            found += await self._db.find_one(POSTINGS, query, projection={"_id": 1}) is not None
        if found != _lines_of(journal):
            self._wrong(name, f"{found} postings, {_lines_of(journal)} belong to it")


async def _all(tx: Transaction, collection: str, query: Document) -> list[Document]:
    """Return all matching rows of one snapshot, read in batches by id."""
    found: list[Document] = []
    while rows := await tx.find_many(
        collection,
        {**query, "_id": {"$gt": found[-1]["_id"] if found else ""}},
        sort=[("_id", 1)],
        limit=BATCH,
    ):
        found += rows
    return found


def _lines_of(journal: Journal) -> int:
    if journal.state not in _BOOKED:
        return 0
    return sum(1 for leg in entries.net(journal.legs) if leg.amount)


def _posting_problem(
    posting: Document, journal: Journal | None, *, seq: int, balance: int, prev: str
) -> str | None:
    if posting["seq"] != seq or posting["_id"] != journals.posting_id(posting["account"], seq):
        return f"number {posting['seq']} stands where {seq} belongs"
    if int(posting["balance"]) != balance:
        return f"balance {posting['balance']} written, {balance} summed"
    if posting["prev"] != prev:
        return "the link to the posting before it is broken"
    if journal is None:
        return "it belongs to no entry"
    legs = {leg.account_id: leg.amount for leg in entries.net(journal.legs)}
    if legs.get(posting["account"]) != int(posting["amount"]):
        return f"amount {posting['amount']}, its entry says {legs.get(posting['account'])}"
    return None
