"""Train the fraud model: payments in, one immutable artefact with its card out.

Members learn from labelled payments from day 30 on (windows fill before that) with 15 % of
the legit ones. The last labelled week is scored by members that have not seen it: there
the calibration is fitted and the card's figures are measured. Then members see all rows.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml.estimators.anomaly import COMPARED_MAX, fit_anomaly, pyod_scores
from app.ml.estimators.fraud import (
    LIGHTGBM,
    LIGHTGBM_ROUNDS,
    MEMBER_WEIGHTS,
    XGBOOST,
    XGBOOST_ROUNDS,
    FraudMembers,
    fit_beta,
)
from app.ml.evaluation import Roc, fraud_report
from app.ml.features import behaviour, fraud
from app.ml.features.behaviour_table import behaviour_table, habits_of
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, constants_of, feature_table
from app.ml.serving.anomaly import TailAnomaly
from app.ml.serving.fraud_scorer import Thresholds, calibrated
from app.ml.training.fraud_costs import CostMatrix, thresholds_for

WARM_UP_DAYS = 30
CALIBRATION_DAYS = 7
NEGATIVE_SHARE = 0.15
GOLDEN_ROWS = 1_000
BOOTSTRAPS = 100
STAGES = ("features", "members, last week hidden", "calibration", "members", "anomaly", "report")

Progress = Callable[[str], None]


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
class _Rows:
    table: PaymentTable
    X: NDArray[np.float32]
    behaviour: NDArray[np.float32]
    usable: NDArray[np.bool_]
    """Labelled and after the warm-up."""
    last_week: NDArray[np.bool_]


def train_fraud(
    table: PaymentTable, labelled: NDArray[np.bool_], *, seed: int, costs: CostMatrix,
    progress: Progress = lambda _: None,
) -> TrainedFraud:  # fmt: skip
    """Train on all payments given, labels taken as known; same input and seed, same bytes.

    Raises TrainingDataError when history is too short or a class is absent.
    """
    _check(table, labelled)
    day = (table.ts_s - table.ts_s[0] // DAY * DAY) // DAY
    usable = labelled & (day >= WARM_UP_DAYS)
    last_week = usable & (day > day[-1] - CALIBRATION_DAYS)
    constants, habits = constants_of(table.cents[usable]), habits_of(table.take(usable))
    progress(STAGES[0])
    rows = _Rows(
        table, feature_table(table, constants), behaviour_table(table, habits, usable),
        usable, last_week,
    )  # fmt: skip
    progress(STAGES[1])
    blind = _fit_members(rows, usable & ~last_week, seed)
    progress(STAGES[2])
    week_log_odds = blind.log_odds(rows.X[last_week])
    beta = fit_beta(week_log_odds, table.fraud[last_week])
    progress(STAGES[3])
    members = _fit_members(rows, usable, seed)
    progress(STAGES[4])
    legit = rows.behaviour[usable & (table.fraud == 0)]
    channel = fit_anomaly(legit, seed=seed)
    thresholds = _thresholds(rows, channel.score_rows(legit), costs)
    progress(STAGES[5])
    arrays = {
        **members.to_arrays(),
        "beta": np.array(beta),
        "anomaly.sorted": channel.sorted_columns,
        "anomaly.two_sided": channel.two_sided,
    }
    manifest = _manifest(rows, seed=seed, costs=costs)
    manifest |= {
        "constants": asdict(constants),
        "habits": asdict(habits),
        "thresholds": asdict(thresholds),
        "metrics": _metrics(rows, calibrated(week_log_odds, beta), seed=seed),
        "anomaly_auc": _anomaly_auc(rows, channel, legit, seed=seed),
    }
    arrays |= _golden(arrays, manifest, rows, seed=seed)
    return TrainedFraud(arrays=arrays, manifest=manifest)


def _check(table: PaymentTable, labelled: NDArray[np.bool_]) -> None:
    if len(table) == 0:
        raise TrainingDataError("no payment lies in the training period")
    span = int((table.ts_s[-1] - table.ts_s[0]) // DAY) + 1
    needed = WARM_UP_DAYS + 2 * CALIBRATION_DAYS
    if span < needed:
        raise TrainingDataError(f"training needs {needed} days of payments, these span {span}")
    day = (table.ts_s - table.ts_s[0] // DAY * DAY) // DAY
    week = day > day[-1] - CALIBRATION_DAYS
    for name, part in (
        ("before the last week", ~week & (day >= WARM_UP_DAYS)),
        ("in the last week", week),
    ):
        frauds, count = int(table.fraud[part & labelled].sum()), int((part & labelled).sum())
        if not 0 < frauds < count:
            raise TrainingDataError(
                f"{count} labelled payments {name} hold {frauds} frauds: both classes are needed"
            )


def _fit_members(rows: _Rows, chosen: NDArray[np.bool_], seed: int) -> FraudMembers:
    rng = np.random.default_rng(seed)
    kept = chosen & ((rows.table.fraud == 1) | (rng.random(chosen.size) < NEGATIVE_SHARE))
    y = rows.table.fraud[kept]
    weight = np.where(y == 1, 1.0, 1.0 / NEGATIVE_SHARE)
    return FraudMembers.fit(rows.X[kept], y, weight, seed=seed)


def _thresholds(rows: _Rows, legit_anomaly: NDArray[np.float64], costs: CostMatrix) -> Thresholds:
    frauds = rows.usable & (rows.table.fraud == 1)
    step_up, review, block = thresholds_for(
        costs, mean_fraud_amount=float(rows.table.cents[frauds].mean()) / 100
    )
    return Thresholds(
        step_up=step_up,
        review=review,
        block=block,
        anomaly_step_up=float(np.quantile(legit_anomaly, 1 - costs.anomaly_step_up_share)),
        anomaly_review=float(np.quantile(legit_anomaly, 1 - costs.anomaly_review_share)),
    )


def _metrics(rows: _Rows, probability: NDArray[np.float64], *, seed: int) -> dict[str, Any]:
    week = rows.table.take(rows.last_week)
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


def _anomaly_auc(
    rows: _Rows, channel: TailAnomaly, legit: NDArray[np.float32], *, seed: int
) -> dict[str, float]:
    """Return the AUC of the served form and of PyOD's on the frauds of the last week."""
    rng = np.random.default_rng(seed)
    y = rows.table.fraud == 1
    negatives = rng.permutation(np.nonzero(rows.last_week & ~y)[0])[:COMPARED_MAX]
    chosen = np.sort(np.r_[np.nonzero(rows.last_week & y)[0], negatives])
    seen = rows.behaviour[chosen]
    scores = {"served": channel.score_rows(seen), **pyod_scores(legit, seen, seed=seed)}
    return {name: Roc.of(y[chosen], score).auc() for name, score in scores.items()}


def _manifest(rows: _Rows, *, seed: int, costs: CostMatrix) -> dict[str, Any]:
    table = rows.table
    digest = hashlib.sha256()
    for column in (table.id, table.ts_s, table.customer, table.terminal, table.cents, table.fraud):
        digest.update(np.ascontiguousarray(column).tobytes())
    first, until = (str(np.datetime64(int(t), "s"))[:10] for t in (table.ts_s[0], table.ts_s[-1]))
    return {
        "name": "fraud",
        "version": f"{until}-{digest.hexdigest()[:8]}-{recipe()}-s{seed}",
        "feature_version": fraud.VERSION,
        "features": list(fraud.NAMES),
        "behaviour_version": behaviour.VERSION,
        "behaviour": list(behaviour.NAMES),
        "seed": seed,
        "training": {
            "first_day": first,
            "until": until,
            "payments": len(table),
            "frauds": int(table.fraud[rows.usable].sum()),
            "rows": int(rows.usable.sum()),
            "negative_share": NEGATIVE_SHARE,
            "data_sha256": digest.hexdigest(),
        },
        "costs": asdict(costs),
        "libraries": _libraries(),
    }


def recipe() -> str:
    """Return four letters that change when the same data would train another model."""
    settings = (
        fraud.VERSION, behaviour.VERSION, NEGATIVE_SHARE, dict(XGBOOST), XGBOOST_ROUNDS,
        dict(LIGHTGBM), LIGHTGBM_ROUNDS, MEMBER_WEIGHTS,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:4]


def _libraries() -> dict[str, str]:
    from importlib.metadata import version

    names: Mapping[str, str] = {"numpy": "numpy", "lightgbm": "lightgbm", "pyod": "pyod"}
    found = {name: version(package) for name, package in names.items()}
    import sklearn
    import xgboost

    return {**found, "scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}


def _golden(
    arrays: dict[str, NDArray[Any]], manifest: dict[str, Any], rows: _Rows, *, seed: int
) -> dict[str, NDArray[Any]]:
    from app.ml.registry import Artefact
    from app.ml.serving.fraud_scorer import FraudScorer

    scorer = FraudScorer.of(Artefact(arrays=arrays, manifest=manifest))
    rng = np.random.default_rng(seed)
    frauds = rng.permutation(np.nonzero(rows.usable & (rows.table.fraud == 1))[0])[
        : GOLDEN_ROWS // 4
    ]
    others = rng.permutation(np.nonzero(rows.usable & (rows.table.fraud == 0))[0])
    chosen = np.sort(np.r_[frauds, others[: GOLDEN_ROWS - frauds.size]])
    scores = [scorer.score(rows.X[row], rows.behaviour[row]) for row in chosen]
    contributions = np.stack([score.contributions for score in scores])
    return {
        "golden.x": rows.X[chosen],
        "golden.behaviour": rows.behaviour[chosen],
        "golden.probability": np.array([score.probability for score in scores]),
        "golden.anomaly": np.array([score.anomaly for score in scores]),
        "golden.contributions": contributions.astype(np.float32),
    }
