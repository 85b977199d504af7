"""Cases: held payments that a person releases or rejects, with a reason."""

from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.errors import CaseClosedError, FraudCaseNotFoundError, OwnPaymentError
from app.domains.fraud.events import CaseRejected, CaseReleased
from app.domains.fraud.repository import cases, events
from app.domains.fraud.rules.verdict import expected_loss_minor
from app.domains.fraud.types import CaseState, FraudCase, Verdict


class Cases:
    """The analysts' room: a queue by expected loss, one decision a case."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def open(self, tx: Transaction, verdict: Verdict) -> None:
        """Open the case of a held payment in the transaction that holds it."""
        facts = verdict.facts
        await cases.insert(
            tx,
            FraudCase(
                case_id=f"case-{verdict.decision_id}",
                payment_id=facts.payment_id,
                user_id=facts.user_id,
                decision_id=verdict.decision_id,
                state=CaseState.OPEN,
                amount=facts.amount,
                kind=facts.kind,
                expected_loss_minor=expected_loss_minor(facts.amount.amount_minor, verdict.score),
                reasons=verdict.reasons,
                opened_at=facts.at,
                decided_at=None,
                analyst_id=None,
                note="",
            ),
        )

    async def end(self, tx: Transaction, payment_id: str, *, at: datetime) -> None:
        """Close a payment's open case, if it has one: its hold ended without a decision."""
        await cases.expire(tx, payment_id, at=at)

    async def queue(self) -> list[FraudCase]:
        """Return the open cases, the largest expected loss first."""
        return await cases.queue(self._db)

    async def get(self, case_id: str) -> FraudCase:
        """Return a case. Raises FraudCaseNotFoundError."""
        found = await cases.find(self._db, case_id)
        if found is None:
            raise FraudCaseNotFoundError
        return found

    async def decide(self, case_id: str, *, analyst_id: str, release: bool, note: str) -> FraudCase:
        """Close a case with a reason; its outcome is a label, and the ledger is told.

        Raises FraudCaseNotFoundError, OwnPaymentError, CaseClosedError.
        """
        case = await self.get(case_id)
        if case.user_id == analyst_id:
            raise OwnPaymentError
        state = CaseState.RELEASED if release else CaseState.REJECTED
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            closed = await cases.close(
                tx, case_id, state=state, analyst_id=analyst_id, note=note, at=now
            )
            if not closed:
                raise CaseClosedError
            await events.set_label(tx, case.payment_id, fraud=not release, known_at=now)
            tx.audit(f"fraud_case.{state.value}", actor=analyst_id, object_id=case_id, reason=note)
            event = CaseReleased if release else CaseRejected
            tx.publish(event(case_id, case.payment_id))

        await self._db.transaction(work)
        return await self.get(case_id)
