"""Two versions of a model on the same labelled payments: what each would have caught and cost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.ml.evaluation import (
    BoolArray,
    FloatArray,
    IntArray,
    Interval,
    Roc,
    expected_calibration_error,
    interval,
    resampled,
)

ALLOW, STEP_UP, REVIEW, BLOCK = range(4)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one version says of all rows; `action` is ALLOW … BLOCK under its own thresholds."""

    probability: FloatArray
    action: IntArray


@dataclass(frozen=True, slots=True)
class Labelled:
    """Payments whose truth is known; `amount` in currency units."""

    customer: IntArray
    amount: FloatArray
    fraud: BoolArray


def realised_cost(
    costs: Mapping[str, float], *, action: IntArray, amount: FloatArray, fraud: BoolArray
) -> float:
    """Return what the actions cost in currency units, by the cost matrix of the manifest."""
    loss = fraud * (amount + costs["chargeback_fee"])
    table = np.stack(
        [
            loss,
            costs["step_up"] + (1 - costs["step_up_stops"]) * loss,
            costs["review"] + (1 - costs["review_stops"]) * loss,
            ~fraud * costs["false_block"],
        ]
    )
    return float(table[action, np.arange(action.size)].sum())


def measures(rows: Labelled, judged: Judgement, costs: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of one version; ValueError when a class is absent."""
    roc = Roc.of(rows.fraud, judged.probability)
    return {
        "average_precision": roc.average_precision(),
        "auc": roc.auc(),
        "recall_fpr_01": roc.recall_at(0.01),
        "brier": float(np.mean((judged.probability - rows.fraud) ** 2)),
        "ece": expected_calibration_error(rows.fraud, judged.probability),
        "cost": realised_cost(costs, action=judged.action, amount=rows.amount, fraud=rows.fraud),
        "alerts": float((judged.action != ALLOW).mean()),
    }


def gains(
    rows: Labelled, champion: Judgement, challenger: Judgement, costs: Mapping[str, float], *,
    seed: int,
) -> tuple[Interval, Interval]:  # fmt: skip
    """Return the 90 % intervals of the challenger's gain in average precision and in cost.

    Both versions are measured on the same resampled customers, so that what the sample does
    to either cancels out. ValueError when no sample holds both classes.
    """
    precision, cost = [], []
    for picked in resampled(rows.customer, seed=seed):
        part = Labelled(rows.customer[picked], rows.amount[picked], rows.fraud[picked])
        if not 0 < part.fraud.sum() < part.fraud.size:
            continue
        old, new = (
            measures(part, Judgement(side.probability[picked], side.action[picked]), costs)
            for side in (champion, challenger)
        )
        precision.append(new["average_precision"] - old["average_precision"])
        cost.append(old["cost"] - new["cost"])
    if not precision:
        raise ValueError("no sample of customers holds both classes")
    return interval(precision), interval(cost)


def actions(
    probability: FloatArray, anomaly: FloatArray, thresholds: Mapping[str, float]
) -> NDArray[np.int64]:
    """Return the strictest band that either channel reaches, as Thresholds.action does."""
    found = np.where(
        (probability >= thresholds["step_up"]) | (anomaly >= thresholds["anomaly_step_up"]),
        STEP_UP,
        ALLOW,
    )
    held = (probability >= thresholds["review"]) | (anomaly >= thresholds["anomaly_review"])
    found = np.where(held, REVIEW, found)
    return np.where(probability >= thresholds["block"], BLOCK, found).astype(np.int64)
