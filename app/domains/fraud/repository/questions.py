"""Questions to customers in MongoDB: one a payment, answered once."""

from datetime import datetime

from app.core.money import Money
from app.core.mongo import long
from app.core.store import Document, Store
from app.domains.fraud.case_types import Question, QuestionState
from app.domains.fraud.repository.specs import QUESTIONS
from app.domains.fraud.types import FraudReason, PaymentKind

SHOWN = 20


async def insert(store: Store, question: Question) -> None:
    """Keep a new question. Raises DuplicateKeyError when the payment has one."""
    await store.insert_one(
        QUESTIONS, {"_id": question.payment_id, "user": question.user_id, **_asked(question)}
    )


async def ask_again(store: Store, question: Question) -> None:
    """Replace what is asked: the payment was judged anew."""
    await store.update_one(QUESTIONS, {"_id": question.payment_id}, {"$set": _asked(question)})


def _asked(question: Question) -> Document:
    return {
        "payee": question.payee_id,
        "decision": question.decision_id,
        "state": question.state.value,
        "held": question.held,
        "amount": long(question.amount.amount_minor),
        "currency": question.amount.currency,
        "kind": question.payment_kind.value,
        "reasons": [
            {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
            for r in question.reasons
        ],
        "session": question.session_id,
        "action": question.action,
        "params": dict(question.params),
        "asked_at": question.asked_at,
        "answered_at": question.answered_at,
    }


async def find(store: Store, payment_id: str) -> Question | None:
    """Return the question about a payment."""
    row = await store.find_one(QUESTIONS, {"_id": payment_id})
    return _question(row) if row else None


async def waiting(store: Store, user_id: str, *, since: datetime) -> list[Question]:
    """Return a customer's unanswered questions, the newest first, at most 20."""
    where = {"user": user_id, "state": QuestionState.ASKED.value, "asked_at": {"$gt": since}}
    rows = await store.find_many(QUESTIONS, where, sort=[("asked_at", -1)], limit=SHOWN)
    return [_question(row) for row in rows]


async def answer(
    store: Store,
    payment_id: str,
    *,
    state: QuestionState,
    present: frozenset[QuestionState],
    at: datetime,
) -> bool:
    """Keep an answer; False when the question is in none of the `present` states any more."""
    where = {"_id": payment_id, "state": {"$in": sorted(p.value for p in present)}}
    changes = {"$set": {"state": state.value, "answered_at": at}}
    return await store.update_one(QUESTIONS, where, changes) == 1


def _question(row: Document) -> Question:
    return Question(
        payment_id=row["_id"],
        user_id=row["user"],
        payee_id=row["payee"],
        decision_id=row["decision"],
        state=QuestionState(row["state"]),
        held=row["held"],
        amount=Money(int(row["amount"]), row["currency"]),
        payment_kind=PaymentKind(row["kind"]),
        reasons=tuple(
            FraudReason(r["code"], r["sentence"], r["contribution"]) for r in row["reasons"]
        ),
        session_id=row["session"],
        action=row["action"],
        params=tuple(sorted(row["params"].items())),
        asked_at=row["asked_at"],
        answered_at=row["answered_at"],
    )
