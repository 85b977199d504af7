"""The risk-tolerance ensemble that learns: logistic or ridge, XGBoost and LightGBM.

Two questions of one household: which of three classes of risk it says it would take, and which
share of its financial assets it holds in equity. Weighted by the survey's household weights.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from app.ml.estimators.trees import (
    from_lightgbm,
    from_lightgbm_classes,
    from_xgboost,
    from_xgboost_classes,
)
from app.ml.features.risk import CLASSES, FloatArray
from app.ml.serving.risk import OUTPUTS, Linear, softmax
from app.ml.serving.trees import TreeEnsemble


@dataclass(frozen=True, slots=True)
class RiskRecipe:
    """Everything another run needs to train the same ensemble."""

    logit_c: float = 0.1
    ridge_alpha: float = 10.0
    trees: int = 300
    learning_rate: float = 0.03
    subsample: float = 0.7
    column_share: float = 0.6
    xgboost_depth: int = 4
    xgboost_child_weight: float = 20.0
    lightgbm_leaves: int = 15
    lightgbm_child_rows: int = 100

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form kept in the manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RiskTargets:
    """What is learnt: class 0..2 of every row; equity share where `has_equity` says it is known.

    weight : (rows,) household weights, mean 1
    """

    stated: np.ndarray
    equity: FloatArray
    has_equity: np.ndarray
    weight: FloatArray

    def take(self, rows: np.ndarray) -> "RiskTargets":
        """Return the chosen rows."""
        return RiskTargets(
            self.stated[rows], self.equity[rows], self.has_equity[rows], self.weight[rows]
        )


class RiskEnsemble:
    """Scikit-learn style estimator; ``fit`` learns three members, ``predict`` averages margins.

    Attributes
    ----------
    linear_ : Linear
        Multinomial logistic and ridge, the scaler folded in; last output is the equity share.
    xgboost_, lightgbm_ : list of TreeEnsemble
        One flat ensemble per output.
    """

    def __init__(self, recipe: RiskRecipe | None = None, *, random_state: int = 0) -> None:
        self.recipe = recipe
        self.random_state = random_state

    def fit(
        self, X: FloatArray, targets: RiskTargets, *, progress: Callable[[], None] = lambda: None
    ) -> "RiskEnsemble":
        """Learn from rows of ``feature_rows``.

        Raises ValueError when a class is absent, too few equity shares are known, or values are
        not finite.
        """
        if not (np.isfinite(X).all() and np.isfinite(targets.weight).all()):
            raise ValueError("features and weights must be finite")
        if set(np.unique(targets.stated)) != set(range(len(CLASSES))):
            raise ValueError(f"every class ({', '.join(CLASSES)}) is needed to learn from")
        if targets.has_equity.sum() < 100:
            raise ValueError("fewer than 100 rows say which share is held in equity")
        recipe = self.recipe or RiskRecipe()
        self.linear_ = _fit_linear(recipe, X, targets)
        progress()
        self.xgboost_ = _fit_xgboost(recipe, X, targets, self.random_state)
        progress()
        self.lightgbm_ = _fit_lightgbm(recipe, X, targets, self.random_state)
        progress()
        return self

    def margins(self, X: FloatArray) -> FloatArray:
        """Return every member's margins, shape (members, outputs, rows)."""
        trees = [np.stack([t.margin(X) for t in own]) for own in (self.xgboost_, self.lightgbm_)]
        return np.stack([self.linear_.margins(X), *trees])

    def predict(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return class probabilities (rows, 3) and equity shares (rows,)."""
        mean = self.margins(X).mean(axis=0)
        return softmax(mean[: len(CLASSES)].T), np.clip(mean[-1], 0.0, 1.0)

    def export(self) -> dict[str, np.ndarray]:
        """Return the learnt members as the flat arrays of an artefact."""
        arrays: dict[str, np.ndarray] = {
            "linear.coefficients": self.linear_.coefficients,
            "linear.intercept": self.linear_.intercept,
            "linear.centre": self.linear_.centre,
        }
        for member, own in (("xgboost", self.xgboost_), ("lightgbm", self.lightgbm_)):
            for output, trees in zip(OUTPUTS, own, strict=True):
                parts = trees.to_arrays().items()
                arrays |= {f"{member}.{output}.{key}": array for key, array in parts}
        return arrays


def _fit_linear(recipe: RiskRecipe, X: FloatArray, targets: RiskTargets) -> Linear:
    scaler = StandardScaler().fit(X)
    scaled, known = scaler.transform(X), targets.has_equity
    logit = LogisticRegression(C=recipe.logit_c, max_iter=1000)
    logit.fit(scaled, targets.stated, sample_weight=targets.weight)
    ridge = Ridge(recipe.ridge_alpha)
    ridge.fit(scaled[known], targets.equity[known], sample_weight=targets.weight[known])
    coefficients = np.vstack([logit.coef_, ridge.coef_]) / scaler.scale_
    intercept = np.append(logit.intercept_, ridge.intercept_) - coefficients @ scaler.mean_
    return Linear(coefficients, intercept, np.asarray(scaler.mean_))


def _fit_xgboost(
    recipe: RiskRecipe, X: FloatArray, targets: RiskTargets, seed: int
) -> list[TreeEnsemble]:
    same: dict[str, Any] = {
        "n_estimators": recipe.trees,
        "max_depth": recipe.xgboost_depth,
        "learning_rate": recipe.learning_rate,
        "subsample": recipe.subsample,
        "colsample_bytree": recipe.column_share,
        "min_child_weight": recipe.xgboost_child_weight,
        "tree_method": "hist",
        "n_jobs": 1,
        "random_state": seed,
    }
    known = targets.has_equity
    classes = xgb.XGBClassifier(objective="multi:softprob", **same)
    classes.fit(X, targets.stated, sample_weight=targets.weight)
    share = xgb.XGBRegressor(**same)
    share.fit(X[known], targets.equity[known], sample_weight=targets.weight[known])
    return [*from_xgboost_classes(classes.get_booster()), from_xgboost(share.get_booster())]


def _fit_lightgbm(
    recipe: RiskRecipe, X: FloatArray, targets: RiskTargets, seed: int
) -> list[TreeEnsemble]:
    same: dict[str, Any] = {
        "n_estimators": recipe.trees,
        "num_leaves": recipe.lightgbm_leaves,
        "learning_rate": recipe.learning_rate,
        "subsample": recipe.subsample,
        "subsample_freq": 1,
        "colsample_bytree": recipe.column_share,
        "min_child_samples": recipe.lightgbm_child_rows,
        "n_jobs": 1,
        "random_state": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    known = targets.has_equity
    classes = lgb.LGBMClassifier(objective="multiclass", **same)
    classes.fit(X, targets.stated, sample_weight=targets.weight)
    share = lgb.LGBMRegressor(**same)
    share.fit(X[known], targets.equity[known], sample_weight=targets.weight[known])
    return [*from_lightgbm_classes(classes.booster_), from_lightgbm(share.booster_)]
