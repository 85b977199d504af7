"""A forecaster without a model: it repeats the EWMA volatility found in the features."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from app.ml.features.returns import FEATURE_NAMES
from app.ml.features.universe import FloatArray
from app.ml.serving.frontier import VolatilityForecast


@dataclass(frozen=True, slots=True)
class EwmaForecaster:
    """Forecasts every asset's EWMA volatility; remembers until when it was 'trained'."""

    trained_until: date
    version: str = "ewma"

    def forecast(self, features: FloatArray) -> VolatilityForecast:
        ewv = np.asarray(features[:, FEATURE_NAMES.index("ewv")])
        return VolatilityForecast(ewv, np.stack([ewv, ewv]), ("a", "b"))
