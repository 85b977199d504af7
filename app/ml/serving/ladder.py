"""The fixed asset ladder: 201 rungs from cash to growth, and the choice among them.

A rung is decided by predicted volatility alone; nothing here looks at an expected return.
"""

from typing import Final

import numpy as np

from app.ml.features.universe import FloatArray, Universe

RUNGS: Final = 201
PROFILES: Final = tuple(range(1, 11))
#: Promised yearly volatility of the risk profiles 1..10.
PROMISED_VOLATILITY: Final = (0.02, 0.03, 0.04, 0.055, 0.07, 0.085, 0.10, 0.115, 0.13, 0.15)
NO_TRADE_BAND: Final = 0.15
_GROWTH_TOP: Final = 0.98
_GROWTH_FROM: Final = 0.15
_CASH_UNTIL: Final = 0.35


def promised_volatility(profile: int) -> float:
    """Return the yearly volatility promised to a risk profile 1..10.

    Raises ValueError outside that range.
    """
    if profile not in PROFILES:
        raise ValueError(f"a risk profile is a whole number from 1 to 10, got {profile!r}")
    return PROMISED_VOLATILITY[profile - 1]


def ladder_weights(universe: Universe) -> FloatArray:
    """Return the weights of every rung, shape (201, assets), rows of sum 1, none negative."""
    growth, defensive, cash = universe.sleeve_weights()
    step = np.linspace(0.0, 1.0, RUNGS)[:, None]
    growth_share = _GROWTH_TOP * np.maximum(0.0, (step - _GROWTH_FROM) / (1.0 - _GROWTH_FROM))
    cash_share = np.maximum(0.0, 1.0 - step / _CASH_UNTIL) * (1.0 - growth_share)
    defensive_share = 1.0 - growth_share - cash_share
    return growth_share * growth + cash_share * cash + defensive_share * defensive


def predicted_volatility(weights: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the yearly volatility of each row of weights under a yearly covariance."""
    variance = np.einsum("...i,ij,...j->...", weights, covariance, weights)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def pick_rung(rung_volatility: FloatArray, promise: float) -> int:
    """Return the highest rung whose predicted volatility keeps the promise; none gives 0."""
    kept = np.flatnonzero(rung_volatility <= promise)
    return int(kept[-1]) if kept.size else 0


def inside_band(held: float, target: float, band: float = NO_TRADE_BAND) -> bool:
    """Say whether the predicted volatility of the holdings is close enough not to trade."""
    return abs(held - target) <= band * target
