"""Journal entries and postings in MongoDB: written once, in the transaction of the movement."""

from datetime import datetime

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document, Store
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


async def settle(store: Store, journal: Journal, *, at: datetime) -> None:
    """Move every account of an entry and append its postings. Raises InsufficientFundsError."""
    legs = entries.net(journal.legs)
    postings: list[Document] = []
    for leg in legs:
        if leg.amount == 0:
            continue
        before = await accounts.move(store, leg, head=journal.commitment)
        seq = int(before["v"]) + 1
        postings.append(
            {
                "_id": f"{leg.account_id}:{seq:012d}",
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
                "at": at,
            }
        )
    await store.insert_many(POSTINGS, postings)


async def advance(
    store: Store, journal_id: str, *, present: JournalState, to: JournalState, at: datetime
) -> bool:
    """Change an entry's state from `present`; False when it is not there any more."""
    update: Document = {"$set": {"state": to.value, "state_at": at}}
    if present is JournalState.HELD:
        update["$unset"] = {"held": "", "expires_at": ""}
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


async def overdue(store: Store, *, now: datetime, limit: int) -> list[Journal]:
    """Return held entries whose time is over."""
    query: Document = {"held": True, "expires_at": {"$lte": now}}
    return [journal_of(row) for row in await store.find_many(JOURNAL, query, limit=limit)]


def journal_of(row: Document, *, first_answer: bool = False) -> Journal:
    """Return the entry of a stored document."""
    return Journal(
        journal_id=row["_id"],
        owner=row["owner"],
        kind=JournalKind(row["kind"]),
        state=JournalState(row["first_state" if first_answer else "state"]),
        legs=tuple(Leg(x["account"], x["unit"], int(x["amount"])) for x in row["legs"]),
        amount=Money(int(row["amount"]), row["currency"]),
        counterparty=row["counterparty"],
        memo=row["memo"],
        request_hash=row["request_hash"],
        decision_id=row["decision_id"],
        commitment=row["commitment"],
        details=row["details"],
        at=row["at"],
        expires_at=row.get("expires_at"),
        reasons=tuple(row["reasons"]),
        replayed=first_answer,
    )


async def page(
    store: Store, account_id: str, *, before: int | None, limit: int, newest: int
) -> list[Posting]:
    """Return postings below a sequence number, the newest first: a bounded range, never a scan."""
    top = newest + 1 if before is None else min(before, newest + 1)
    query = {"account": account_id, "seq": {"$lt": top, "$gte": top - limit}}
    rows = await store.find_many(POSTINGS, query, sort=[("seq", -1)], limit=limit)
    return [posting_of(row) for row in rows]


async def between(
    store: Store, account_id: str, *, first: datetime, last: datetime, limit: int
) -> list[Posting]:
    """Return postings of a period in order."""
    query = {"account": account_id, "at": {"$gte": first, "$lt": last}}
    rows = await store.find_many(POSTINGS, query, sort=[("seq", 1)], limit=limit)
    return [posting_of(row) for row in rows]


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
