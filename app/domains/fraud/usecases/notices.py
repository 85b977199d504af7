"""What customers are told about decisions on their payments, and the way to a person."""

from datetime import datetime

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import DecisionRecord
from app.core.ids import new_ulid
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.case_types import CaseEntry, CaseKind, CaseState, FraudCase
from app.domains.fraud.errors import PaymentDecisionNotFoundError
from app.domains.fraud.evidence_types import Notice, ReviewOutcome
from app.domains.fraud.repository import cases, entries
from app.domains.fraud.rules import casework
from app.domains.fraud.rules import notice as rules
from app.domains.fraud.types import Outcome
from app.domains.fraud.usecases.evidence import contributions_of
from app.domains.fraud.usecases.opening import case_of_record

_HUMAN = {
    Outcome.HOLD: "A person looks at this payment; your money is reserved, not lost. You can add "
    "what they should know.",
    Outcome.BLOCK: "You can ask a person to look at this decision again.",
    Outcome.STEP_UP: "A fresh code lets you go on. You can also ask a person to look at it.",
    Outcome.APPROVE: "The payment went through; nothing is asked of you.",
}


class Notices:
    """Only the customer's own decisions, only her own facts."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def get(self, user_id: str, decision_id: str) -> Notice:
        """Return the notice. Raises PaymentDecisionNotFoundError, for other people's too."""
        record = await self._record(user_id, decision_id)
        case = await cases.of_payment(self._db, record.inputs["payment_id"])
        return notice_of(record, case)

    async def ask_review(self, user_id: str, decision_id: str, *, message: str) -> Notice:
        """Put a decision before a person; a repeat returns the first request.

        A held payment has its case, a refused one gets it now; one that was closed without her
        words is opened again for them. Nothing is booked by it, whatever the person finds. Raises
        PaymentDecisionNotFoundError, also for a payment that went through.
        """
        record = await self._record(user_id, decision_id)
        if record.outputs["outcome"] == Outcome.APPROVE.value:
            raise PaymentDecisionNotFoundError("the payment went through")
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            case = await cases.of_payment(tx, record.inputs["payment_id"])
            if case is not None and case.review_asked_at is not None:
                return
            due = _due(record, now)
            if case is None:
                case = case_of_record(record, CaseKind.REVIEW, opened_at=now, due_at=due)
                await cases.insert(tx, case)
            elif casework.may_review(case):
                await cases.reopen_for_review(tx, case.case_id, due_at=due)
            await cases.note_review(tx, case.case_id, at=now)
            entry = CaseEntry(entry_id, now, "customer", "review_asked", message)
            await entries.add(tx, case.case_id, entry)
            tx.audit("payment.review_asked", actor=user_id, object_id=decision_id)

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            # Two clicks at once: the first one's request stands.
            return await self.get(user_id, decision_id)
        return await self.get(user_id, decision_id)

    async def _record(self, user_id: str, decision_id: str) -> DecisionRecord:
        record = await decisions.load(self._db, decision_id, user_id=user_id)
        if record is None or record.kind != "fraud":
            raise PaymentDecisionNotFoundError
        return record


def notice_of(record: DecisionRecord, case: FraudCase | None) -> Notice:
    """Return what the customer is told: from the stored record, of the case what she asked."""
    amount = Money(int(record.inputs["amount_minor"]), record.inputs["currency"])
    outcome = Outcome(record.outputs["outcome"])
    features = contributions_of(record)
    return Notice(
        decision_id=record.id,
        outcome=outcome,
        at=record.at,
        amount=amount,
        reasons=rules.corrections(
            amount=amount,
            at=record.at,
            stored=record.explanation["reasons"],
            values={c.feature: c.value for c in features},
            contributions={c.feature: c.contribution for c in features},
        ),
        human_review=_HUMAN[outcome],
        review_asked_at=case.review_asked_at if case else None,
        review_outcome=_found(case),
        review_decided_at=case.decided_at if case and _found(case) else None,
    )


def _found(case: FraudCase | None) -> ReviewOutcome | None:
    """Return what the person found whom the customer asked for."""
    if case is None or case.review_asked_at is None:
        return None
    return {
        CaseState.RELEASED: ReviewOutcome.CLEARED,
        CaseState.REJECTED: ReviewOutcome.UPHELD,
    }.get(case.state)


def _due(record: DecisionRecord, now: datetime) -> datetime:
    amount, probability = int(record.inputs["amount_minor"]), record.outputs["probability"]
    return casework.due_at(now, amount_minor=amount, probability=probability)
