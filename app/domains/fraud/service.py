"""The door of fraud: a verdict before each booking, and the cases that people decide."""

import structlog

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.gate import Gate
from app.core.ids import new_ulid
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.case_types import Permission
from app.domains.fraud.events import ReviewSampled
from app.domains.fraud.recording import decision_record
from app.domains.fraud.repository import events, history
from app.domains.fraud.repository.specs import COLLECTIONS as SPECS
from app.domains.fraud.repository.state import EntityStates
from app.domains.fraud.rules import sampling, watermark
from app.domains.fraud.rules import verdict as rules
from app.domains.fraud.types import (
    EntityState,
    ModelScore,
    Outcome,
    PaymentFacts,
    Scorer,
    ScorerSource,
    Verdict,
)
from app.domains.fraud.usecases.cases import Cases
from app.domains.fraud.usecases.evidence import Evidence
from app.domains.fraud.usecases.in_force import InForce
from app.domains.fraud.usecases.kpis import Kpis
from app.domains.fraud.usecases.model_changes import ModelChanges
from app.domains.fraud.usecases.model_watch import ModelWatch
from app.domains.fraud.usecases.models import Models
from app.domains.fraud.usecases.notices import Notices
from app.domains.fraud.usecases.opening import ask
from app.domains.fraud.usecases.questions import Questions, question_of
from app.domains.fraud.usecases.rings import Rings
from app.domains.fraud.usecases.rule_changes import IMPACT_MAX_SHARE
from app.domains.fraud.usecases.rules import Rules
from app.domains.fraud.usecases.samples import Samples
from app.domains.identity.service import IdentityService

COLLECTIONS = SPECS
FOUR_EYES_MINOR = 1_000_000

log = structlog.get_logger(__name__)


class FraudService:
    """Fraud's door.

    Cases stand in `cases`, what is read before a decision in `evidence`, what customers are
    asked and told in `questions` and `notices`, what is drawn at random in `samples`, link
    analysis in `rings`, rules and lists in `rules`. The model of this process is `in_force`; the
    desk that changes it is `models` and `model_changes`, how it does is known in `model_watch`.
    Sums over everybody stand in `kpis`.

    Without a scorer every payment needs a fresh code: never a silent approval.
    """

    def __init__(  # noqa: PLR0913 - one parameter per room it works with
        self,
        *,
        db: Database,
        clock: Clock,
        scorer: Scorer | None = None,
        scorers: ScorerSource | None = None,
        gate: Gate | None = None,
        identity: IdentityService,
        four_eyes_minor: int = FOUR_EYES_MINOR,
        review_share: float = sampling.REVIEW_SHARE,
        rule_impact_max: float = IMPACT_MAX_SHARE,
    ) -> None:
        self._db = db
        self.review_share = review_share
        self.in_force = InForce(db=db, clock=clock, scorer=scorer, source=scorers)
        self.models = Models(db=db, clock=clock, source=scorers)
        self.model_changes = ModelChanges(db=db, clock=clock, identity=identity, models=self.models)
        self.rules = Rules(db=db, clock=clock, identity=identity, impact_max_share=rule_impact_max)
        self._states = EntityStates(store=db, gate=gate, clock=clock)
        self.model_watch = ModelWatch(db=db, clock=clock, models=self.models, source=scorers)
        self.cases = Cases(db=db, clock=clock, identity=identity, four_eyes_minor=four_eyes_minor)
        self.kpis = Kpis(db=db)
        self.samples = Samples(db=db)
        self.evidence = Evidence(db=db, clock=clock, judge=self.judge)
        self.questions = Questions(db=db, clock=clock)
        self.notices = Notices(db=db, clock=clock)
        self.rings = Rings(db=db, clock=clock, identity=identity)

    @property
    def model_version(self) -> str | None:
        """Return the version of the model that scores, or None when rules stand alone."""
        return self.in_force.version

    async def screen(self, facts: PaymentFacts) -> Verdict:
        """Return the verdict on a payment that is about to be booked; nothing is stored yet.

        One round trip to Redis, then pure CPU. A model that fails is a degraded verdict.
        From here on the payment counts as in flight until `booked` or `dropped`.
        """
        return await self._judge(facts, trial=False)

    async def judge(self, facts: PaymentFacts) -> Verdict:
        """Return the verdict on a payment that nobody makes: what would be if."""
        return await self._judge(facts, trial=True)

    async def _judge(self, facts: PaymentFacts, *, trial: bool) -> Verdict:
        customer, payee = await self._states.load(facts, mark=not trial)
        score = self._score(facts, customer, payee)
        book = await self.rules.book.current()
        judged = rules.judge(
            facts,
            customer,
            score,
            rules=book.active,
            shadow=book.shadow,
            hits=book.hits(facts),
        )
        decision_id = new_ulid(facts.at)
        return Verdict(
            decision_id=decision_id,
            facts=facts,
            outcome=judged.outcome,
            reasons=rules.reasons_of(judged, score),
            score=score,
            degraded=score is None,
            rules_version=book.active.version,
            seen=(watermark.of(customer, facts.at), watermark.of(payee, facts.at)),
            review_sample=sampling.reviewed(decision_id, judged.outcome, share=self.review_share),
            review_share=self.review_share,
            judged=judged,
        )

    def _score(
        self, facts: PaymentFacts, customer: EntityState, payee: EntityState
    ) -> ModelScore | None:
        scorer = self.in_force.scorer
        if scorer is None:
            return None
        try:
            return scorer.score(facts, customer, payee)
        except (ArithmeticError, LookupError, ValueError, TypeError) as error:
            log.exception("fraud_model_failed", error=type(error).__name__)
            return None

    async def record(self, tx: Transaction, verdict: Verdict, *, booked: bool) -> None:
        """Store the decision in the caller's transaction; a booked payment becomes an event.

        A held one opens its case here, so that it is never stuck without one.
        """
        await decisions.record(tx, decision_record(verdict))
        await self.rules.lists.log(tx, verdict)
        if booked:
            await events.append(tx, verdict.facts, high_ratio=_high(verdict))
        if booked and verdict.facts.fresh_factor:
            await self.questions.booked(tx, verdict.facts.payment_id, at=verdict.facts.at)
        if verdict.outcome is Outcome.HOLD and booked:
            await self.cases.open(tx, verdict)
        if verdict.review_sample and booked:
            # Its case is opened by a job: nothing about a sample may make a payment fail or wait.
            tx.publish(ReviewSampled(verdict.decision_id, verdict.facts.payment_id))

    async def record_refusal(
        self, verdict: Verdict, *, permission: Permission | None = None
    ) -> None:
        """Store a refused payment's decision on its own: nothing was booked.

        With the `permission` that would let it pass the customer is asked whether it is hers.
        """

        async def work(tx: Transaction) -> None:
            await self.record(tx, verdict, booked=False)
            tx.audit(
                f"payment.{verdict.outcome.value}",
                actor=verdict.facts.user_id,
                object_id=verdict.decision_id,
            )
            if permission is not None:
                await ask(tx, question_of(verdict, held=False, permission=permission))

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            # The same payment was tried twice at once and its neighbour asked: now it is there.
            await self._db.transaction(work)
        await self.dropped(verdict)

    async def booked(self, verdict: Verdict) -> None:
        """Tell the state of both parties that the payment was committed; never fails.

        Lost, it is found again: by the next screening, or by `mend`.
        """
        await self._states.booked(events.recorded(verdict.facts, high_ratio=_high(verdict)))

    async def dropped(self, verdict: Verdict) -> None:
        """Tell the state that nothing was booked under this payment's id; never fails."""
        await self._states.dropped(verdict.facts)

    async def relabel(self, payment_id: str) -> None:
        """Bring a payment's label into the states that screenings read; never fails."""
        await self._states.relabel(payment_id)

    async def relabel_ring(self, case_id: str) -> None:
        """Bring the labels of a refused ring's payments into the states; never fails."""
        case = await self.cases.get(case_id)
        until = case.decided_at or case.opened_at
        for payment_id in await history.inside(self._db, list(case.members), until=until):
            await self._states.relabel(payment_id)

    async def mend(self) -> int:
        """Append again what was recorded in the last seconds; return how many were looked at."""
        return await self._states.mend()


def _high(verdict: Verdict) -> bool:
    return verdict.score is not None and verdict.score.high_ratio
