"""Serve the risk-tolerance ensemble from flat arrays: probabilities, reasons, conformal set.

The mean of the members' log probabilities, made to sum to one, is the softmax of their mean
margins: so every class has one margin that is a sum of parts, and the reasons are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ml import registry
from app.ml.features.risk import CLASSES, COLUMNS, VERSION, FloatArray
from app.ml.serving.path_shap import PathShap
from app.ml.serving.trees import TreeEnsemble

MODEL_NAME: Final = "risk"
MEMBERS: Final = ("linear", "xgboost", "lightgbm")
OUTPUTS: Final = (*CLASSES, "equity")
"""Three classes and the equity share: each has its own margin in every member."""


@dataclass(frozen=True, slots=True)
class RiskReasons:
    """Additive parts of one margin: ``base + values.sum() = margin`` (to 1e-5)."""

    base: float
    values: FloatArray
    margin: float


@dataclass(frozen=True, slots=True)
class Linear:
    """Coefficients (outputs, columns) on raw features, intercepts, and the training mean."""

    coefficients: FloatArray
    intercept: FloatArray
    centre: FloatArray

    def margins(self, X: FloatArray) -> FloatArray:
        """Return the margins, shape (outputs, rows)."""
        return np.asarray(self.coefficients @ X.T + self.intercept[:, None])


@dataclass(frozen=True, slots=True)
class RiskModel:
    """Three members with a margin per output; `thresholds` bound the conformal set by class."""

    version: str
    linear: Linear
    xgboost: tuple[TreeEnsemble, ...]
    lightgbm: tuple[TreeEnsemble, ...]
    thresholds: tuple[float, ...]

    def margins(self, X: FloatArray) -> FloatArray:
        """Return every member's margins, shape (members, outputs, rows)."""
        if X.ndim != 2 or X.shape[1] != len(COLUMNS):
            raise ValueError(f"rows of shape {X.shape}, the model reads {len(COLUMNS)} columns")
        trees = [np.stack([t.margin(X) for t in own]) for own in (self.xgboost, self.lightgbm)]
        return np.stack([self.linear.margins(X), *trees])

    def predict(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return class probabilities (rows, 3) of sum 1 and equity shares (rows,) in [0, 1]."""
        mean = self.margins(X).mean(axis=0)
        return softmax(mean[: len(CLASSES)].T), np.clip(mean[-1], 0.0, 1.0)

    def margin(self, X: FloatArray, output: str) -> FloatArray:
        """Return the mean margin of one output, shape (rows,)."""
        at = OUTPUTS.index(output)
        linear = X @ self.linear.coefficients[at] + self.linear.intercept[at]
        return np.asarray(
            (linear + self.xgboost[at].margin(X) + self.lightgbm[at].margin(X)) / len(MEMBERS)
        )

    def reasons(self, x: FloatArray, output: str) -> RiskReasons:
        """Return the exact parts of one output's margin for one row of shape (columns,)."""
        at = OUTPUTS.index(output)
        linear = self.linear
        base = float(linear.coefficients[at] @ linear.centre + linear.intercept[at])
        parts = [(base, linear.coefficients[at] * (x - linear.centre))]
        for trees in (self.xgboost[at], self.lightgbm[at]):
            shap = PathShap.of(trees, len(COLUMNS))
            parts.append((shap.base, shap.contributions(x)))
        margin = float(self.margins(x[None, :]).mean(axis=0)[at, 0])
        return RiskReasons(
            base=float(np.mean([part[0] for part in parts])),
            values=np.mean([part[1] for part in parts], axis=0),
            margin=margin,
        )

    def plausible(self, probabilities: FloatArray) -> np.ndarray:
        """Return which classes each row's conformal set holds, shape (rows, 3) of bool.

        A set is never empty: the likeliest class is always in it.
        """
        inside = probabilities >= np.asarray(self.thresholds)
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        return np.asarray(inside)


def softmax(margins: FloatArray) -> FloatArray:
    """Return probabilities of rows of margins, each row of sum 1."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def load_risk(folder: Path, *, trust: registry.TrustCheck | None = None) -> RiskModel:
    """Return the model of an artefact folder once hash, feature version and golden rows hold.

    Raises ArtefactError.
    """
    artefact = registry.load(folder, feature_version=VERSION, golden=golden_difference, trust=trust)
    return model_of(artefact.arrays, artefact.manifest)


def model_of(arrays: registry.Arrays, manifest: Mapping[str, Any]) -> RiskModel:
    """Return the model held by arrays and a manifest; raises KeyError on a missing part."""
    held = registry.Artefact(arrays, manifest)

    def trees(member: str) -> tuple[TreeEnsemble, ...]:
        return tuple(TreeEnsemble.from_arrays(held.group(f"{member}.{name}")) for name in OUTPUTS)

    return RiskModel(
        version=str(manifest["version"]),
        linear=Linear(**held.group("linear")),
        xgboost=trees("xgboost"),
        lightgbm=trees("lightgbm"),
        thresholds=tuple(float(value) for value in manifest["conformal"]["thresholds"]),
    )


def golden_difference(artefact: registry.Artefact) -> float:
    """Return how far the stored golden margins are from what this program computes."""
    model = model_of(artefact.arrays, artefact.manifest)
    found = model.margins(artefact.arrays["golden.features"]).mean(axis=0)
    return float(np.max(np.abs(found - artefact.arrays["golden.margins"])))
