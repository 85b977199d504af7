""" "Was this you?": what customers are asked, and what their answer does to the case."""

from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.case_types import (
    CaseEntry,
    CaseKind,
    CaseState,
    CustomerAnswer,
    FraudCase,
    Permission,
    Question,
    QuestionState,
)
from app.domains.fraud.errors import PaymentBlockedError, QuestionNotFoundError
from app.domains.fraud.repository import cases, entries, questions
from app.domains.fraud.rules import casework as rules
from app.domains.fraud.types import Verdict

ASKED_FOR = timedelta(days=3)
CUSTOMER = "customer"
_UNANSWERED = frozenset({QuestionState.ASKED, QuestionState.SETTLED})


class Questions:
    """Questions are asked with the verdict; the ledger carries out what an answer means."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def waiting(self, user_id: str) -> list[Question]:
        """Return a customer's unanswered questions of the last three days, the newest first."""
        since = self._clock.now() - ASKED_FOR
        return await questions.waiting(self._db, user_id, since=since)

    async def get(self, user_id: str, payment_id: str) -> Question:
        """Return one question. Raises QuestionNotFoundError, for other people's too."""
        found = await questions.find(self._db, payment_id)
        if found is None or found.user_id != user_id:
            raise QuestionNotFoundError
        return found

    async def find(self, payment_id: str) -> Question | None:
        """Return the question about a payment, for the job that writes its letter."""
        return await questions.find(self._db, payment_id)

    async def put(self, tx: Transaction, question: Question) -> None:
        """Keep a question that she raises herself; one that is there already stays."""
        if await questions.find(tx, question.payment_id) is None:
            await questions.insert(tx, question)

    async def confirm(self, tx: Transaction, question: Question, *, at: datetime) -> bool:
        """Keep a yes, on the case too; False when she had answered, or it ended, before."""
        if not await questions.answer(
            tx,
            question.payment_id,
            state=QuestionState.CONFIRMED,
            present=frozenset({QuestionState.ASKED}),
            at=at,
        ):
            return False
        case = await cases.of_payment(tx, question.payment_id)
        if case is not None and case.open:
            changes = {"answer": CustomerAnswer.YES.value, "answered_at": at}
            await cases.change(tx, case.case_id, changes)
            await entries.add(tx, case.case_id, _said(at, "customer_confirmed"))
        return True

    async def deny(self, tx: Transaction, question: Question, *, at: datetime) -> bool:
        """Keep a no and put its case before the analysts; False when she answered before.

        A case that was closed or expired meanwhile is open again: the loss may be real.
        """
        if not await questions.answer(
            tx, question.payment_id, state=QuestionState.DENIED, present=_UNANSWERED, at=at
        ):
            return False
        case = await cases.of_payment(tx, question.payment_id)
        if case is None:
            case = _denied(question, at=at)
            await cases.insert(tx, case)
        elif case.state is not CaseState.REJECTED:
            loss = case.amount.amount_minor
            due = rules.denied_due_at(case, at)
            await cases.mark_denied(tx, case.case_id, loss_minor=loss, at=at, due_at=due)
        await entries.add(tx, case.case_id, _said(at, "customer_denied"))
        return True

    async def booked(self, tx: Transaction, payment_id: str, *, at: datetime) -> None:
        """Settle the question of a payment that a fresh code let pass.

        Raises PaymentBlockedError when she denied it meanwhile: the booking falls with it.
        """
        found = await questions.find(tx, payment_id)
        if found is None:
            return
        if found.state is QuestionState.DENIED:
            raise PaymentBlockedError(decision_id=found.decision_id)
        await questions.answer(
            tx,
            payment_id,
            state=QuestionState.SETTLED,
            present=frozenset({QuestionState.ASKED}),
            at=at,
        )


def question_of(verdict: Verdict, *, held: bool, permission: Permission | None = None) -> Question:
    """Return the question about a payment that was just judged."""
    facts = verdict.facts
    params = permission.params if permission else {}
    return Question(
        payment_id=facts.payment_id,
        user_id=facts.user_id,
        payee_id=facts.payee_id,
        decision_id=verdict.decision_id,
        state=QuestionState.ASKED,
        held=held,
        amount=facts.amount,
        payment_kind=facts.kind,
        reasons=verdict.reasons,
        session_id=facts.session_id,
        action=permission.action if permission else None,
        params=tuple(sorted((name, str(value)) for name, value in params.items())),
        asked_at=facts.at,
        answered_at=None,
    )


def _denied(question: Question, *, at: datetime) -> FraudCase:
    amount = question.amount.amount_minor
    return FraudCase(
        case_id=f"case-{question.decision_id}",
        kind=CaseKind.DENIED,
        payment_id=question.payment_id,
        user_id=question.user_id,
        payee_id=question.payee_id,
        decision_id=question.decision_id,
        state=CaseState.OPEN,
        amount=question.amount,
        payment_kind=question.payment_kind,
        probability=None,
        expected_loss_minor=amount,
        reasons=question.reasons,
        opened_at=at,
        due_at=rules.due_at(at, amount_minor=amount, probability=1.0),
        customer_answer=CustomerAnswer.NO,
        customer_answered_at=at,
        escalated=True,
    )


def _said(at: datetime, action: str) -> CaseEntry:
    # A customer answers once: time and action name the line, and a retry writes the same.
    stamp = f"{int(at.timestamp() * 1000):013d}"
    return CaseEntry(f"c{stamp}{action}", at, CUSTOMER, action, "")
