"""What pruning and quantising the artefact costs and saves: the compression report.

Every variant is a whole artefact, so its size is the size of the file it would be, its time
is that of the path that serves, and its figures are those of the same unseen rows.
"""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.evaluation import Roc
from app.ml.registry import Artefact
from app.ml.serving.fraud_fast import FastScorer
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.serving.trees import TreeEnsemble
from app.ml.training.fraud_evaluate import LabelledWindow

TIMED_ROWS = 300
THIN = 10
Arrays = dict[str, NDArray[Any]]


def compression_report(
    artefact: Artefact, window: LabelledWindow, progress: Callable[[str], None] = lambda _: None
) -> list[dict[str, Any]]:
    """Return size, latency and figures of the artefact and its lighter variants."""
    whole = {name: a for name, a in artefact.arrays.items() if not name.startswith("golden")}
    base = FraudScorer.of(Artefact(arrays=whole, manifest=artefact.manifest))
    before = base.probability_rows(window.rows.X)
    report = []
    for name, change in VARIANTS.items():
        progress(name)
        arrays = change(dict(whole))
        scorer = FraudScorer.of(Artefact(arrays=arrays, manifest=artefact.manifest))
        report.append({"variant": name, **_measured(arrays, scorer, window, before)})
    return report


def _measured(
    arrays: Arrays, scorer: FraudScorer, window: LabelledWindow, before: NDArray[np.float64]
) -> dict[str, Any]:
    probability = scorer.probability_rows(window.rows.X)
    roc = Roc.of(window.truth, probability)
    strange = Roc.of(window.truth, scorer.anomaly.score_rows(window.rows.behaviour))
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    fast = FastScorer.of(scorer)
    return {
        "trees": int(scorer.xgboost.ensemble.root.size + scorer.lightgbm.ensemble.root.size),
        "file_kb": round(stream.tell() / 1024, 1),
        "plain_us_p50": _median_us(scorer.score, window),
        "fast_us_p50": _median_us(fast.score, window),
        "average_precision": roc.average_precision(),
        "recall_fpr_01": roc.recall_at(0.01),
        "anomaly_recall_fpr_01": strange.recall_at(0.01),
        "max_dp": float(np.abs(probability - before).max()),
    }


def _median_us(score: Callable[..., object], window: LabelledWindow) -> float:
    spent = []
    for vector, row in zip(
        window.rows.X[:TIMED_ROWS], window.rows.behaviour[:TIMED_ROWS], strict=True
    ):
        begun = time.perf_counter()
        score(vector, row)
        spent.append(time.perf_counter() - begun)
    return round(float(np.median(spent)) * 1e6, 1)


def _pruned(share: float) -> Callable[[Arrays], Arrays]:
    """Return a change that keeps the first trees: boosting puts the largest steps first."""

    def change(arrays: Arrays) -> Arrays:
        for member in ("xgboost", "lightgbm"):
            root = arrays[f"{member}.root"]
            kept = root[: max(1, round(root.size * share))]
            end = root[kept.size] if kept.size < root.size else arrays[f"{member}.feature"].size
            for name in _NODES:
                arrays[f"{member}.{name}"] = arrays[f"{member}.{name}"][:end]
            arrays[f"{member}.root"] = kept
            TreeEnsemble.from_arrays(_group(arrays, member)).check()
        return arrays

    return change


def _quantised(kind: type[np.floating]) -> Callable[[Arrays], Arrays]:
    """Return a change that keeps leaf values in fewer bits; splits stay exact."""

    def change(arrays: Arrays) -> Arrays:
        for member in ("xgboost", "lightgbm"):
            for name in ("value", "cover"):
                arrays[f"{member}.{name}"] = arrays[f"{member}.{name}"].astype(np.float32)
            value = arrays[f"{member}.value"].astype(kind)
            arrays[f"{member}.value"] = value
        return arrays

    return change


def _small_ids(arrays: Arrays) -> Arrays:
    """Keep features in one byte and split limits in float32 where that changes nothing."""
    for member in ("xgboost", "lightgbm"):
        arrays[f"{member}.feature"] = arrays[f"{member}.feature"].astype(np.uint8)
        limits = arrays[f"{member}.threshold"]
        narrow = limits.astype(np.float32)
        if (narrow == limits).all():
            arrays[f"{member}.threshold"] = narrow
    return arrays


def _thinned(arrays: Arrays) -> Arrays:
    """Keep every tenth value of the anomaly channel's columns, the largest among them."""
    columns = arrays["anomaly.sorted"]
    arrays["anomaly.sorted"] = np.ascontiguousarray(columns[:, ::-1][:, ::THIN][:, ::-1])
    return arrays


def _all(arrays: Arrays) -> Arrays:
    return _small_ids(_thinned(_quantised(np.float16)(_pruned(0.5)(arrays))))


_NODES = ("feature", "threshold", "left", "right", "default_left", "value", "cover")
VARIANTS: Mapping[str, Callable[[Arrays], Arrays]] = {
    "as served": lambda arrays: arrays,
    "pruned to 75 % of the trees": _pruned(0.75),
    "pruned to 50 %": _pruned(0.5),
    "pruned to 25 %": _pruned(0.25),
    "leaf values float32": _quantised(np.float32),
    "leaf values float16": _quantised(np.float16),
    "one-byte features": _small_ids,
    "anomaly columns thinned to a tenth": _thinned,
    "50 % of the trees, float16, thinned": _all,
}


def _group(arrays: Arrays, member: str) -> Arrays:
    prefix = member + "."
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
