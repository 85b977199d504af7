"""How well an intent model does on rows it has not learnt from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from app.ml.estimators.calibration import fit_calibration
from app.ml.serving.calibration import Calibration, FloatArray
from app.ml.serving.propose import ACTIONS
from app.ml.training.intent_rows import Row

#: Share of the texts in scope that may be asked again for the sake of those out of scope.
IN_SCOPE_LOSS: Final = 0.05
_BINS: Final = 10

Truth = NDArray[np.int64]


def threshold_of(
    calibration: Mapping[str, NDArray[Any]], scores: FloatArray, outside: FloatArray, truth: Truth
) -> float:
    """Return the confidence below which a twentieth of the rows in scope fall."""
    return _threshold(Calibration(calibration).confidence(scores, outside), truth)


def measure(
    scores: FloatArray, outside: FloatArray, truth: Truth, rows: Sequence[Row]
) -> dict[str, Any]:
    """Return accuracy in scope, whole and by source, and how well confidence sorts.

    Confidence is fitted on one half of the rows and measured on the other, both ways.
    """
    right = scores.argmax(axis=1) == truth
    confidence, abstain = _both_ways(scores, outside, truth)
    inside = truth >= 0
    report: dict[str, Any] = {
        "rows": len(truth),
        "accuracy": _share(right[inside]),
        "abstained_in_scope": _share(abstain[inside]),
        "calibration_error": _calibration_error(confidence, right),
        "accuracy_by_source": _by_source(right, inside, rows),
    }
    if (~inside).any() and inside.any():
        report |= {
            "out_of_scope_rows": int((~inside).sum()),
            "out_of_scope_recall": _share(abstain[~inside]),
            "out_of_scope_auroc": round(float(roc_auc_score(inside, confidence)), 4),
        }
    return report


def confused_actions(
    labels: Sequence[str], guessed: Sequence[str], fired: Sequence[bool]
) -> dict[str, int]:
    """Return how often each wrong action would have been drafted, as `true>drafted`."""
    found: dict[str, int] = defaultdict(int)
    for true, guess, fires in zip(labels, guessed, fired, strict=True):
        if fires and guess in ACTIONS and guess != true:
            found[f"{true}>{guess}"] += 1
    return dict(sorted(found.items()))


def _both_ways(
    scores: FloatArray, outside: FloatArray, truth: Truth
) -> tuple[FloatArray, NDArray[np.bool_]]:
    confidence, abstain = np.zeros(len(truth)), np.zeros(len(truth), bool)
    # Every second row: rows of one label stand together in most files.
    halves = np.arange(len(truth)) % 2
    for half in (0, 1):
        known, unseen = halves != half, halves == half
        if not known.any():
            known = unseen
        arrays = fit_calibration(scores[known], outside[known], truth[known])
        curve = Calibration(arrays)
        confidence[unseen] = curve.confidence(scores[unseen], outside[unseen])
        least = _threshold(curve.confidence(scores[known], outside[known]), truth[known])
        abstain[unseen] = confidence[unseen] < least
    return confidence, abstain


def _threshold(confidence: FloatArray, truth: Truth) -> float:
    inside = confidence[truth >= 0]
    if len(inside) == 0:
        return 0.0
    return float(np.quantile(inside, IN_SCOPE_LOSS, method="lower"))


def _by_source(
    right: NDArray[np.bool_], inside: NDArray[np.bool_], rows: Sequence[Row]
) -> dict[str, float]:
    sources = np.array([row.source for row in rows], dtype=object)
    return {
        source: _share(right[inside & (sources == source)])
        for source in sorted(set(sources))
        if (inside & (sources == source)).any()
    }


def _calibration_error(confidence: FloatArray, right: NDArray[np.bool_]) -> float:
    """Return the mean distance of confidence from the truth, over ten equal parts of the rows."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), _BINS)
    gaps = [
        abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts if len(part)
    ]
    return round(float(sum(gaps) / len(right)), 4)


def _share(flags: NDArray[np.bool_]) -> float:
    return round(float(flags.mean()), 4) if len(flags) else 0.0
