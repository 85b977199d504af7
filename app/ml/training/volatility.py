"""Train the volatility ensemble on a price table and write it as one hashed artefact."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import sklearn
import xgboost

from app.ml import registry
from app.ml.estimators.volatility import VolatilityEnsemble, VolatilityRecipe
from app.ml.features.prices import PriceTable
from app.ml.features.returns import (
    FEATURE_SET,
    NotEnoughHistoryError,
    column_names,
    feature_rows,
    log_returns,
    training_rows,
)
from app.ml.features.universe import FloatArray
from app.ml.serving.vol import MODEL_NAME, VolatilityModel, model_of
from app.ml.training.volatility_card import volatility_card
from app.ml.training.volatility_skill import holdout_skill

GOLDEN_DAYS: Final = 80
#: Widest mean member spread, in log points, that still gives advice: half again above the
#: widest of 115 monthly decisions on the development years (.39).
DISAGREEMENT_BOUND: Final = 0.6


class TrainingError(ValueError):
    """Prices that cannot train a model; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class TrainedVolatility:
    """A model that is ready to serve, with the arrays and manifest it would be stored as."""

    model: VolatilityModel
    arrays: dict[str, np.ndarray]
    manifest: dict[str, Any]

    @property
    def version(self) -> str:
        """Return the version quoted in decision records."""
        return self.model.version


def train_volatility(
    table: PriceTable, *, recipe: VolatilityRecipe | None = None, random_state: int = 0
) -> TrainedVolatility:
    """Train on every row of a table that ends at the decision day.

    Labels end inside the table. Raises TrainingError when the history is too short or broken.
    """
    chosen = recipe or VolatilityRecipe()
    returns = _risky_returns(table)
    try:
        rows = training_rows(returns, table.universe, step_days=chosen.step_days)
    except NotEnoughHistoryError as error:
        raise TrainingError(str(error)) from error
    ensemble = VolatilityEnsemble(chosen, random_state=random_state).fit(rows.features, rows.labels)
    golden = _golden_features(returns, table)
    arrays = ensemble.export() | {
        "golden.features": golden,
        "golden.log_volatility": ensemble.predict(golden),
    }
    manifest = _manifest(table, chosen, arrays, rows=len(rows.labels), random_state=random_state)
    return TrainedVolatility(model_of(arrays, manifest), arrays, manifest)


def write_volatility(trained: TrainedVolatility, table: PriceTable, folder: Path) -> dict[str, Any]:
    """Measure the recipe on a later part of the data, store the artefact, return its summary.

    Raises ArtefactError when the folder already holds something else.
    """
    recipe = VolatilityRecipe.from_dict(trained.manifest["recipe"])
    skill = holdout_skill(_risky_returns(table), table, recipe)
    manifest = trained.manifest | {"holdout": skill}
    registry.save(folder, trained.arrays, manifest, volatility_card(manifest))
    keys = ("version", "trained_from", "trained_until", "rows", "data_sha256", "holdout")
    return {"model": MODEL_NAME, "out": str(folder), **{key: manifest[key] for key in keys}}


def _risky_returns(table: PriceTable) -> FloatArray:
    if len(table) < 2 or not np.isfinite(table.prices).all():
        gone = [
            name
            for name, column in zip(table.universe.assets, table.prices.T, strict=True)
            if not np.isfinite(column).all()
        ]
        raise TrainingError(
            f"prices stop before {table.dates[-1]} for {', '.join(gone)}"
            if gone
            else "there is no day on which every asset has a price"
        )
    return log_returns(table.prices)[:, :-1]


def _golden_features(returns: FloatArray, table: PriceTable) -> FloatArray:
    """Return the rows of evenly spread days: they pin the members and the feature order."""
    days = np.unique(np.linspace(260, len(returns), GOLDEN_DAYS).astype(int))
    return np.vstack([feature_rows(returns[:day], table.universe) for day in days])


def _manifest(
    table: PriceTable,
    recipe: VolatilityRecipe,
    arrays: dict[str, np.ndarray],
    *,
    rows: int,
    random_state: int,
) -> dict[str, Any]:
    until: date = table.dates[-1].item()
    return {
        "name": MODEL_NAME,
        "version": f"{until.isoformat()}-{_content_hash(arrays)[:10]}",
        "feature_version": FEATURE_SET,
        "features": list(column_names(table.universe)),
        "universe": table.universe.to_dict(),
        "trained_from": table.dates[0].item().isoformat(),
        "trained_until": until.isoformat(),
        "rows": rows,
        "recipe": recipe.to_dict(),
        "random_state": random_state,
        "data_sha256": table.sha256(),
        "disagreement_bound": DISAGREEMENT_BOUND,
        "libraries": {
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "xgboost": xgboost.__version__,
            "lightgbm": lightgbm.__version__,
        },
    }


def _content_hash(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
