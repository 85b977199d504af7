"""What a newly trained fraud model shows on later payments, for its card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.errors import InvalidInputError
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import feature_table
from app.ml.registry import Artefact
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.fraud_compression import compression_report
from app.ml.training.fraud_evaluate import LabelledWindow, evaluate_fraud, labelled_window
from app.ml.training.fraud_predict import LABEL_GAP_DAYS, Period, day_start_s
from app.ml.training.fraud_selection import LearningRows, selection_report
from app.ml.training.fraud_shared import NEGATIVE_SHARE, WARM_UP_DAYS
from app.ml.training.payments_data import PaymentData

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report, what the codes of kinds mean, and whom to tell about progress."""

    report: str
    """evaluation, selection or compression."""
    names: Mapping[int, str]
    progress: Progress


def measured(
    payments: PaymentData, window: LabelledWindow, artefact: Artefact, asked: Asked
) -> dict[str, Any]:
    """Return one report on a window; `supervised` is None there without two classes."""
    scorer = FraudScorer.of(artefact)
    trained = frozenset(artefact.manifest["training"].get("kinds", ()))
    if asked.report == "evaluation" or not window.two_classes:
        return evaluate_fraud(
            window, scorer, trained_kinds=trained, names=asked.names,
            costs=artefact.manifest["costs"],
        )  # fmt: skip
    known = _known_kinds(window, trained)
    if asked.report == "compression":
        return {"compression": compression_report(artefact, known, asked.progress)}
    rows = learning_rows(payments, artefact.manifest, scorer, known)
    seed = int(artefact.manifest["seed"])
    return {"selection": selection_report(rows, seed=seed, progress=asked.progress)}


def held_out_reports(
    payments: PaymentData, artefact: Artefact, names: Mapping[int, str], progress: Progress
) -> dict[str, Any]:
    """Return evaluation, selection and compression on the payments after the label gap.

    Raises InvalidInputError when no labelled fraud and legit payments lie there.
    """
    training = artefact.manifest["training"]
    first = day_start_s(str(training["until"])) + LABEL_GAP_DAYS * DAY
    last = int(payments.table.ts_s[-1]) if len(payments.table) else 0
    period = Period(start_s=first, end_s=max(first, last // DAY * DAY + DAY))
    scorer = FraudScorer.of(artefact)
    window = labelled_window(payments, period, scorer, protocol=False)
    if not window.two_classes:
        raise InvalidInputError(
            f"reports need fraud and legit payments at least {LABEL_GAP_DAYS} days after "
            f"{training['until']}: there are {len(window.rows)} payments, "
            f"{int(window.truth.sum())} of them fraud"
        )
    found = {
        "from": str(np.datetime64(period.start_s, "s"))[:10],
        "to": str(np.datetime64(period.end_s - DAY, "s"))[:10],
    }
    evaluation = measured(payments, window, artefact, Asked("evaluation", names, progress))
    selection = measured(payments, window, artefact, Asked("selection", names, progress))
    compression = measured(payments, window, artefact, Asked("compression", names, progress))
    return {**found, "evaluation": evaluation, **selection, **compression}


def learning_rows(
    payments: PaymentData, manifest: Mapping[str, Any], scorer: FraudScorer, window: LabelledWindow
) -> LearningRows:
    """Return the rows a model learnt from (legit ones sampled alike) and a window to test on."""
    table = payments.table
    end_s = day_start_s(str(manifest["training"]["until"])) + DAY
    begin_s = table.ts_s[0] // DAY * DAY + WARM_UP_DAYS * DAY
    rng = np.random.default_rng(int(manifest["seed"]))
    known = table.ts_s < end_s
    usable = known & payments.labelled & (table.ts_s >= begin_s)
    kept = usable & ((table.fraud == 1) | (rng.random(len(table)) < NEGATIVE_SHARE))
    vectors = feature_table(table.take(known), scorer.constants)[kept[known]]
    y = table.fraud[kept]
    return LearningRows(
        X=vectors,
        y=y,
        weight=np.where(y == 1, 1.0, 1.0 / NEGATIVE_SHARE),
        test=window.rows.X,
        truth=window.truth,
    )


def _known_kinds(window: LabelledWindow, trained: frozenset[int]) -> LabelledWindow:
    """Return the window without kinds that nothing was trained on: no feature is for them."""
    kept = ~window.truth | np.isin(window.kind, sorted(trained))
    if not trained or not (window.truth & kept).any():
        return window
    return LabelledWindow(rows=window.rows.take(kept), kind=window.kind[kept])
