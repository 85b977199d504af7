"""Serve the volatility ensemble from flat arrays: forecast, member views, exact reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ml import registry
from app.ml.features.returns import FEATURE_NAMES, FEATURE_SET
from app.ml.features.universe import FloatArray, Universe, parse_universe
from app.ml.serving.frontier import VolatilityForecast
from app.ml.serving.path_shap import PathShap
from app.ml.serving.trees import TreeEnsemble

MODEL_NAME: Final = "volatility"
MEMBERS: Final = ("ridge", "xgboost", "lightgbm")
_EWV: Final = FEATURE_NAMES.index("ewv")


@dataclass(frozen=True, slots=True)
class Contributions:
    """Additive parts of a forecast: ``base + values.sum(axis=1) = log_volatility``.

    base : (assets,), values : (assets, columns) in log points of volatility
    """

    base: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class LinearMember:
    """Ridge on raw features (the scaler is folded in) and the training mean as its base."""

    coefficients: FloatArray
    intercept: float
    centre: FloatArray

    def predict(self, features: FloatArray) -> FloatArray:
        """Return one prediction per row."""
        return np.asarray(features @ self.coefficients + self.intercept)

    def contributions(self, features: FloatArray) -> tuple[float, FloatArray]:
        """Return the prediction of the mean row and each feature's move away from it."""
        base = float(self.centre @ self.coefficients + self.intercept)
        return base, (features - self.centre) * self.coefficients


@dataclass(frozen=True, slots=True)
class VolatilityModel:
    """Three members that each say how far the coming month lies from the EWMA volatility.

    ``disagreement_bound`` is the widest member spread (log points) advice is given at.
    """

    universe: Universe
    version: str
    trained_until: date
    linear: LinearMember
    xgboost: TreeEnsemble
    lightgbm: TreeEnsemble
    paths: tuple[PathShap, ...]
    """The trees' leaves, walked once: finding them costs more than a day's reasons."""
    disagreement_bound: float

    def forecast(self, features: FloatArray) -> VolatilityForecast:
        """Return the mean of the members' log volatilities for rows of ``feature_rows``.

        Raises ValueError when the rows are not of this model's universe.
        """
        self._require_columns(features)
        gaps = [
            self.linear.predict(features),
            self.xgboost.margin(features),
            self.lightgbm.margin(features),
        ]
        members = features[:, _EWV] + np.stack(gaps)
        return VolatilityForecast(members.mean(axis=0), members, MEMBERS)

    def log_volatility(self, rows: FloatArray) -> FloatArray:
        """Return the forecast of any number of rows, as a local line around one asks for them."""
        gaps = [
            self.linear.predict(rows),
            self.xgboost.margin(rows),
            self.lightgbm.margin(rows),
        ]
        return np.asarray(rows[:, _EWV] + np.mean(gaps, axis=0))

    def contributions(self, features: FloatArray) -> Contributions:
        """Return exact signed parts of each forecast; they add up to 1e-5.

        The EWMA volatility enters as itself, so its part is its distance from the training
        mean plus what the members make of it.
        """
        self._require_columns(features)
        parts = [self.linear.contributions(features)]
        parts += [
            (shap.base, np.stack([shap.contributions(row) for row in features]))
            for shap in self.paths
        ]
        base = np.full(len(features), np.mean([part[0] for part in parts]))
        values = np.mean([part[1] for part in parts], axis=0)
        values[:, _EWV] += features[:, _EWV] - self.linear.centre[_EWV]
        return Contributions(base + self.linear.centre[_EWV], values)

    def _require_columns(self, features: FloatArray) -> None:
        expected = len(self.linear.coefficients)
        if features.shape != (len(self.universe.risky), expected):
            raise ValueError(
                f"features of shape {features.shape}, the model of universe "
                f"{self.universe.universe_id} reads ({len(self.universe.risky)}, {expected})"
            )


def load_volatility(folder: Path, *, trust: registry.TrustCheck | None = None) -> VolatilityModel:
    """Return the model of an artefact folder after hash, feature version and golden rows hold.

    Raises ArtefactError.
    """
    artefact = registry.load(
        folder, feature_version=FEATURE_SET, golden=golden_difference, trust=trust
    )
    return model_of(artefact.arrays, artefact.manifest)


def model_of(arrays: registry.Arrays, manifest: Mapping[str, Any]) -> VolatilityModel:
    """Return the model held by arrays and a manifest; raises KeyError on a missing part."""
    xgboost, lightgbm = _trees(arrays, "xgboost"), _trees(arrays, "lightgbm")
    columns = len(arrays["ridge.coefficients"])
    return VolatilityModel(
        universe=parse_universe(manifest["universe"]),
        version=str(manifest["version"]),
        trained_until=date.fromisoformat(manifest["trained_until"]),
        linear=LinearMember(
            arrays["ridge.coefficients"],
            float(arrays["ridge.intercept"]),
            arrays["ridge.centre"],
        ),
        xgboost=xgboost,
        lightgbm=lightgbm,
        paths=tuple(PathShap.of(trees, columns) for trees in (xgboost, lightgbm)),
        disagreement_bound=float(manifest["disagreement_bound"]),
    )


def _trees(arrays: registry.Arrays, member: str) -> TreeEnsemble:
    start = member + "."
    own = {key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)}
    return TreeEnsemble.from_arrays(own)


def golden_difference(artefact: registry.Artefact) -> float:
    """Return how far the stored golden rows are from what this program computes."""
    model = model_of(artefact.arrays, artefact.manifest)
    rows = artefact.arrays["golden.features"]
    expected = artefact.arrays["golden.log_volatility"]
    count = len(model.universe.risky)
    found = [
        model.forecast(rows[start : start + count]).log_volatility
        for start in range(0, len(rows), count)
    ]
    return float(np.max(np.abs(np.concatenate(found) - expected)))
