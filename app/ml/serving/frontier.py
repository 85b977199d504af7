"""The precomputed frontier of one universe and day: forecast risk of every rung of the ladder.

A pure function of prices and a model, so the worker, the back-test and a replay build the
same frontier from the same data.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np

from app.ml.features.prices import PriceTable
from app.ml.features.returns import FEATURE_SET, feature_rows
from app.ml.features.universe import FloatArray
from app.ml.serving.covariance import cash_volatility, correlations, covariance
from app.ml.serving.ladder import ladder_weights, predicted_volatility

#: Changes when the same prices and model would give other rungs.
FRONTIER_RULES: Final = "ladder-201/1"


@dataclass(frozen=True, slots=True)
class VolatilityForecast:
    """Log yearly volatility of the risky assets and what each member said.

    log_volatility : (assets,)
    members : (members, assets) log volatilities in the order of ``member_names``
    """

    log_volatility: FloatArray
    members: FloatArray
    member_names: tuple[str, ...]

    @property
    def disagreement(self) -> float:
        """Return the mean over assets of the widest gap between two members, in log points."""
        return float(np.mean(self.members.max(axis=0) - self.members.min(axis=0)))


class Forecaster(Protocol):
    """What forecasts volatility: the served artefact, or an ensemble just trained."""

    @property
    def version(self) -> str:
        """Return the version quoted in decision records."""
        ...

    def forecast(self, features: FloatArray) -> VolatilityForecast:
        """Return the forecast of one row of features per risky asset."""
        ...


@dataclass(frozen=True, slots=True)
class Frontier:
    """Forecast risk of one universe at the close of one day.

    volatility : (assets,) forecast yearly volatility, cash last
    covariance : (assets, assets) yearly
    rung_weights : (201, assets); rung_volatility : (201,) predicted yearly volatility
    features : (risky assets, columns) the rows the forecast was made from
    """

    version: str
    universe_id: str
    universe_version: int
    assets: tuple[str, ...]
    as_of: date
    model_version: str
    data_sha256: str
    volatility: FloatArray
    covariance: FloatArray
    rung_weights: FloatArray
    rung_volatility: FloatArray
    features: FloatArray
    disagreement: float


def build_frontier(table: PriceTable, day: int, model: Forecaster) -> Frontier:
    """Return the frontier at the close of one row of a price table.

    Rows after ``day`` are not read. Raises StalePriceError when prices of that day or its
    history do not allow a decision.
    """
    returns = table.returns_until(day)
    universe = table.universe
    features = feature_rows(returns[:, :-1], universe)
    forecast = model.forecast(features)
    volatility = np.append(np.exp(forecast.log_volatility), cash_volatility(returns[:, -1:]))
    matrix = covariance(correlations(returns), volatility)
    weights = ladder_weights(universe)
    as_of = table.dates[day].astype("datetime64[D]").item()
    data_sha256 = table.until(table.dates[day]).sha256()
    return Frontier(
        version=_version(universe.universe_id, universe.version, model.version, data_sha256),
        universe_id=universe.universe_id,
        universe_version=universe.version,
        assets=universe.assets,
        as_of=as_of,
        model_version=model.version,
        data_sha256=data_sha256,
        volatility=volatility,
        covariance=matrix,
        rung_weights=weights,
        rung_volatility=predicted_volatility(weights, matrix),
        features=features,
        disagreement=forecast.disagreement,
    )


def _version(universe_id: str, universe_version: int, model: str, data_sha256: str) -> str:
    """Return a name that changes with the data, the model, the universe or the rules."""
    parts = [FRONTIER_RULES, FEATURE_SET, universe_id, str(universe_version), model, data_sha256]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
