"""The volatility ensemble that learns: ridge, XGBoost and LightGBM on pooled asset rows.

Every member learns the gap between the coming month's log volatility and the asset's EWMA log
volatility, so the forecast is the mean of three log volatilities. Trees cannot extrapolate a
level they never saw; a gap they can.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from app.ml.estimators.trees import from_lightgbm, from_xgboost
from app.ml.features.returns import FEATURE_NAMES
from app.ml.features.universe import FloatArray
from app.ml.serving.trees import TreeEnsemble
from app.ml.serving.vol import LinearMember

_EWV: Final = FEATURE_NAMES.index("ewv")


@dataclass(frozen=True, slots=True)
class VolatilityRecipe:
    """Everything a refit needs to train the same ensemble on more data.

    ``min_leaf_rows`` is large on purpose: a day gives one row per asset and neighbouring labels
    overlap, so few rows are independent. ``seeds`` trees are averaged per member.
    """

    ridge_alphas: tuple[float, ...] = tuple(float(a) for a in np.logspace(0, 4, 9))
    trees: int = 150
    learning_rate: float = 0.04
    subsample: float = 0.7
    column_share: float = 0.6
    xgboost_depth: int = 3
    lightgbm_leaves: int = 12
    min_leaf_rows: int = 400
    seeds: int = 3
    step_days: int = 5

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form kept in the manifest."""
        return asdict(self)

    @staticmethod
    def from_dict(document: dict[str, Any]) -> "VolatilityRecipe":
        """Read the JSON form back; raises KeyError when a part is missing."""
        values = {field.name: document[field.name] for field in fields(VolatilityRecipe)}
        values["ridge_alphas"] = tuple(values["ridge_alphas"])
        return VolatilityRecipe(**values)


class VolatilityEnsemble:
    """Scikit-learn style estimator of log volatility; ``fit`` learns the three members.

    Attributes
    ----------
    linear_ : LinearMember
        Ridge with the scaler folded into its coefficients.
    xgboost_, lightgbm_ : TreeEnsemble
        Flat trees, averaged over seeds.
    """

    def __init__(self, recipe: VolatilityRecipe | None = None, *, random_state: int = 0) -> None:
        self.recipe = recipe
        self.random_state = random_state

    def fit(self, X: FloatArray, y: FloatArray) -> "VolatilityEnsemble":
        """Learn from rows of ``feature_rows``, shape (rows, columns), and log volatilities.

        Raises ValueError on shapes that do not match or on values that are not finite.
        """
        if X.ndim != 2 or y.shape != (len(X),):
            raise ValueError(f"features {X.shape} and labels {y.shape} do not match")
        if not (np.isfinite(X).all() and np.isfinite(y).all()):
            raise ValueError("features and labels must be finite")
        recipe = self.recipe or VolatilityRecipe()
        gap = y - X[:, _EWV]
        seeds = range(self.random_state, self.random_state + recipe.seeds)
        self.linear_ = _fit_ridge(recipe, X, gap)
        self.xgboost_ = averaged(
            [from_xgboost(fit_xgboost(recipe, X, gap, seed).get_booster()) for seed in seeds]
        )
        self.lightgbm_ = averaged(
            [from_lightgbm(fit_lightgbm(recipe, X, gap, seed).booster_) for seed in seeds]
        )
        return self

    def predict(self, X: FloatArray) -> FloatArray:
        """Return the mean log volatility of the three members, one per row."""
        gaps = [self.linear_.predict(X), self.xgboost_.margin(X), self.lightgbm_.margin(X)]
        return np.asarray(X[:, _EWV] + np.mean(gaps, axis=0))

    def export(self) -> dict[str, np.ndarray]:
        """Return the learnt members as the flat arrays of an artefact."""
        arrays: dict[str, np.ndarray] = {
            "ridge.coefficients": self.linear_.coefficients,
            "ridge.intercept": np.array(self.linear_.intercept),
            "ridge.centre": self.linear_.centre,
        }
        for name, trees in (("xgboost", self.xgboost_), ("lightgbm", self.lightgbm_)):
            arrays |= {f"{name}.{key}": array for key, array in trees.to_arrays().items()}
        return arrays


def averaged(ensembles: list[TreeEnsemble]) -> TreeEnsemble:
    """Return one ensemble whose margin is the mean of the given ones (same comparison rule)."""
    sizes = [ensemble.feature.size for ensemble in ensembles]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    pairs = list(zip(ensembles, offsets, strict=True))
    return TreeEnsemble(
        feature=np.concatenate([e.feature for e in ensembles]),
        threshold=np.concatenate([e.threshold for e in ensembles]),
        left=np.concatenate([e.left + offset for e, offset in pairs]).astype(np.int32),
        right=np.concatenate([e.right + offset for e, offset in pairs]).astype(np.int32),
        default_left=np.concatenate([e.default_left for e in ensembles]),
        value=np.concatenate([e.value for e in ensembles]) / len(ensembles),
        cover=np.concatenate([e.cover for e in ensembles]),
        root=np.concatenate([e.root + offset for e, offset in pairs]).astype(np.int32),
        base=float(np.mean([e.base for e in ensembles])),
        strict=ensembles[0].strict,
        depth=max(e.depth for e in ensembles),
    )


def _fit_ridge(recipe: VolatilityRecipe, X: FloatArray, gap: FloatArray) -> LinearMember:
    scaler = StandardScaler().fit(X)
    ridge = RidgeCV(recipe.ridge_alphas).fit(scaler.transform(X), gap)
    coefficients = np.asarray(ridge.coef_ / scaler.scale_)
    centre = np.asarray(scaler.mean_)
    return LinearMember(coefficients, float(ridge.intercept_ - centre @ coefficients), centre)


def fit_xgboost(
    recipe: VolatilityRecipe, X: FloatArray, gap: FloatArray, seed: int
) -> xgb.XGBRegressor:
    """Return the fitted library model of one seed."""
    model = xgb.XGBRegressor(
        n_estimators=recipe.trees,
        max_depth=recipe.xgboost_depth,
        learning_rate=recipe.learning_rate,
        subsample=recipe.subsample,
        colsample_bytree=recipe.column_share,
        min_child_weight=recipe.min_leaf_rows,
        tree_method="hist",
        n_jobs=1,
        random_state=seed,
    )
    return model.fit(X, gap)


def fit_lightgbm(
    recipe: VolatilityRecipe, X: FloatArray, gap: FloatArray, seed: int
) -> lgb.LGBMRegressor:
    """Return the fitted library model of one seed."""
    model = lgb.LGBMRegressor(
        n_estimators=recipe.trees,
        num_leaves=recipe.lightgbm_leaves,
        learning_rate=recipe.learning_rate,
        subsample=recipe.subsample,
        subsample_freq=1,
        colsample_bytree=recipe.column_share,
        min_child_samples=recipe.min_leaf_rows,
        n_jobs=1,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )
    return model.fit(X, gap)
