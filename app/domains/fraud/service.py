"""The door of fraud: a verdict before each booking, and the cases that people decide."""

from datetime import datetime

import structlog

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import DecisionRecord
from app.core.ids import IdFactory, new_id, new_ulid
from app.core.uow import Transaction
from app.domains.fraud import repository, rules
from app.domains.fraud.errors import CaseClosedError, FraudCaseNotFoundError, OwnPaymentError
from app.domains.fraud.events import CaseRejected, CaseReleased
from app.domains.fraud.types import (
    CaseState,
    EntityState,
    FraudCase,
    ModelScore,
    Outcome,
    PaymentFacts,
    Scorer,
    Verdict,
)

COLLECTIONS = repository.COLLECTIONS

log = structlog.get_logger(__name__)


class FraudService:
    """Fraud's door. Without a scorer every payment needs a fresh code: never a silent approval."""

    def __init__(
        self, *, db: Database, clock: Clock, scorer: Scorer | None, ids: IdFactory = new_id
    ) -> None:
        self._db = db
        self._clock = clock
        self._scorer = scorer
        self._new_id = ids
        self._recent = repository.Recent(db, clock)

    @property
    def model_version(self) -> str | None:
        """Return the version of the model that scores, or None when rules stand alone."""
        return self._scorer.version if self._scorer else None

    async def screen(self, facts: PaymentFacts) -> Verdict:
        """Return the verdict on a payment that is about to be booked; nothing is stored yet.

        One read per entity, then pure CPU. A model that fails is a degraded verdict.
        """
        customer = await self._recent.entity("customer", facts.user_id, at=facts.at)
        payee = await self._recent.entity("payee", facts.payee_id, at=facts.at)
        score = self._score(facts, customer, payee)
        outcome, reasons = rules.decide(facts, customer, score)
        return Verdict(
            decision_id=new_ulid(facts.at),
            facts=facts,
            outcome=outcome,
            reasons=reasons,
            score=score,
            degraded=score is None,
            rules_version=rules.RULES_VERSION,
        )

    def _score(
        self, facts: PaymentFacts, customer: EntityState, payee: EntityState
    ) -> ModelScore | None:
        if self._scorer is None:
            return None
        try:
            return self._scorer.score(facts, customer, payee)
        except (ArithmeticError, LookupError, ValueError, TypeError) as error:
            log.exception("fraud_model_failed", error=type(error).__name__)
            return None

    async def record(self, tx: Transaction, verdict: Verdict, *, booked: bool) -> None:
        """Store the decision in the caller's transaction; a booked payment becomes an event.

        A held one opens its case here, so that it is never stuck without one.
        """
        await decisions.record(tx, _decision(verdict))
        facts = verdict.facts
        if booked:
            high = verdict.score is not None and verdict.score.high_ratio
            await repository.append(tx, facts, high_ratio=high)
        if verdict.outcome is Outcome.HOLD and booked:
            loss = rules.expected_loss_minor(facts.amount.amount_minor, verdict.score)
            await repository.insert_case(
                tx,
                FraudCase(
                    case_id=f"case-{verdict.decision_id}",
                    payment_id=facts.payment_id,
                    user_id=facts.user_id,
                    decision_id=verdict.decision_id,
                    state=CaseState.OPEN,
                    amount=facts.amount,
                    kind=facts.kind,
                    expected_loss_minor=loss,
                    reasons=verdict.reasons,
                    opened_at=facts.at,
                    decided_at=None,
                    analyst_id=None,
                    note="",
                ),
            )

    async def record_refusal(self, verdict: Verdict) -> None:
        """Store a refused payment's decision on its own: nothing was booked."""

        async def work(tx: Transaction) -> None:
            await self.record(tx, verdict, booked=False)
            tx.audit(
                f"payment.{verdict.outcome.value}",
                actor=verdict.facts.user_id,
                object_id=verdict.decision_id,
            )

        await self._db.transaction(work)

    async def end_case(self, tx: Transaction, payment_id: str, *, at: datetime) -> None:
        """Close a payment's open case, if it has one: its hold ended without a decision."""
        await repository.expire_case(tx, payment_id, at=at)

    async def queue(self) -> list[FraudCase]:
        """Return the open cases, the largest expected loss first."""
        return await repository.queue(self._db)

    async def case(self, case_id: str) -> FraudCase:
        """Return a case. Raises FraudCaseNotFoundError."""
        found = await repository.find_case(self._db, case_id)
        if found is None:
            raise FraudCaseNotFoundError
        return found

    async def decide(self, case_id: str, *, analyst_id: str, release: bool, note: str) -> FraudCase:
        """Close a case with a reason; its outcome is a label, and the ledger is told.

        Raises FraudCaseNotFoundError, OwnPaymentError, CaseClosedError.
        """
        case = await self.case(case_id)
        if case.user_id == analyst_id:
            raise OwnPaymentError
        state = CaseState.RELEASED if release else CaseState.REJECTED
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            closed = await repository.close_case(
                tx, case_id, state=state, analyst_id=analyst_id, note=note, at=now
            )
            if not closed:
                raise CaseClosedError
            await repository.set_label(tx, case.payment_id, fraud=not release, known_at=now)
            tx.audit(f"fraud_case.{state.value}", actor=analyst_id, object_id=case_id, reason=note)
            event = CaseReleased if release else CaseRejected
            tx.publish(event(case_id, case.payment_id))

        await self._db.transaction(work)
        return await self.case(case_id)


def _decision(verdict: Verdict) -> DecisionRecord:
    facts, score = verdict.facts, verdict.score
    return DecisionRecord(
        id=verdict.decision_id,
        kind="fraud",
        user_id=facts.user_id,
        at=facts.at,
        inputs={
            "payment_id": facts.payment_id,
            "payee_id": facts.payee_id,
            "kind": facts.kind.value,
            "amount_minor": facts.amount.amount_minor,
            "currency": facts.amount.currency,
            "fresh_factor": facts.fresh_factor,
            "vector": list(score.vector) if score else None,
        },
        versions={
            "rules": verdict.rules_version,
            "model": score.model_version if score else None,
        },
        outputs={
            "outcome": verdict.outcome.value,
            "probability": score.probability if score else None,
            "anomaly": score.anomaly if score else None,
            "degraded": verdict.degraded,
        },
        explanation={
            "reasons": [
                {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
                for r in verdict.reasons
            ]
        },
    )
