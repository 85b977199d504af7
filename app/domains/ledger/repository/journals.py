"""Journal entries and postings in MongoDB: written once, in the transaction of the movement."""

from datetime import datetime

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document, Store
from app.core.uow import Transaction
from app.domains.ledger.repository import accounts
from app.domains.ledger.repository.specs import JOURNAL, POSTINGS
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, JournalState, Leg, Posting


async def insert(store: Store, journal: Journal) -> None:
    """Keep an entry. Raises DuplicateKeyError when its key was used before."""
    document: Document = {
        "_id": journal.journal_id,
        "owner": journal.owner,
        "kind": journal.kind.value,
        "state": journal.state.value,
        "first_state": journal.state.value,
        "legs": [
            {"account": leg.account_id, "unit": leg.unit, "amount": long(leg.amount)}
            for leg in journal.legs
        ],
        "amount": long(journal.amount.amount_minor),
        "currency": journal.amount.currency,
        "counterparty": journal.counterparty,
        "memo": journal.memo,
        "request_hash": journal.request_hash,
        "decision_id": journal.decision_id,
        "commitment": journal.commitment,
        "details": dict(journal.details),
        "reasons": list(journal.reasons),
        "at": journal.at,
    }
    if journal.state is JournalState.HELD:
        document |= {"held": True, "expires_at": journal.expires_at}
    await store.insert_one(JOURNAL, document)


async def settle(
    tx: Transaction,
    journal: Journal,
    *,
    at: datetime,
    spending: accounts.Spending | None = None,
) -> None:
    """Move every account of an entry and append its postings.

    Raises InsufficientFundsError, DailyLimitError, AccountClosedError.
    """
    legs = [leg for leg in entries.net(journal.legs) if leg.amount]
    rows = await accounts.read(tx, legs)
    postings: list[Document] = []
    for leg in legs:
        before = rows[leg.account_id]
        await accounts.move(tx, before, leg, head=journal.commitment, at=at, spending=spending)
        seq = int(before["v"]) + 1
        postings.append(
            {
                "_id": posting_id(leg.account_id, seq),
                "account": leg.account_id,
                "seq": seq,
                "journal": journal.journal_id,
                "unit": leg.unit,
                "amount": long(leg.amount),
                "balance": long(int(before["balance"]) + leg.amount),
                "prev": before["head"],
                "kind": journal.kind.value,
                "decision_id": journal.decision_id,
                "counterparty": journal.counterparty,
                "at": max(at, before.get("last_at") or at),
            }
        )
    await tx.insert_many(POSTINGS, postings)


async def advance(
    store: Store, journal_id: str, *, present: JournalState, to: JournalState, at: datetime
) -> bool:
    """Change an entry's state from `present`; False when it is not there any more."""
    update: Document = {"$set": {"state": to.value, "state_at": at}}
    if present is JournalState.HELD:
        update["$unset"] = {"held": ""}
    query = {"_id": journal_id, "state": present.value}
    return await store.update_one(JOURNAL, query, update) == 1


async def find(
    store: Store, journal_id: str, *, owner: str | None = None, first_answer: bool = False
) -> Journal | None:
    """Return an entry; `first_answer` shows the state it had when it was made."""
    query: Document = {"_id": journal_id}
    if owner is not None:
        query["owner"] = owner
    row = await store.find_one(JOURNAL, query)
    return journal_of(row, first_answer=first_answer) if row else None


async def of_owner(store: Store, owner: str, *, limit: int) -> list[Journal]:
    """Return a person's own entries in order of time, at most `limit`."""
    rows = await store.find_many(JOURNAL, {"owner": owner}, sort=[("at", 1)], limit=limit)
    return [journal_of(row) for row in rows]


async def started(store: Store, owner: str, *, since: datetime, limit: int) -> list[Journal]:
    """Return a person's own entries since a time, the newest first."""
    query: Document = {"owner": owner, "at": {"$gte": since}}
    rows = await store.find_many(JOURNAL, query, sort=[("at", -1)], limit=limit)
    return [journal_of(row) for row in rows]


async def by_ids(store: Store, journal_ids: set[str]) -> list[Journal]:
    """Return entries by id; one that is not there is left out."""
    if not journal_ids:
        return []
    rows = await store.find_many(
        JOURNAL, {"_id": {"$in": sorted(journal_ids)}}, limit=len(journal_ids)
    )
    return [journal_of(row) for row in rows]


async def overdue(store: Store, *, now: datetime, limit: int) -> list[Journal]:
    """Return held entries whose time is over."""
    query: Document = {"held": True, "expires_at": {"$lte": now}}
    return [journal_of(row) for row in await store.find_many(JOURNAL, query, limit=limit)]


def journal_of(row: Document, *, first_answer: bool = False) -> Journal:
    """Return the entry of a stored document."""
    state = JournalState(row["first_state" if first_answer else "state"])
    return Journal(
        journal_id=row["_id"],
        owner=row["owner"],
        kind=JournalKind(row["kind"]),
        state=state,
        legs=tuple(Leg(x["account"], x["unit"], int(x["amount"])) for x in row["legs"]),
        amount=Money(int(row["amount"]), row["currency"]),
        counterparty=row["counterparty"],
        memo=row["memo"],
        request_hash=row["request_hash"],
        decision_id=row["decision_id"],
        commitment=row["commitment"],
        details=row["details"],
        at=row["at"],
        expires_at=row.get("expires_at") if state is JournalState.HELD else None,
        reasons=tuple(row["reasons"]),
        replayed=first_answer,
    )


def posting_id(account_id: str, seq: int) -> str:
    """Return the id of a posting: ids sort as the account's postings do."""
    return f"{account_id}:{seq:012d}"


async def lines(store: Store, account_id: str, *, after: int, through: int) -> list[Posting]:
    """Return the postings with `after` < seq <= `through`, in order: a bounded range."""
    if through <= after:
        return []
    low, high = posting_id(account_id, after), posting_id(account_id, through)
    rows = await store.find_many(
        POSTINGS, {"_id": {"$gt": low, "$lte": high}}, sort=[("_id", 1)], limit=through - after
    )
    return [posting_of(row) for row in rows]


async def count_before(store: Store, account_id: str, *, newest: int, at: datetime) -> int:
    """Return how many of an account's postings are older than a moment.

    Postings are in order of time, so it halves the range with point reads: 20 for a million.
    """
    low, high = 0, newest
    while low < high:
        middle = (low + high + 1) // 2
        row = await store.find_one(
            POSTINGS, {"_id": posting_id(account_id, middle)}, projection={"at": 1}
        )
        if row is not None and row["at"] < at:
            low = middle
        else:
            high = middle - 1
    return low


def posting_of(row: Document) -> Posting:
    """Return the posting of a stored document."""
    return Posting(
        account_id=row["account"],
        seq=row["seq"],
        journal_id=row["journal"],
        unit=row["unit"],
        amount=int(row["amount"]),
        balance_after=int(row["balance"]),
        prev=row["prev"],
        kind=JournalKind(row["kind"]),
        decision_id=row["decision_id"],
        counterparty=row["counterparty"],
        at=row["at"],
    )
