"""What both training paths share: the recipe, thresholds, figures, manifest, golden rows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml.drift import Reference
from app.ml.estimators.anomaly import COMPARED_MAX, pyod_scores
from app.ml.estimators.fraud import (
    LIGHTGBM,
    LIGHTGBM_ROUNDS,
    MEMBER_WEIGHTS,
    XGBOOST,
    XGBOOST_ROUNDS,
)
from app.ml.evaluation import Roc, fraud_report
from app.ml.features import behaviour, fraud
from app.ml.features.fraud_kernel import DAY
from app.ml.serving.anomaly import TailAnomaly
from app.ml.serving.fraud_scorer import Thresholds
from app.ml.training.fraud_costs import CostMatrix, thresholds_for

WARM_UP_DAYS = 30
CALIBRATION_DAYS = 7
NEGATIVE_SHARE = 0.15
GOLDEN_ROWS = 1_000
BOOTSTRAPS = 100


class TrainingDataError(InvalidInputError):
    """The payments cannot train a model."""

    code = "training_data"
    title = "The payments cannot train a fraud model"


@dataclass(frozen=True, slots=True)
class TrainedFraud:
    """Everything `registry.save` needs save the card."""

    arrays: dict[str, NDArray[Any]]
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Week:
    """The labelled payments of the last week, in total order."""

    ts_s: NDArray[np.int64]
    customer: NDArray[np.int64]
    cents: NDArray[np.int64]
    fraud: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What the manifest says of the payments; `rows` and `frauds` are the usable ones."""

    first_s: int
    last_s: int
    payments: int
    rows: int
    frauds: int
    data_sha256: str


def refuse_span(first_s: int, last_s: int) -> None:
    """Raise TrainingDataError when the history is too short."""
    span = (last_s - first_s) // DAY + 1
    needed = WARM_UP_DAYS + 2 * CALIBRATION_DAYS
    if span < needed:
        raise TrainingDataError(f"training needs {needed} days of payments, these span {span}")


def refuse_one_class(name: str, frauds: int, count: int) -> None:
    """Raise TrainingDataError unless both classes are there."""
    if not 0 < frauds < count:
        raise TrainingDataError(
            f"{count} labelled payments {name} hold {frauds} frauds: both classes are needed"
        )


def bands(
    mean_fraud_amount: float, legit_anomaly: NDArray[np.float64], costs: CostMatrix
) -> Thresholds:
    """Return the thresholds of both channels."""
    step_up, review, block = thresholds_for(costs, mean_fraud_amount=mean_fraud_amount)
    return Thresholds(
        step_up=step_up,
        review=review,
        block=block,
        anomaly_step_up=float(np.quantile(legit_anomaly, 1 - costs.anomaly_step_up_share)),
        anomaly_review=float(np.quantile(legit_anomaly, 1 - costs.anomaly_review_share)),
    )


def week_metrics(week: Week, probability: NDArray[np.float64], *, seed: int) -> dict[str, Any]:
    """Return the card's figures on the last week, AP with its 90 % interval."""
    truth = week.fraud == 1
    report = fraud_report(
        ts_s=week.ts_s, customer=week.customer, amount=week.cents / 100.0, fraud=truth,
        probability=probability,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    _, owner = np.unique(week.customer, return_inverse=True)
    people = int(owner.max()) + 1
    values = []
    for _ in range(BOOTSTRAPS):
        # Whole customers are drawn: one person's payments are not independent.
        draws = np.bincount(rng.integers(0, people, people), minlength=people)
        index = np.repeat(np.arange(owner.size), draws[owner])
        if 0 < truth[index].sum() < index.size:
            values.append(Roc.of(truth[index], probability[index]).average_precision())
    low, high = np.quantile(values, (0.05, 0.95)) if values else (np.nan, np.nan)
    return {**report.as_dict(), "average_precision_90": [float(low), float(high)]}


def compared_rows(fraud: NDArray[np.int64], *, seed: int) -> NDArray[np.int64]:
    """Return the rows of the last week on which detectors are compared, ascending."""
    rng = np.random.default_rng(seed)
    negatives = rng.permutation(np.nonzero(fraud == 0)[0])[:COMPARED_MAX]
    return np.sort(np.r_[np.nonzero(fraud == 1)[0], negatives])


def anomaly_auc(
    seen: NDArray[np.float32], fraud: NDArray[np.int64], channel: TailAnomaly,
    legit: NDArray[np.float32], *, seed: int,
) -> dict[str, float]:  # fmt: skip
    """Return the AUC of the served form and of PyOD's on behaviour rows seen in the last week."""
    scores = {"served": channel.score_rows(seen), **pyod_scores(legit, seen, seed=seed)}
    return {name: Roc.of(fraud == 1, score).auc() for name, score in scores.items()}


def manifest_of(facts: TrainingFacts, *, seed: int, costs: CostMatrix) -> dict[str, Any]:
    """Return what every manifest says, save what the fit found."""
    first, until = (str(np.datetime64(t, "s"))[:10] for t in (facts.first_s, facts.last_s))
    return {
        "name": "fraud",
        "version": f"{until}-{facts.data_sha256[:8]}-{recipe()}-s{seed}",
        "feature_version": fraud.VERSION,
        "features": list(fraud.NAMES),
        "behaviour_version": behaviour.VERSION,
        "behaviour": list(behaviour.NAMES),
        "seed": seed,
        "training": {
            "first_day": first,
            "until": until,
            "payments": facts.payments,
            "frauds": facts.frauds,
            "rows": facts.rows,
            "negative_share": NEGATIVE_SHARE,
            "data_sha256": facts.data_sha256,
        },
        "costs": asdict(costs),
        "libraries": libraries(),
    }


def drift_references(
    X: NDArray[np.float32], probability: NDArray[np.float64]
) -> dict[str, dict[str, Any]]:
    """Return what serving compares itself with: every feature and the score in the last week.

    That week is whole, unlike the sample that trains, so it has the shares of real traffic.
    """
    columns = {**dict(zip(fraud.NAMES, X.T, strict=True)), "score": probability}
    return {name: asdict(Reference.of(values)) for name, values in columns.items()}


def recipe() -> str:
    """Return four letters that change when the same data would train another model."""
    settings = (
        fraud.VERSION, behaviour.VERSION, NEGATIVE_SHARE, dict(XGBOOST), XGBOOST_ROUNDS,
        dict(LIGHTGBM), LIGHTGBM_ROUNDS, MEMBER_WEIGHTS, "drift/1",
    )  # fmt: skip
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:4]


def libraries() -> dict[str, str]:
    """Return the versions that trained."""
    from importlib.metadata import version

    names: Mapping[str, str] = {"numpy": "numpy", "lightgbm": "lightgbm", "pyod": "pyod"}
    found = {name: version(package) for name, package in names.items()}
    import sklearn
    import xgboost

    return {**found, "scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}


def golden_choice(fraud: NDArray[np.int64], *, seed: int) -> NDArray[np.int64]:
    """Return which rows become golden ones, ascending, at most a quarter of them frauds."""
    rng = np.random.default_rng(seed)
    frauds = rng.permutation(np.nonzero(fraud == 1)[0])[: GOLDEN_ROWS // 4]
    others = rng.permutation(np.nonzero(fraud == 0)[0])
    return np.sort(np.r_[frauds, others[: GOLDEN_ROWS - frauds.size]])


def golden_rows(
    arrays: Mapping[str, NDArray[Any]], manifest: Mapping[str, Any],
    X: NDArray[np.float32], acts: NDArray[np.float32],
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Return rows with what the finished model says of them; loading checks them."""
    from app.ml.registry import Artefact
    from app.ml.serving.fraud_scorer import FraudScorer

    scorer = FraudScorer.of(Artefact(arrays=dict(arrays), manifest=dict(manifest)))
    scores = [scorer.score(vector, row) for vector, row in zip(X, acts, strict=True)]
    contributions = np.stack([score.contributions for score in scores])
    return {
        "golden.x": X,
        "golden.behaviour": acts,
        "golden.probability": np.array([score.probability for score in scores]),
        "golden.anomaly": np.array([score.anomaly for score in scores]),
        "golden.contributions": contributions.astype(np.float32),
    }
