"""Measure a stored fraud model on a labelled period, kinds of fraud apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.evaluation import Roc, fraud_report, protocol_rows
from app.ml.features.fraud_kernel import DAY
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.fraud_predict import Period, window_rows
from app.ml.training.payments_data import PaymentData

TEST_BEGINS_DAY = 14
"""In the handbook's protocol the test week begins this many days after the fold's start."""


def evaluate_fraud(
    payments: PaymentData, period: Period, scorer: FraudScorer, *, protocol: bool
) -> dict[str, Any]:
    """Return the report of score and anomaly channel; `supervised` is None without two classes.

    With `protocol`, payments of customers whose fraud was known are dropped, and the
    period is the fold's test week.
    """
    window, X = window_rows(payments.table, period, scorer)
    inside = period.rows(payments.table)
    chosen = payments.labelled[inside]
    if protocol:
        kept = protocol_rows(
            ts_s=payments.table.ts_s, customer=payments.table.customer,
            fraud=payments.table.fraud == 1, start_s=period.start_s - TEST_BEGINS_DAY * DAY,
        )  # fmt: skip
        chosen = chosen & kept[inside]
    window, X, kind = window.take(chosen), X[chosen], payments.kind[inside][chosen]
    truth = window.fraud == 1
    report: dict[str, Any] = {
        "rows": len(window), "frauds": int(truth.sum()), "supervised": None, "kinds": {},
    }  # fmt: skip
    if not 0 < truth.sum() < truth.size:
        return report
    probability = scorer.probability_rows(X)
    anomaly = scorer.anomaly.score_rows(X)
    report["supervised"] = fraud_report(
        ts_s=window.ts_s, customer=window.customer, amount=window.cents / 100.0, fraud=truth,
        probability=probability,
    ).as_dict()  # fmt: skip
    report["anomaly"] = _ranked(truth, anomaly)
    for code in np.unique(kind[truth]).tolist():
        # Each kind against the same legit payments, so that rates compare.
        part = ~truth | (kind == code)
        report["kinds"][str(code)] = {
            "frauds": int((kind[truth] == code).sum()),
            "supervised": _ranked(truth[part], probability[part]),
            "anomaly": _ranked(truth[part], anomaly[part]),
        }
    return report


def _ranked(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> dict[str, float]:
    roc = Roc.of(truth, score)
    return {
        "auc": roc.auc(),
        "average_precision": roc.average_precision(),
        "recall_fpr_001": roc.recall_at(0.001),
        "recall_fpr_01": roc.recall_at(0.01),
    }
