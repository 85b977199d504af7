"""The trained fraud model behind the Scorer port: events in, probability and reasons out."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import structlog

from app.domains.fraud.types import Bands, EntityState, ModelScore, PaymentFacts
from app.ml import registry
from app.ml.features import fraud, fraud_state
from app.ml.features.fraud import CustomerEvents, Payment, TerminalEvents
from app.ml.registry import ArtefactError
from app.ml.serving.fraud_scorer import FraudScorer, Judged, Thresholds

REASONS = 4

log = structlog.get_logger(__name__)


ScoringPath = Literal["plain", "fast"]


class Judge(Protocol):
    """What both scoring paths answer."""

    @property
    def version(self) -> str:
        """Return the version that decision records quote."""

    @property
    def thresholds(self) -> Thresholds:
        """Return the lower ends of the bands."""

    def judge(self, payment: Payment, customer: CustomerEvents, terminal: TerminalEvents) -> Judged:
        """Judge one payment from the events recorded before it."""


class ModelScorer:
    """Turns earlier payments into the features of training and asks the model; no I/O."""

    def __init__(self, model: Judge) -> None:
        self._model = model
        self.version = model.version

    @classmethod
    def newest(cls, models_dir: Path, *, path: ScoringPath = "plain") -> "ModelScorer | None":
        """Return the model in force, verified; None, loudly, when it is missing or altered.

        Without it rules and a fresh code stand in: a payment never passes for want of a model.
        The fast path compiles its kernel here, so before readiness.
        """
        try:
            return cls(_verified(registry.newest(models_dir, "fraud"), path))
        except (ArtefactError, OSError) as error:
            log.warning("fraud_model_missing", reason=str(error)[:200])
            return None

    @classmethod
    def of_version(cls, models_dir: Path, version: str) -> "ModelScorer":
        """Return one stored version, verified, in force or not. Raises ArtefactError."""
        folder = models_dir / "fraud" / version
        if "/" in version or version.startswith(".") or not folder.is_dir():
            raise ArtefactError(f"no version {version} is stored")
        return cls(_verified(folder, "plain"))

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        """Return the score of one payment from the events recorded before it."""
        payment = _payment(facts.at, facts.amount.amount_minor, facts.payee_id)
        own = fraud_state.customer_events(customer.packed)
        other = fraud_state.terminal_events(payee.packed)
        judged = self._model.judge(payment, own, other)
        found, vector = judged.score, judged.vector
        bands = self._model.thresholds
        return ModelScore(
            probability=found.probability,
            anomaly=found.anomaly,
            anomaly_unusual=found.anomaly >= bands.anomaly_step_up,
            reasons=tuple((r.feature, r.contribution) for r in found.reasons(REASONS)),
            vector=tuple(float(value) for value in vector),
            behaviour=tuple(float(value) for value in judged.behaviour),
            model_version=self.version,
            high_ratio=fraud.is_high(vector),
            bands=Bands(step_up=bands.step_up, hold=bands.review, block=bands.block),
            contributions=tuple(float(share) for share in found.contributions),
            base=found.base,
            log_odds=found.log_odds,
        )


@lru_cache(maxsize=2)
def _verified(folder: Path, path: ScoringPath) -> Judge:
    """Load an artefact once a process: a version never changes, and checking it takes a second."""
    scorer = FraudScorer.load(folder)
    if path == "plain":
        return scorer
    # Imported late: only this path loads the compiler.
    from app.ml.serving.fraud_fast import FastScorer

    return FastScorer.of(scorer)


def _payment(at: datetime, cents: int, payee_id: str) -> Payment:
    return Payment(ts_s=int(at.timestamp()), cents=cents, terminal=fraud.terminal_key(payee_id))
