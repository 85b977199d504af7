"""Cases in MongoDB: one a held payment, closed once."""

from datetime import datetime

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.repository.specs import CASES
from app.domains.fraud.types import CaseState, FraudCase, FraudReason, PaymentKind

QUEUE_LIMIT = 100


async def insert(store: Store, case: FraudCase) -> None:
    """Keep a new case. Raises DuplicateKeyError when the payment has one."""
    await store.insert_one(
        CASES,
        {
            "_id": case.case_id,
            "payment": case.payment_id,
            "user": case.user_id,
            "decision": case.decision_id,
            "state": case.state.value,
            "open": True,
            "amount": long(case.amount.amount_minor),
            "currency": case.amount.currency,
            "kind": case.kind.value,
            "loss": long(case.expected_loss_minor),
            "reasons": [
                {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
                for r in case.reasons
            ],
            "opened_at": case.opened_at,
            "decided_at": None,
            "analyst": None,
            "note": "",
        },
    )


async def close(
    store: Store, case_id: str, *, state: CaseState, analyst_id: str, note: str, at: datetime
) -> bool:
    """Close an open case; False when it was closed already."""
    changes = {"state": state.value, "analyst": analyst_id, "note": note, "decided_at": at}
    query = {"_id": case_id, "open": True}
    return await store.update_one(CASES, query, {"$set": changes, "$unset": {"open": ""}}) == 1


async def expire(store: Store, payment_id: str, *, at: datetime) -> None:
    """Close a payment's case if it is open still; it says nothing about fraud."""
    changes = {"$set": {"state": CaseState.EXPIRED.value, "decided_at": at}, "$unset": {"open": ""}}
    await store.update_one(CASES, {"payment": payment_id, "open": True}, changes)


async def find(store: Store, case_id: str) -> FraudCase | None:
    """Return a case by id."""
    row = await store.find_one(CASES, {"_id": case_id})
    return _case(row) if row else None


async def queue(store: Store) -> list[FraudCase]:
    """Return the open cases, the largest expected loss first, at most 100."""
    rows = await store.find_many(CASES, {"open": True}, sort=[("loss", -1)], limit=QUEUE_LIMIT)
    return [_case(row) for row in rows]


def _case(row: Document) -> FraudCase:
    return FraudCase(
        case_id=row["_id"],
        payment_id=row["payment"],
        user_id=row["user"],
        decision_id=row["decision"],
        state=CaseState(row["state"]),
        amount=Money(int(row["amount"]), row["currency"]),
        kind=PaymentKind(row["kind"]),
        expected_loss_minor=int(row["loss"]),
        reasons=tuple(
            FraudReason(r["code"], r["sentence"], r["contribution"]) for r in row["reasons"]
        ),
        opened_at=row["opened_at"],
        decided_at=row["decided_at"],
        analyst_id=row["analyst"],
        note=row["note"],
    )
