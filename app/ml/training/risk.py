"""Train the risk-tolerance ensemble on a household survey and measure it on household folds."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import sklearn
import xgboost

from app.ml import registry
from app.ml.estimators.risk import RiskEnsemble, RiskRecipe, RiskTargets
from app.ml.features import risk as features
from app.ml.features.risk import FloatArray
from app.ml.serving.risk import MEMBERS, MODEL_NAME, OUTPUTS, softmax
from app.ml.training.risk_card import risk_card
from app.ml.training.risk_data import FOLDS, Households, household_folds, targets_of
from app.ml.training.risk_fairness import fairness_report
from app.ml.training.risk_measures import (
    LEVELS,
    conformal_thresholds,
    measures,
    set_report,
)

STEPS: Final = 3 * (FOLDS + 1)
"""Progress ticks of one training: three members per fold and for the final model."""
GOLDEN_ROWS: Final = 64
ABLATIONS: Final = {"liquid assets": ("LIQ", "liq_months"), "pensions": features.PENSION}
ABLATION_STEPS: Final = 3 * FOLDS * len(ABLATIONS)

Progress = Callable[[], None]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What the recipe says about households it did not see: member margins of every row.

    margins : (members, outputs, rows)
    """

    margins: FloatArray

    def predictions(self) -> tuple[FloatArray, FloatArray]:
        """Return class probabilities and equity shares of the whole ensemble."""
        mean = self.margins.mean(axis=0)
        return softmax(mean[: len(features.CLASSES)].T), np.clip(mean[-1], 0.0, 1.0)

    def member(self, number: int) -> tuple[FloatArray, FloatArray]:
        """Return what one member alone says."""
        return OutOfFold(self.margins[number : number + 1]).predictions()


def out_of_fold(
    data: Households,
    targets: RiskTargets,
    recipe: RiskRecipe,
    *,
    seed: int,
    progress: Progress = lambda: None,
) -> OutOfFold:
    """Return predictions of every row by an ensemble that saw no row of its household."""
    fold = household_folds(data.household, seed=seed)
    margins = np.empty((len(MEMBERS), len(OUTPUTS), len(data)))
    for number in range(FOLDS):
        test = fold == number
        ensemble = RiskEnsemble(recipe, random_state=seed)
        ensemble.fit(data.X[~test], targets.take(~test), progress=progress)
        margins[:, :, test] = ensemble.margins(data.X[test])
    return OutOfFold(margins)


def cross_validated(data: Households, targets: RiskTargets, found: OutOfFold) -> dict[str, Any]:
    """Return the measures of the ensemble, its members and its conformal sets."""
    p, equity = found.predictions()
    sets = {}
    for level in LEVELS:
        bounds = np.asarray(conformal_thresholds(data.household, p, targets, level=level))
        sets[f"{level:.0%}"] = set_report(p >= bounds, targets, level=level)
    return {
        "split": f"{FOLDS} folds of whole households",
        "households": len(np.unique(data.household)),
        **measures(p, equity, targets),
        "members": {
            name: measures(*found.member(number), targets) for number, name in enumerate(MEMBERS)
        },
        "sets": sets,
    }


def ablation(
    data: Households, targets: RiskTargets, recipe: RiskRecipe, without: tuple[str, ...], *,
    seed: int, progress: Progress = lambda: None,
) -> dict[str, Any]:  # fmt: skip
    """Return the measures on the same folds when some columns tell nothing (are all 0)."""
    X = data.X.copy()
    X[:, [features.COLUMNS.index(name) for name in without]] = 0.0
    blind = replace(data, X=X)
    found = out_of_fold(blind, targets, recipe, seed=seed, progress=progress)
    return measures(*found.predictions(), targets)


def train_risk(
    data: Households, out: Path, *, seed: int, ablations: bool = False,
    recipe: RiskRecipe | None = None, progress: Progress = lambda: None,
) -> dict[str, Any]:  # fmt: skip
    """Train, measure on household folds, store the artefact and return its summary.

    With `ablations` the card also says what is left without liquid assets and without pensions.
    Raises ValueError when the data cannot train a model, ArtefactError when the folder holds
    something else.
    """
    chosen = recipe or RiskRecipe()
    targets = targets_of(data)
    found = out_of_fold(data, targets, chosen, seed=seed, progress=progress)
    p, _ = found.predictions()
    thresholds = conformal_thresholds(data.household, p, targets, level=LEVELS[0])
    ensemble = RiskEnsemble(chosen, random_state=seed)
    ensemble.fit(data.X, targets, progress=progress)
    folds = cross_validated(data, targets, found)
    if ablations:
        folds["without"] = {
            name: ablation(data, targets, chosen, columns, seed=seed, progress=progress)
            for name, columns in ABLATIONS.items()
        }
    golden = _golden_rows(data.X, seed)
    arrays = ensemble.export() | {
        "golden.features": golden,
        "golden.margins": ensemble.margins(golden).mean(axis=0),
        "households": household_marks(data.household),
    }
    manifest: dict[str, Any] = {
        "name": MODEL_NAME,
        "version": f"{features.VERSION}-{_content_hash(arrays)[:10]}-s{seed}",
        "feature_version": features.VERSION,
        "features": list(features.COLUMNS),
        "recipe": chosen.to_dict(),
        "random_state": seed,
        "rows": len(data),
        "data_sha256": data.sha256,
        "conformal": {"level": LEVELS[0], "thresholds": thresholds},
        "folds": folds,
        "fairness": fairness_report(data, targets, p, np.asarray(thresholds)),
        "libraries": {
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "xgboost": xgboost.__version__,
            "lightgbm": lightgbm.__version__,
        },
    }
    registry.save(out, arrays, manifest, risk_card(manifest))
    keys = ("version", "rows", "data_sha256", "conformal", "folds", "fairness")
    return {"model": MODEL_NAME, "out": str(out), **{key: manifest[key] for key in keys}}


def household_marks(household: np.ndarray) -> np.ndarray:
    """Return short hashes of the household numbers, so that a test on them can be refused."""
    return np.unique([_mark(int(number)) for number in np.unique(household)])


def is_known(household: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Tell which rows are of a household that `household_marks` holds."""
    ids, place = np.unique(household, return_inverse=True)
    own = np.array([_mark(int(number)) for number in ids])
    return np.asarray(np.isin(own, marks)[place])


def _mark(number: int) -> np.uint64:
    digest = hashlib.sha256(f"household:{number}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:8], "big"))


def _golden_rows(X: FloatArray, seed: int) -> FloatArray:
    """Return invented rows: every column shuffled on its own, so no row is a household's."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.choice(column, GOLDEN_ROWS) for column in X.T])


def _content_hash(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
