"""Measure a trained risk ensemble on households it has not seen."""

from pathlib import Path
from typing import Any

import numpy as np

from app.ml import registry
from app.ml.features import risk as features
from app.ml.serving.risk import RiskModel, golden_difference, model_of
from app.ml.serving.surrogate import UNSTABLE_BELOW, second_opinion
from app.ml.training.risk import is_known
from app.ml.training.risk_data import HouseholdFileError, Households, targets_of
from app.ml.training.risk_fairness import fairness_report
from app.ml.training.risk_measures import measures, set_report

REASON_ROWS = 10


def evaluate_risk(folder: Path, data: Households) -> dict[str, Any]:
    """Return measures, conformal coverage and parity on unseen households.

    The training file itself has none: then the stored figures of its household folds are
    returned. Raises ArtefactError, HouseholdFileError when no unseen household is left.
    """
    artefact = registry.load(folder, feature_version=features.VERSION, golden=golden_difference)
    manifest = artefact.manifest
    head = {"model_version": artefact.version, "sex_and_race_are_inputs": False}
    if data.sha256 == manifest["data_sha256"]:
        stored = {"measured_on": "household folds of the training file", **manifest["folds"]}
        return head | stored | {"fairness": manifest["fairness"]}
    unseen = ~is_known(data.household, artefact.arrays["households"])
    if not unseen.any():
        raise HouseholdFileError("every household of the file was trained on: nothing to measure")
    kept = data.take(unseen)
    model = model_of(artefact.arrays, manifest)
    targets = targets_of(kept)
    p, equity = model.predict(kept.X)
    thresholds = np.asarray(model.thresholds)
    return head | {
        "measured_on": "households outside the training file",
        "households": len(np.unique(kept.household)),
        "left_out_rows": int((~unseen).sum()),
        **measures(p, equity, targets),
        "sets": {
            "served": set_report(model.plausible(p), targets, level=manifest["conformal"]["level"])
        },
        "reasons": reasons_report(model, kept),
        "fairness": fairness_report(kept, targets, p, thresholds),
    }


def reasons_report(model: RiskModel, data: Households) -> dict[str, Any]:
    """Return how exact the reasons for "none" are and how often a local line ranks them apart."""
    rows = data.X[:: max(1, len(data) // REASON_ROWS)][:REASON_ROWS]
    gaps, opinions = [], []
    for number, x in enumerate(rows):
        found = model.reasons(x, "none")
        gaps.append(abs(found.base + float(found.values.sum()) - found.margin))
        opinions.append(
            second_opinion(lambda X: model.margin(X, "none"), x, data.X, found.values, seed=number)
        )
    return {
        "rows": len(rows),
        "sum_difference_max": max(gaps),
        "rank_agreement_mean": float(np.mean([o.agreement for o in opinions])),
        "local_fit_mean": float(np.mean([o.fit for o in opinions])),
        "unstable_below": UNSTABLE_BELOW,
        "unstable": int(sum(o.unstable for o in opinions)),
    }
