"""The trained fraud model behind the Scorer port: events in, probability and reasons out."""

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domains.fraud.types import Bands, EntityState, ModelScore, PaymentFacts
from app.ml import registry
from app.ml.comparing import actions
from app.ml.features import fraud, fraud_state
from app.ml.features.fraud import CustomerEvents, Payment, TerminalEvents
from app.ml.serving.fraud_scorer import FraudScorer, Judged, Thresholds
from app.ml.store import ModelStore, StoredModel

MODEL_NAME = "fraud"
REASONS = 4

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

    def __init__(self, model: Judge, rows: FraudScorer) -> None:
        self._model = model
        self._rows = rows
        self.version = model.version

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

    def judge_rows(
        self, vectors: NDArray[np.float32], behaviours: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return P(fraud) (rows,) and the bands reached (rows,): 0 allow … 3 block."""
        probability = self._rows.probability_rows(vectors)
        anomaly = self._rows.anomaly.score_rows(behaviours)
        return probability, actions(probability, anomaly, asdict(self._rows.thresholds))


class StoredScorers:
    """Loads fraud models from the store: trusted, hashed, golden rows recomputed."""

    def __init__(self, store: ModelStore, *, path: ScoringPath = "plain") -> None:
        self._store = store
        self._path = path

    def shipped_version(self) -> str:
        """Return the version that is in force while nobody promoted another. ArtefactError."""
        return self._store.shipped_version(MODEL_NAME)

    def load(self, version: str) -> ModelScorer:
        """Return one stored version, ready to score; takes 0.5 s, on the fast path 4 s.

        Raises ArtefactError naming the first check that failed.
        """
        folder = self._store.folder(MODEL_NAME, version)
        self._store.trust(folder, registry.manifest_bytes(folder))
        scorer, judge = _verified(folder, registry.fingerprint(folder), self._path)
        return ModelScorer(judge, scorer)

    def versions(self) -> list[StoredModel]:
        """Return the stored versions, trusted or not, by name."""
        return self._store.versions(MODEL_NAME)

    def find(self, version: str) -> StoredModel:
        """Return one stored version, trusted or not. Raises ArtefactError."""
        return self._store.find(MODEL_NAME, version)


@lru_cache(maxsize=4)
def _verified(folder: Path, _: str, path: ScoringPath) -> tuple[FraudScorer, Judge]:
    """Load an artefact once a process while its files stay the same; checking takes 0.5 s."""
    scorer = FraudScorer.load(folder)
    return scorer, _judge(scorer, path)


def _judge(scorer: FraudScorer, path: ScoringPath) -> Judge:
    """Return what judges single payments; the fast path compiles its kernel here."""
    if path == "plain":
        return scorer
    # Imported late: only this path loads the compiler.
    from app.ml.serving.fraud_fast import FastScorer

    return FastScorer.of(scorer)


def _payment(at: datetime, cents: int, payee_id: str) -> Payment:
    return Payment(ts_s=int(at.timestamp()), cents=cents, terminal=fraud.terminal_key(payee_id))
