"""How a case and its question come into being, in the transaction that judges the payment."""

from datetime import datetime

from app.core.decisions import DecisionRecord
from app.core.money import Money
from app.core.uow import Transaction
from app.domains.fraud.case_types import (
    CaseEntry,
    CaseKind,
    CaseState,
    FraudCase,
    Question,
    QuestionState,
)
from app.domains.fraud.errors import FraudCaseNotFoundError
from app.domains.fraud.events import CustomerAsked
from app.domains.fraud.repository import cases, questions
from app.domains.fraud.rules import casework as rules
from app.domains.fraud.rules.verdict import UNSCORED_PROBABILITY, expected_loss_minor
from app.domains.fraud.types import FraudReason, PaymentKind, Verdict

SYSTEM = "system"


def case_of(verdict: Verdict, kind: CaseKind) -> FraudCase:
    """Return the case that a verdict opens."""
    facts, probability = verdict.facts, rules.probability_of(verdict)
    amount = facts.amount.amount_minor
    return FraudCase(
        case_id=f"case-{verdict.decision_id}",
        kind=kind,
        payment_id=facts.payment_id,
        user_id=facts.user_id,
        payee_id=facts.payee_id,
        decision_id=verdict.decision_id,
        state=CaseState.OPEN,
        amount=facts.amount,
        payment_kind=facts.kind,
        probability=probability,
        expected_loss_minor=expected_loss_minor(amount, verdict.score),
        reasons=verdict.reasons,
        opened_at=facts.at,
        due_at=rules.due_at(facts.at, amount_minor=amount, probability=probability),
        vector=verdict.score.vector if verdict.score else (),
    )


def case_of_record(
    record: DecisionRecord, kind: CaseKind, *, opened_at: datetime, due_at: datetime
) -> FraudCase:
    """Return the case of a decision that was stored before: a review or a sample."""
    inputs, probability = record.inputs, record.outputs["probability"]
    amount = Money(int(inputs["amount_minor"]), inputs["currency"])
    likely = UNSCORED_PROBABILITY if probability is None else probability
    return FraudCase(
        case_id=f"case-{record.id}",
        kind=kind,
        payment_id=inputs["payment_id"],
        user_id=record.user_id,
        payee_id=inputs["payee_id"],
        decision_id=record.id,
        state=CaseState.OPEN,
        amount=amount,
        payment_kind=PaymentKind(inputs["kind"]),
        probability=probability,
        expected_loss_minor=round(amount.amount_minor * likely),
        reasons=tuple(
            FraudReason(r["code"], r["sentence"], r["contribution"])
            for r in record.explanation["reasons"]
        ),
        opened_at=opened_at,
        due_at=due_at,
        vector=tuple(inputs.get("vector") or ()),
    )


async def ask(tx: Transaction, question: Question) -> None:
    """Ask a customer about a payment in the transaction that judged it.

    A payment that is judged anew is asked about anew, unless she answered already.
    """
    earlier = await questions.find(tx, question.payment_id)
    if earlier is None:
        await questions.insert(tx, question)
    elif earlier.state is QuestionState.ASKED:
        await questions.ask_again(tx, question)
    else:
        return
    if question.held or any(r.contribution is not None for r in question.reasons):
        # What the person was just told on her own screen (a new payee, a large amount) needs
        # no letter; what the model found does: it may not be she who sits there.
        tx.publish(CustomerAsked(question.payment_id, f"ask-{question.payment_id}"))


def opening(case: FraudCase) -> CaseEntry:
    """Return the first line of a case: a retry of the transaction writes the same one."""
    return CaseEntry("0", case.opened_at, SYSTEM, "opened", "")


async def read(tx: Transaction, case_id: str) -> FraudCase:
    """Return a case within a transaction. Raises FraudCaseNotFoundError."""
    found = await cases.find(tx, case_id)
    if found is None:
        raise FraudCaseNotFoundError
    return found
