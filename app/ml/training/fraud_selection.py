"""Which features the supervised members need: the feature selection report.

Features are ordered by their mean absolute contribution on the training rows; members are
fitted again on the strongest ones alone, and on all but one group, and measured on rows
they have not seen. Contributions are exact (table SHAP), so none is counted twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.estimators.fraud import MEMBER_WEIGHTS, FraudMembers
from app.ml.evaluation import Roc
from app.ml.features import fraud
from app.ml.serving.table_shap import TableShap
from app.ml.serving.trees import FloatArray

KEPT = (5, 10, 20, 30, 40, 50)
SAMPLE = 2_000
GROUPS: Mapping[str, tuple[str, ...]] = {
    "amount and time": ("amount", "hour", "wday"),
    "own pace": ("c_n1", "c_n7", "c_n14", "c_n30", "c_n_1h", "c_gap"),
    "own amounts": tuple(name for name in fraud.NAMES if name.startswith(("c_avg", "c_sd"))),
    "amount against own": ("c_ratio7", "c_ratio30", "c_z30", "c_lratio"),
    "own high payments": tuple(name for name in fraud.NAMES if name.startswith("c_hi")),
    "payee's known frauds": tuple(
        f"t_{part}{days}" for days in (1, 3, 7, 14, 30) for part in ("n", "f", "risk")
    ),
    "payee's small frauds": (
        "t_fs3", "t_fs7", "t_fs14", "t_fs30", "t_last", "t_first35", "t_legit_since",
    ),
    "pair and payee's amounts": ("ct_n", "t_amt_ratio"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LearningRows:
    """Rows X (n, 50), labels and weights to learn from; rows and truth to be measured on."""

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    weight: FloatArray
    test: NDArray[np.float32]
    truth: NDArray[np.bool_]


def selection_report(
    rows: LearningRows, *, seed: int, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Return ranking, figures of the strongest features alone, and of all but one group."""
    names = np.array(fraud.NAMES)
    progress("all features")
    full = FraudMembers.fit(rows.X, rows.y, rows.weight, seed=seed)
    shares = _mean_shares(full, rows, seed=seed)
    order = np.argsort(-shares, kind="stable")
    report: dict[str, Any] = {
        "ranking": [
            {"feature": str(names[i]), "mean_abs_contribution": float(shares[i])} for i in order
        ],
        "strongest": [],
        "without_group": [],
    }
    for count in KEPT:
        progress(f"the strongest {count}")
        figures = _figures(rows, names[order[:count]].tolist(), seed=seed)
        report["strongest"].append({"features": count, **figures})
    for group, left_out in GROUPS.items():
        progress(f"without {group}")
        kept = [name for name in fraud.NAMES if name not in left_out]
        report["without_group"].append(
            {"group": group, "features": len(kept), **_figures(rows, kept, seed=seed)}
        )
    return report


def _mean_shares(members: FraudMembers, rows: LearningRows, *, seed: int) -> FloatArray:
    """Return each feature's mean |contribution| over a sample with as much fraud as legit."""
    rng = np.random.default_rng(seed)
    width = len(fraud.NAMES)
    tables = [TableShap.of(part, width) for part in (members.xgboost, members.lightgbm)]
    total = np.zeros(width)
    for label in (0, 1):
        found = rng.permutation(np.nonzero(rows.y == label)[0])[: SAMPLE // 2]
        part = np.zeros(width)
        for vector in rows.X[found]:
            share = MEMBER_WEIGHTS[2] * members.linear.contributions(vector)
            for weight, table in zip(MEMBER_WEIGHTS[:2], tables, strict=True):
                share += weight * table.contributions(vector)
            part += np.abs(share)
        total += part / max(found.size, 1) / 2
    return total


def _figures(rows: LearningRows, kept: Sequence[str], *, seed: int) -> dict[str, float]:
    """Return what members fitted on the kept columns reach on the test rows."""
    columns = [fraud.NAMES.index(name) for name in kept]
    members = FraudMembers.fit(rows.X[:, columns], rows.y, rows.weight, seed=seed)
    roc = Roc.of(rows.truth, members.log_odds(rows.test[:, columns]))
    return {
        "average_precision": roc.average_precision(),
        "auc": roc.auc(),
        "recall_fpr_01": roc.recall_at(0.01),
    }
