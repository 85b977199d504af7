"""Yearly covariance of the universe: forecast volatilities on blended correlations."""

from typing import Final

import numpy as np

from app.ml.features.returns import DAYS_PER_YEAR, VARIANCE_FLOOR
from app.ml.features.universe import FloatArray

EWMA_HALF_LIFE: Final = 60
EWMA_DAYS: Final = 1500
SHRINKAGE_DAYS: Final = 756
SHRINKAGE_SHARE: Final = 0.2


def ledoit_wolf(returns: FloatArray) -> FloatArray:
    """Return the covariance shrunk towards a scaled identity, shape (assets, assets).

    Source: Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance
    matrices", Journal of Multivariate Analysis 88 (2004); equal to scikit-learn's estimator,
    which the tests use as the oracle and which the serving side must not load.
    """
    days, count = returns.shape
    centred = returns - returns.mean(axis=0)
    sample = centred.T @ centred / days
    scale = np.trace(sample) / count
    squared = np.square(centred)
    spread = np.sum(squared.T @ squared) / days - np.sum(np.square(sample))
    distance = np.sum(np.square(sample)) - count * scale**2
    shrinkage = 0.0 if distance <= 0 else float(min(spread / days, distance) / distance)
    return np.asarray((1.0 - shrinkage) * sample + shrinkage * scale * np.eye(count))


def ewma_covariance(returns: FloatArray, half_life_days: float) -> FloatArray:
    """Return the exponentially weighted second moment (not de-meaned) of daily returns."""
    window = returns[-EWMA_DAYS:]
    weights = 0.5 ** (np.arange(len(window) - 1, -1, -1) / half_life_days)
    weighted = window * (weights / weights.sum())[:, None]
    return np.asarray(weighted.T @ window)


def correlations(returns: FloatArray) -> FloatArray:
    """Return .8 EWMA + .2 Ledoit-Wolf correlations of daily log returns, diagonal 1.

    An asset that never moved correlates with nothing.
    """
    recent = _to_correlation(ewma_covariance(returns, EWMA_HALF_LIFE))
    shrunk = _to_correlation(ledoit_wolf(returns[-SHRINKAGE_DAYS:]))
    blended = (1.0 - SHRINKAGE_SHARE) * recent + SHRINKAGE_SHARE * shrunk
    np.fill_diagonal(blended, 1.0)
    return blended


def cash_volatility(returns: FloatArray) -> FloatArray:
    """Return the yearly EWMA volatility of each column; used for cash, which no model sees."""
    daily = np.diag(ewma_covariance(returns, EWMA_HALF_LIFE))
    return np.asarray(np.sqrt(DAYS_PER_YEAR * daily))


def covariance(correlation: FloatArray, volatility: FloatArray) -> FloatArray:
    """Return the covariance of correlations and yearly volatilities."""
    return correlation * np.outer(volatility, volatility)


def _to_correlation(matrix: FloatArray) -> FloatArray:
    deviation = np.sqrt(np.diag(matrix))
    scale = np.where(deviation > np.sqrt(VARIANCE_FLOOR) * 1e-6, deviation, np.inf)
    return np.asarray(matrix / np.outer(scale, scale))
