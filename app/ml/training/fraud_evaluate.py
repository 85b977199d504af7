"""Measure a stored fraud model on a labelled period, kinds of fraud apart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.comparing import actions, realised_cost
from app.ml.evaluation import (
    BoolArray,
    FloatArray,
    IntArray,
    Roc,
    fraud_intervals,
    fraud_report,
    interval,
    protocol_rows,
    resampled,
)
from app.ml.features.fraud_kernel import DAY
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.fraud_predict import Period, WindowRows, window_rows
from app.ml.training.payments_data import PaymentData

TEST_BEGINS_DAY = 14
"""In the handbook's protocol the test week begins this many days after the fold's start."""
INTERVAL_SEED = 7


@dataclass(frozen=True, slots=True)
class LabelledWindow:
    """The labelled payments of a test period and what really happened in each."""

    rows: WindowRows
    kind: IntArray

    @property
    def truth(self) -> BoolArray:
        """Return which payments were fraud."""
        truth: BoolArray = self.rows.table.fraud == 1
        return truth

    @property
    def two_classes(self) -> bool:
        """Return whether both fraud and legit payments lie in the period."""
        return bool(0 < self.truth.sum() < self.truth.size)


def labelled_window(
    payments: PaymentData, period: Period, scorer: FraudScorer, *, protocol: bool
) -> LabelledWindow:
    """Return the period's labelled payments with both input rows.

    With `protocol`, payments of customers whose fraud was known are dropped, and the
    period is the fold's test week.
    """
    window = window_rows(payments.table, period, scorer)
    inside = period.rows(payments.table)
    chosen = payments.labelled[inside]
    if protocol:
        kept = protocol_rows(
            ts_s=payments.table.ts_s, customer=payments.table.customer,
            fraud=payments.table.fraud == 1, start_s=period.start_s - TEST_BEGINS_DAY * DAY,
        )  # fmt: skip
        chosen = chosen & kept[inside]
    return LabelledWindow(rows=window.take(chosen), kind=payments.kind[inside][chosen])


def evaluate_fraud(
    window: LabelledWindow, scorer: FraudScorer, *, trained_kinds: frozenset[int],
    names: Mapping[int, str], costs: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """Return the report of score and anomaly channel; `supervised` is None without two classes.

    Kinds of fraud that are not among `trained_kinds` are pooled under `unseen` as well;
    `names` says what the codes of kinds mean, where that is known; `costs` is the matrix that
    the model's thresholds were drawn from.
    """
    truth, table = window.truth, window.rows.table
    report: dict[str, Any] = {
        "rows": len(table), "frauds": int(truth.sum()), "supervised": None, "kinds": {},
    }  # fmt: skip
    if not window.two_classes:
        return report
    probability = scorer.probability_rows(window.rows.X)
    anomaly = scorer.anomaly.score_rows(window.rows.behaviour)
    facts: dict[str, Any] = {
        "ts_s": table.ts_s, "customer": table.customer, "amount": table.cents / 100.0,
        "fraud": truth, "probability": probability,
    }  # fmt: skip
    report["supervised"] = fraud_report(**facts).as_dict()
    report["intervals_90"] = fraud_intervals(**facts, seed=INTERVAL_SEED)
    report["costs"] = _costs(window, scorer, probability, anomaly, costs)
    report["anomaly"] = _ranked(truth, anomaly)
    scores = {"supervised": probability, "anomaly": anomaly}
    kinds = [code for code in np.unique(window.kind[truth]).tolist() if code >= 0]
    for code in kinds:
        report["kinds"][str(code)] = {
            "name": names.get(code, str(code)),
            "trained": code in trained_kinds,
            **_against_legit(window, window.kind == code, scores),
        }
    unseen = np.isin(window.kind, [code for code in kinds if code not in trained_kinds])
    if trained_kinds and (unseen & truth).any():
        report["unseen"] = _against_legit(window, unseen, scores)
    return report


def _costs(
    window: LabelledWindow, scorer: FraudScorer, probability: FloatArray, anomaly: FloatArray,
    costs: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """Return what the period would have cost under the model's bands, and if all were allowed."""
    amount, truth = window.rows.table.cents / 100.0, window.truth
    action = actions(probability, anomaly, asdict(scorer.thresholds))
    found = realised_cost(costs, action=action, amount=amount, fraud=truth)
    allowed = realised_cost(costs, action=np.zeros_like(action), amount=amount, fraud=truth)
    names = ("allow", "step_up", "review", "block")
    return {
        "total": found,
        "per_payment": found / truth.size,
        "allow_all": allowed,
        "saved_share": 1 - found / allowed,
        "actions": {name: int((action == band).sum()) for band, name in enumerate(names)},
    }


def _against_legit(
    window: LabelledWindow, chosen: BoolArray, scores: Mapping[str, FloatArray]
) -> dict[str, Any]:
    """Rank the chosen frauds against all legit payments, so that kinds compare."""
    truth = window.truth
    part = ~truth | (truth & chosen)
    found: dict[str, Any] = {"frauds": int((truth & chosen).sum())}
    for name, score in scores.items():
        found[name] = _ranked(truth[part], score[part])
        low, high = _recall_interval(window, truth & chosen, score)
        found[name]["recall_fpr_01_90"] = [low, high]
    return found


def _recall_interval(
    window: LabelledWindow, frauds: BoolArray, score: FloatArray
) -> tuple[float, float]:
    """Return the interval of the recall at 1 % false positives, defrauded customers resampled."""
    caught = score[frauds] > np.quantile(score[~window.truth], 0.99)
    owners = window.rows.table.customer[frauds]
    return interval([float(caught[r].mean()) for r in resampled(owners, seed=INTERVAL_SEED)])


def _ranked(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> dict[str, Any]:
    roc = Roc.of(truth, score)
    return {
        "auc": roc.auc(),
        "average_precision": roc.average_precision(),
        "recall_fpr_001": roc.recall_at(0.001),
        "recall_fpr_01": roc.recall_at(0.01),
    }
