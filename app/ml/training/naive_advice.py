"""The way advice is usually put together: the yardstick of `finnami bench recommend`.

For every request: DataFrames, scikit-learn style wrappers, pandas' and scikit-learn's
covariances, a search of the ladder in a loop, new shap explainers. Same data, members and rules
as the served path, so the answers must agree; never served itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.ml.estimators.volatility import VolatilityRecipe, fit_lightgbm, fit_xgboost
from app.ml.features.prices import PriceTable
from app.ml.features.returns import FEATURE_NAMES, column_names, feature_rows, training_rows
from app.ml.features.universe import FloatArray
from app.ml.serving.ladder import ladder_weights, promised_volatility

_EWV: Final = FEATURE_NAMES.index("ewv")


@dataclass(frozen=True, slots=True)
class NaiveMix:
    """What the naive way recommends, and the parts of its forecast per asset and column."""

    weights: FloatArray
    predicted_volatility: float
    parts: FloatArray


def naive_adviser(
    table: PriceTable, *, recipe: VolatilityRecipe, seed: int
) -> Callable[[int, Callable[[FloatArray], float], float], NaiveMix]:
    """Fit the members and return `advise(profile, equity share of weights, equity limit)`.

    Raises ImportError without shap, which only developers install.
    """
    import shap

    universe, names = table.universe, list(column_names(table.universe))
    prices = pd.DataFrame(table.prices, columns=list(universe.assets))
    known = pd.DataFrame(np.log(prices)).diff().dropna().to_numpy()[:, :-1]
    rows = training_rows(known, universe, step_days=recipe.step_days)
    X: Any = pd.DataFrame(rows.features, columns=names)
    gap = rows.labels - rows.features[:, _EWV]
    seeds = range(seed, seed + recipe.seeds)
    linear = make_pipeline(StandardScaler(), RidgeCV(recipe.ridge_alphas)).fit(X, gap)
    boosted = [fit_xgboost(recipe, X, gap, s) for s in seeds]
    light = [fit_lightgbm(recipe, X, gap, s) for s in seeds]

    def advise(
        profile: int, equity: Callable[[FloatArray], float], equity_limit: float
    ) -> NaiveMix:
        returns: Any = pd.DataFrame(np.log(prices)).diff().dropna()
        row = pd.DataFrame(feature_rows(returns.to_numpy()[:, :-1], universe), columns=names)
        members = [
            linear.predict(row),
            np.mean([m.predict(row) for m in boosted], axis=0),
            np.mean([m.predict(row) for m in light], axis=0),
        ]
        forecast = np.exp(row["ewv"].to_numpy() + np.mean(members, axis=0))
        matrix = _covariance(returns, forecast)
        best, risk = None, 0.0
        for weights in ladder_weights(universe):
            swings = float(np.sqrt(weights @ matrix @ weights))
            if swings <= promised_volatility(profile) and equity(weights) <= equity_limit:
                best, risk = weights, swings
        if best is None:
            best = ladder_weights(universe)[0]
            risk = float(np.sqrt(best @ matrix @ best))
        parts = [np.asarray(shap.TreeExplainer(m).shap_values(row)) for m in (*boosted, *light)]
        return NaiveMix(best, risk, np.mean(parts, axis=0))

    return advise


def _covariance(returns: pd.DataFrame, forecast: FloatArray) -> FloatArray:
    recent = returns.tail(1500)
    weights = 0.5 ** (np.arange(len(recent) - 1, -1, -1) / 60)
    second = (recent.mul(weights / weights.sum(), axis=0)).T @ recent
    cash = float(np.sqrt(252 * second.to_numpy()[-1, -1]))
    shrunk = LedoitWolf().fit(returns.tail(756)).covariance_
    blended = 0.8 * _correlation(second.to_numpy()) + 0.2 * _correlation(shrunk)
    np.fill_diagonal(blended, 1.0)
    volatility = np.append(forecast, cash)
    return np.asarray(blended * np.outer(volatility, volatility))


def _correlation(matrix: FloatArray) -> FloatArray:
    deviation = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / np.outer(deviation, deviation))
