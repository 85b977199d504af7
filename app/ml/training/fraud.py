"""Train the fraud model: payments in, one immutable artefact with its card out.

Members learn from labelled payments from day 30 on (windows fill before that) with 15 % of
the legit ones. The last labelled week is scored by members that have not seen it: there
the calibration is fitted and the card's figures are measured. Then members see all rows.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from app.ml.estimators.anomaly import fit_anomaly
from app.ml.estimators.fraud import FraudMembers, fit_beta
from app.ml.features.behaviour_table import behaviour_table, habits_of
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, constants_of, feature_table
from app.ml.serving.fraud_scorer import calibrated
from app.ml.training.fraud_costs import CostMatrix
from app.ml.training.fraud_shared import (
    CALIBRATION_DAYS,
    NEGATIVE_SHARE,
    WARM_UP_DAYS,
    TrainedFraud,
    TrainingDataError,
    TrainingFacts,
    Week,
    anomaly_auc,
    bands,
    compared_rows,
    drift_references,
    golden_choice,
    golden_rows,
    manifest_of,
    refuse_one_class,
    refuse_span,
    week_metrics,
)

STAGES = ("features", "members, last week hidden", "calibration", "members", "anomaly", "report")

Progress = Callable[[str], None]


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
    frauds = usable & (table.fraud == 1)
    mean_fraud = float(table.cents[frauds].mean()) / 100
    thresholds = bands(mean_fraud, channel.score_rows(legit), costs)
    progress(STAGES[5])
    seen = table.take(last_week)
    week = Week(seen.ts_s, seen.customer, seen.cents, seen.fraud)
    probability = calibrated(week_log_odds, beta)
    compared = compared_rows(week.fraud, seed=seed)
    arrays = {
        **members.to_arrays(),
        "beta": np.array(beta),
        "anomaly.sorted": channel.sorted_columns,
        "anomaly.two_sided": channel.two_sided,
    }
    manifest = manifest_of(_facts(rows), seed=seed, costs=costs)
    manifest |= {
        "constants": asdict(constants),
        "habits": asdict(habits),
        "thresholds": asdict(thresholds),
        "metrics": week_metrics(week, probability, seed=seed),
        "drift": drift_references(rows.X[last_week], probability),
        "anomaly_auc": anomaly_auc(
            rows.behaviour[last_week][compared], week.fraud[compared], channel, legit, seed=seed
        ),
    }
    golden = np.nonzero(usable)[0][golden_choice(table.fraud[usable], seed=seed)]
    arrays |= golden_rows(arrays, manifest, rows.X[golden], rows.behaviour[golden])
    return TrainedFraud(arrays=arrays, manifest=manifest)


def _check(table: PaymentTable, labelled: NDArray[np.bool_]) -> None:
    if len(table) == 0:
        raise TrainingDataError("no payment lies in the training period")
    refuse_span(int(table.ts_s[0]), int(table.ts_s[-1]))
    day = (table.ts_s - table.ts_s[0] // DAY * DAY) // DAY
    week = day > day[-1] - CALIBRATION_DAYS
    for name, part in (
        ("before the last week", ~week & (day >= WARM_UP_DAYS)),
        ("in the last week", week),
    ):
        chosen = part & labelled
        refuse_one_class(name, int(table.fraud[chosen].sum()), int(chosen.sum()))


def _facts(rows: _Rows) -> TrainingFacts:
    table, digest = rows.table, hashlib.sha256()
    for column in (table.id, table.ts_s, table.customer, table.terminal, table.cents, table.fraud):
        digest.update(np.ascontiguousarray(column).tobytes())
    return TrainingFacts(
        first_s=int(table.ts_s[0]),
        last_s=int(table.ts_s[-1]),
        payments=len(table),
        rows=int(rows.usable.sum()),
        frauds=int(table.fraud[rows.usable].sum()),
        data_sha256=digest.hexdigest(),
    )


def _fit_members(rows: _Rows, chosen: NDArray[np.bool_], seed: int) -> FraudMembers:
    rng = np.random.default_rng(seed)
    kept = chosen & ((rows.table.fraud == 1) | (rng.random(chosen.size) < NEGATIVE_SHARE))
    y = rows.table.fraud[kept]
    weight = np.where(y == 1, 1.0, 1.0 / NEGATIVE_SHARE)
    return FraudMembers.fit(rows.X[kept], y, weight, seed=seed)
