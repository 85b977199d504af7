"""Measure a trained risk ensemble on households it has not seen."""

from pathlib import Path
from typing import Any

import numpy as np

from app.ml import registry
from app.ml.features import risk as features
from app.ml.serving.risk import golden_difference, model_of
from app.ml.training.risk import is_known
from app.ml.training.risk_data import HouseholdFileError, Households, targets_of
from app.ml.training.risk_fairness import fairness_report
from app.ml.training.risk_measures import measures, set_report


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
        "fairness": fairness_report(kept, targets, p, thresholds),
    }
