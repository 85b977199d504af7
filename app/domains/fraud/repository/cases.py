"""Cases in MongoDB: one a held payment or ring, locked by one person, closed once."""

from datetime import datetime, timedelta

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.case_types import (
    OPEN_STATES,
    CaseKind,
    CaseLink,
    CaseLock,
    CaseState,
    CustomerAnswer,
    FraudCase,
    LinkTarget,
    Proposal,
    QueueQuery,
)
from app.domains.fraud.repository.specs import CASES
from app.domains.fraud.types import FraudReason, PaymentKind

OPEN_VALUES = sorted(state.value for state in OPEN_STATES)
CLOSED_SHOWN = timedelta(days=90)
LEARNT_FROM = timedelta(days=180)
NEIGHBOURS_READ = 500
OLD_DUE = timedelta(hours=24)


async def insert(store: Store, case: FraudCase) -> None:
    """Keep a new case. Raises DuplicateKeyError when the payment has one."""
    await store.insert_one(CASES, _document(case))


def _document(case: FraudCase) -> Document:
    document: Document = {
        "_id": case.case_id,
        "case_kind": case.kind.value,
        "payment": case.payment_id,
        "user": case.user_id,
        "payee": case.payee_id,
        "decision": case.decision_id,
        "state": case.state.value,
        "open": True,
        "amount": long(case.amount.amount_minor),
        "currency": case.amount.currency,
        "kind": case.payment_kind.value if case.payment_kind else None,
        "probability": case.probability,
        "loss": long(case.expected_loss_minor),
        "reasons": [
            {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
            for r in case.reasons
        ],
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "decided_at": None,
        "analyst": None,
        "note": "",
        "lock": None,
        "proposal": None,
        "answer": case.customer_answer.value if case.customer_answer else None,
        "answered_at": case.customer_answered_at,
        "escalated": case.escalated,
        "links": [],
        "vector": list(case.vector),
        "review_at": case.review_asked_at,
    }
    if case.kind is CaseKind.RING:
        document |= {"ring": True, "members": list(case.members)}
    return document


async def find(store: Store, case_id: str) -> FraudCase | None:
    """Return a case by id."""
    row = await store.find_one(CASES, {"_id": case_id})
    return _case(row) if row else None


async def of_payment(store: Store, payment_id: str) -> FraudCase | None:
    """Return the case of a payment, open or closed."""
    row = await store.find_one(CASES, {"payment": payment_id})
    return _case(row) if row else None


async def lock(store: Store, case_id: str, held: CaseLock | None) -> None:
    """Set or lift the lock of a case that was read in this transaction."""
    await store.update_one(CASES, {"_id": case_id}, {"$set": {"lock": _lock_document(held)}})


async def change(store: Store, case_id: str, changes: Document) -> None:
    """Set fields of an open case that was read in this transaction."""
    await store.update_one(CASES, {"_id": case_id, "open": True}, {"$set": changes})


async def add_link(store: Store, case_id: str, link: CaseLink) -> None:
    """Tie something to a case."""
    document = {
        "target": link.target.value, "ref": link.ref, "why": link.why, "by": link.by, "at": link.at
    }  # fmt: skip
    await store.update_one(CASES, {"_id": case_id}, {"$push": {"links": document}})


async def propose(store: Store, case_id: str, proposal: Proposal | None) -> None:
    """Keep a proposed release, or take it back; either way the lock is lifted."""
    state = CaseState.AWAITING_SECOND if proposal else CaseState.OPEN
    document = (
        {"analyst": proposal.analyst_id, "note": proposal.note, "at": proposal.at}
        if proposal
        else None
    )
    await change(store, case_id, {"state": state.value, "proposal": document, "lock": None})


async def close(  # noqa: PLR0913 - the columns of a decision, all by name
    store: Store,
    case_id: str,
    *,
    state: CaseState,
    analyst_id: str | None,
    second_id: str | None,
    note: str,
    at: datetime,
) -> bool:
    """Close an open case; False when it was closed already."""
    changes = {
        "state": state.value, "analyst": analyst_id, "second": second_id, "note": note,
        "decided_at": at, "lock": None,
    }  # fmt: skip
    query = {"_id": case_id, "open": True}
    return await store.update_one(CASES, query, {"$set": changes, "$unset": {"open": ""}}) == 1


async def expire(store: Store, payment_id: str, *, at: datetime) -> bool:
    """Close a payment's case if it is open still; it says nothing about fraud."""
    changes = {"state": CaseState.EXPIRED.value, "decided_at": at, "lock": None}
    query = {"payment": payment_id, "open": True}
    return await store.update_one(CASES, query, {"$set": changes, "$unset": {"open": ""}}) == 1


async def mark_denied(
    store: Store, case_id: str, *, loss_minor: int, at: datetime, due_at: datetime
) -> None:
    """Put a case (back) before the analysts with the customer's denial: first in line."""
    changes = {
        "answer": CustomerAnswer.NO.value, "answered_at": at, "state": CaseState.OPEN.value,
        "open": True, "loss": long(loss_minor), "proposal": None, "decided_at": None,
        "escalated": True, "due_at": due_at,
    }  # fmt: skip
    await store.update_one(CASES, {"_id": case_id}, {"$set": changes})


async def page(store: Store, query: QueueQuery, *, now: datetime) -> list[FraudCase]:
    """Return cases by expected loss, the largest first; closed ones of the last 90 days."""
    wanted = {state for state in query.states if state in OPEN_STATES}
    where: Document = {"state": {"$in": sorted(state.value for state in query.states)}}
    if wanted == query.states:
        where["open"] = True
    else:
        where["opened_at"] = {"$gt": now - CLOSED_SHOWN}
    if query.kind is not None:
        where["case_kind"] = query.kind.value
    if query.mine is not None:
        where |= {"lock.by": query.mine, "lock.until": {"$gt": now}}
    if query.breached:
        where |= {"open": True, "due_at": {"$lte": now}}
    if query.after is not None:
        loss, _, case_id = query.after.partition(".")
        where["$or"] = [
            {"loss": {"$lt": int(loss)}},
            {"loss": int(loss), "_id": {"$gt": case_id}},
        ]
    order = [("loss", -1), ("_id", 1)]
    rows = await store.find_many(CASES, where, sort=order, limit=query.limit)
    return [_case(row) for row in rows]


async def decided(store: Store, *, now: datetime) -> list[FraudCase]:
    """Return the 500 newest cases that a person decided, for comparison."""
    states = [CaseState.RELEASED.value, CaseState.REJECTED.value]
    where = {"decided_at": {"$gt": now - LEARNT_FROM}, "state": {"$in": states}}
    rows = await store.find_many(CASES, where, sort=[("decided_at", -1)], limit=NEIGHBOURS_READ)
    return [_case(row) for row in rows]


async def open_counts(store: Store, user_ids: list[str], *, limit: int) -> dict[str, int]:
    """Return how many open cases some customers have; nobody is left out below `limit`."""
    where = {"user": {"$in": user_ids}, "open": True}
    rows = await store.find_many(CASES, where, limit=limit, projection={"user": 1})
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["user"]] = counts.get(row["user"], 0) + 1
    return counts


async def rings_of(
    store: Store, members: list[str], *, since: datetime, limit: int
) -> list[FraudCase]:
    """Return ring cases that share a member, open or opened after `since`; the oldest first."""
    where = {"ring": True, "members": {"$in": members}, "opened_at": {"$gt": since}}
    rows = await store.find_many(CASES, where, sort=[("opened_at", 1)], limit=limit)
    return [_case(row) for row in rows]


async def note_review(store: Store, case_id: str, *, at: datetime) -> None:
    """Note that the customer asked for a person."""
    await store.update_one(CASES, {"_id": case_id}, {"$set": {"review_at": at}})


async def reopen_for_review(store: Store, case_id: str, *, due_at: datetime) -> None:
    """Put a closed case before the analysts again, as a review: nothing is held by it."""
    changes = {
        "case_kind": CaseKind.REVIEW.value, "state": CaseState.OPEN.value, "open": True,
        "due_at": due_at, "decided_at": None, "analyst": None, "second": None, "note": "",
        "proposal": None, "lock": None,
    }  # fmt: skip
    await store.update_one(CASES, {"_id": case_id}, {"$set": changes})


async def become_held(store: Store, case_id: str, held: FraudCase) -> None:
    """Make a payment's earlier case the case of its hold; what was said in it stays."""
    fresh = _document(held)
    kept = (
        "_id",
        "payment",
        "user",
        "answer",
        "answered_at",
        "links",
        "review_at",
        "opened_at",
        "lock",
        "escalated",
    )
    changes = {name: value for name, value in fresh.items() if name not in kept}
    await store.update_one(CASES, {"_id": case_id}, {"$set": changes})


def _lock_document(held: CaseLock | None) -> Document | None:
    if held is None:
        return None
    return {"by": held.analyst_id, "at": held.claimed_at, "until": held.until}


def _case(row: Document) -> FraudCase:
    """Return the case of a row; rows from before locks and deadlines lack their fields."""
    held, proposal, answer = row.get("lock"), row.get("proposal"), row.get("answer")
    return FraudCase(
        case_id=row["_id"],
        kind=CaseKind(row.get("case_kind", CaseKind.PAYMENT.value)),
        payment_id=row["payment"],
        user_id=row["user"],
        payee_id=row.get("payee", ""),
        decision_id=row["decision"],
        state=CaseState(row["state"]),
        amount=Money(int(row["amount"]), row["currency"]),
        payment_kind=PaymentKind(row["kind"]) if row["kind"] else None,
        probability=row.get("probability"),
        expected_loss_minor=int(row["loss"]),
        reasons=tuple(
            FraudReason(r["code"], r["sentence"], r["contribution"]) for r in row["reasons"]
        ),
        opened_at=row["opened_at"],
        due_at=row.get("due_at") or row["opened_at"] + OLD_DUE,
        decided_at=row["decided_at"],
        analyst_id=row["analyst"],
        second_id=row.get("second"),
        note=row["note"],
        lock=CaseLock(held["by"], held["at"], held["until"]) if held else None,
        proposal=Proposal(proposal["analyst"], proposal["note"], proposal["at"])
        if proposal
        else None,
        customer_answer=CustomerAnswer(answer) if answer else None,
        customer_answered_at=row.get("answered_at"),
        escalated=bool(row.get("escalated")),
        links=tuple(
            CaseLink(LinkTarget(x["target"]), x["ref"], x["why"], x["by"], x["at"])
            for x in row.get("links", [])
        ),
        members=tuple(row.get("members", ())),
        vector=tuple(row.get("vector", ())),
        review_asked_at=row.get("review_at"),
    )
