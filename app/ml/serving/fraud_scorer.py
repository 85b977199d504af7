"""One payment's vector to probability, anomaly and exact reasons, from one verified artefact.

    scorer = FraudScorer.load(registry.newest(settings.models_dir, "fraud"))
    judged = scorer.judge(payment, customer, terminal)
    action = scorer.decide(judged.score)

The plain path: interpreter and numpy, no compiler, about 0.5 ms, safe on the event loop; load
once, before readiness. fraud_fast.py answers the same from one compiled kernel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml import registry
from app.ml.features import behaviour, fraud
from app.ml.features.behaviour import Habits
from app.ml.features.fraud import CustomerEvents, Payment, TerminalEvents
from app.ml.registry import Artefact, ArtefactError
from app.ml.serving.anomaly import TailAnomaly
from app.ml.serving.table_shap import TableShap
from app.ml.serving.trees import FloatArray, TreeEnsemble

MemberWeights = tuple[float, float, float]
"""Shares of XGBoost, LightGBM and the logistic member in the mean log-odds."""
CLIP = 4.0
"""Standardised inputs of the logistic member end here: one wild input must not decide."""


class Action(StrEnum):
    """What the model alone advises; rules and lists may be stricter, never laxer."""

    ALLOW = "allow"
    STEP_UP = "step_up"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lower ends of the bands; the anomaly channel never blocks by itself."""

    step_up: float
    review: float
    block: float
    anomaly_step_up: float
    anomaly_review: float

    def action(self, probability: float, anomaly: float) -> Action:
        """Return the strictest band that either channel reaches."""
        if probability >= self.block:
            return Action.BLOCK
        if probability >= self.review or anomaly >= self.anomaly_review:
            return Action.REVIEW
        if probability >= self.step_up or anomaly >= self.anomaly_step_up:
            return Action.STEP_UP
        return Action.ALLOW


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's share of the log-odds; positive = towards fraud."""

    feature: str
    contribution: float


@dataclass(frozen=True, slots=True)
class FraudScore:
    """A judged payment: base + Σ contributions = log_odds, to 1e-5."""

    probability: float
    """Calibrated P(fraud) in [0, 1]."""
    log_odds: float
    """Weighted mean of the members' log-odds, before calibration."""
    anomaly: float
    base: float
    contributions: FloatArray
    """All 50, in the order of fraud.NAMES."""
    model_version: str

    def reasons(self, count: int = 4) -> tuple[Reason, ...]:
        """Return the strongest contributions, largest size first, ties by feature order."""
        order = np.argsort(-np.abs(self.contributions), kind="stable")[:count]
        return tuple(Reason(fraud.NAMES[i], float(self.contributions[i])) for i in order)


@dataclass(frozen=True, slots=True)
class Judged:
    """A payment's two input rows, to be recorded, and its score."""

    vector: NDArray[np.float32]
    behaviour: NDArray[np.float32]
    score: FraudScore


@dataclass(frozen=True, slots=True)
class Linear:
    """The logistic member: base + weights · (z − middle), z = clip((x − centre)/spread)."""

    weights: FloatArray
    centre: FloatArray
    spread: FloatArray
    middle: FloatArray
    base: float

    def contributions(self, X: NDArray[np.floating]) -> FloatArray:
        """Return the additive shares, shape of X, for one row or many."""
        z = (X.astype(np.float64) - self.centre) / self.spread
        shares: FloatArray = self.weights * (np.clip(z, -CLIP, CLIP) - self.middle)
        return shares

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> "Linear":
        """Rebuild from the arrays of `to_arrays`."""
        return Linear(
            weights=arrays["weights"],
            centre=arrays["centre"],
            spread=arrays["spread"],
            middle=arrays["middle"],
            base=float(arrays["base"][0]),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as plain arrays for an artefact."""
        return {
            "weights": self.weights, "centre": self.centre, "spread": self.spread,
            "middle": self.middle, "base": np.array([self.base]),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FraudScorer:
    """XGBoost, LightGBM and logistic regression averaged in log-odds; anomalies apart."""

    xgboost: TableShap
    lightgbm: TableShap
    linear: Linear
    weights: MemberWeights
    beta: tuple[float, float, float]
    anomaly: TailAnomaly
    constants: fraud.Constants
    habits: Habits
    thresholds: Thresholds
    version: str

    @staticmethod
    def load(folder: Path, *, trust: registry.TrustCheck | None = None) -> "FraudScorer":
        """Return the scorer of a verified artefact, its golden rows recomputed (0.5 s).

        Raises ArtefactError: then rules decide and every payment steps up.
        """
        artefact = registry.load(
            folder, feature_version=fraud.VERSION, golden=golden_difference, trust=trust
        )
        try:
            return FraudScorer.of(artefact)
        except (KeyError, IndexError, TypeError, ValueError) as exc:
            raise ArtefactError(f"{folder.name} is not a fraud model: {exc!r}") from exc

    @staticmethod
    def of(artefact: Artefact) -> "FraudScorer":
        """Build from verified arrays; KeyError or ValueError when parts are missing."""
        manifest, width = artefact.manifest, len(fraud.NAMES)
        if tuple(manifest["features"]) != fraud.NAMES:
            raise ValueError("the manifest lists other features or another order")
        if tuple(manifest["behaviour"]) != behaviour.NAMES:
            raise ValueError("the manifest lists other behaviours or another order")
        first, second, third = artefact.arrays["weights"].tolist()
        a, b, c = artefact.arrays["beta"].tolist()
        return FraudScorer(
            xgboost=TableShap.of(TreeEnsemble.from_arrays(artefact.group("xgboost")), width),
            lightgbm=TableShap.of(TreeEnsemble.from_arrays(artefact.group("lightgbm")), width),
            linear=Linear.from_arrays(artefact.group("linear")),
            weights=(first, second, third),
            beta=(a, b, c),
            anomaly=TailAnomaly(
                artefact.arrays["anomaly.sorted"], artefact.arrays["anomaly.two_sided"]
            ),
            constants=fraud.Constants(**manifest["constants"]),
            habits=Habits(**manifest["habits"]),
            thresholds=Thresholds(**manifest["thresholds"]),
            version=artefact.version,
        )

    def judge(self, payment: Payment, customer: CustomerEvents, terminal: TerminalEvents) -> Judged:
        """Judge one payment from the events recorded before it; no I/O."""
        vector = fraud.features(payment, customer, terminal, self.constants)
        row = behaviour.behaviour(payment, customer, terminal, self.habits)
        return Judged(vector=vector, behaviour=row, score=self.score(vector, row))

    def score(self, vector: NDArray[np.float32], row: NDArray[np.float32]) -> FraudScore:
        """Judge one vector of fraud.NAMES and one row of behaviour.NAMES.

        ValueError unless both are finite and of that length.
        """
        require_row(vector, len(fraud.NAMES), "fraud vector")
        require_row(row, len(behaviour.NAMES), "behaviour row")
        first, second, third = self.weights
        contributions = first * self.xgboost.contributions(vector)
        contributions += second * self.lightgbm.contributions(vector)
        contributions += third * self.linear.contributions(vector)
        log_odds = self.base + float(contributions.sum())
        return FraudScore(
            probability=float(calibrated(np.array([log_odds]), self.beta)[0]),
            log_odds=log_odds,
            anomaly=self.anomaly.score(row),
            base=self.base,
            contributions=contributions,
            model_version=self.version,
        )

    @property
    def base(self) -> float:
        """Return the mean log-odds of a payment of which nothing is known."""
        first, second, third = self.weights
        return first * self.xgboost.base + second * self.lightgbm.base + third * self.linear.base

    def log_odds_rows(self, X: NDArray[np.float32]) -> FloatArray:
        """Return the mean log-odds (rows,) by walking the trees: no reasons, many rows."""
        margins = self.xgboost.ensemble.margin(X), self.lightgbm.ensemble.margin(X)
        return mean_log_odds(margins, self.linear, self.weights, X)

    def probability_rows(self, X: NDArray[np.float32]) -> FloatArray:
        """Return the calibrated probabilities (rows,)."""
        return calibrated(self.log_odds_rows(X), self.beta)

    def decide(self, score: FraudScore) -> Action:
        """Return the band of a score under the artefact's thresholds."""
        return self.thresholds.action(score.probability, score.anomaly)


def require_row(row: NDArray[Any], width: int, name: str) -> None:
    """Raise ValueError unless `row` is `width` finite numbers."""
    if row.shape != (width,) or not np.isfinite(row).all():
        raise ValueError(f"a {name} is {width} finite numbers")


def mean_log_odds(
    margins: tuple[FloatArray, FloatArray], linear: Linear, weights: MemberWeights,
    X: NDArray[np.float32],
) -> FloatArray:  # fmt: skip
    """Return the weighted mean of the members' log-odds (rows,), from the trees' margins."""
    first, second, third = weights
    straight = linear.base + linear.contributions(X).sum(axis=1)
    mean: FloatArray = first * margins[0] + second * margins[1] + third * straight
    return mean


def calibrated(log_odds: FloatArray, beta: tuple[float, float, float]) -> FloatArray:
    """Map mean log-odds to probabilities: logit = a·ln p − b·ln(1−p) + c (Kull et al. 2017)."""
    a, b, c = beta
    # ln p = −ln(1 + e^−m) and ln(1−p) = −ln(1 + e^m), without overflow at either end.
    logit = -a * np.logaddexp(0.0, -log_odds) + b * np.logaddexp(0.0, log_odds) + c
    probability: FloatArray = np.exp(-np.logaddexp(0.0, -logit))
    return probability


def golden_difference(artefact: Artefact) -> float:
    """Return how far the stored golden rows are from what this program computes."""
    scorer = FraudScorer.of(artefact)
    golden: Mapping[str, NDArray[Any]] = artefact.group("golden")
    worst = 0.0
    for i, (vector, row) in enumerate(zip(golden["x"], golden["behaviour"], strict=True)):
        score = scorer.score(vector, row)
        worst = max(
            worst,
            abs(score.probability - float(golden["probability"][i])),
            abs(score.anomaly - float(golden["anomaly"][i])),
            float(np.abs(score.contributions - golden["contributions"][i]).max()),
        )
    return worst
