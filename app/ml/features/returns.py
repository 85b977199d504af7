"""Volatility features of daily total-return prices: facts to row, the same for every use.

Training, backtest and serving all call ``feature_rows`` with the returns known at the close of
one decision day, so a row cannot differ between them and cannot see a later price. Feature
list, windows and the label follow the volatility ensemble of the advice design (log volatility,
annualised with 252 days).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.ml.features.universe import FloatArray, Universe

FEATURE_SET: Final = "returns-1"
DAYS_PER_YEAR: Final = 252
#: Returns a row may look back on; more history never changes a row.
HISTORY_DAYS: Final = 756
#: Fewest returns before a row is defined (the longest window plus slack).
FIRST_DAY: Final = 260
LABEL_DAYS: Final = 21
VARIANCE_FLOOR: Final = 1e-8
EWMA_HALF_LIFE: Final = 20
DRAWDOWN_DAYS: Final = 252

MOMENTUM_WINDOWS: Final = (5, 21, 63, 126, 252)
VOLATILITY_WINDOWS: Final = (5, 21, 63, 252)
FEATURE_NAMES: Final = (
    *(f"mom{days}" for days in MOMENTUM_WINDOWS),
    "mom12_1",
    *(f"lv{days}" for days in VOLATILITY_WINDOWS),
    "dd",
    "ewv",
    "g_vtimom63",
    "g_vtilv21",
    "g_tltmom63",
    "g_hyg63",
    "g_avglv",
)
_MOM63 = FEATURE_NAMES.index("mom63")
_LV21 = FEATURE_NAMES.index("lv21")
_OWN = FEATURE_NAMES.index("g_vtimom63")


class NotEnoughHistoryError(ValueError):
    """Fewer returns than the longest feature window needs."""


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Pooled rows of many decision days: features (rows, columns), labels, day of each row."""

    features: FloatArray
    labels: FloatArray
    days: np.ndarray


def column_names(universe: Universe) -> tuple[str, ...]:
    """Return the names of the columns of ``feature_rows``: features, then one-hot assets."""
    return (*FEATURE_NAMES, *(f"is_{asset}" for asset in universe.risky))


def log_returns(prices: FloatArray) -> FloatArray:
    """Return daily log returns, shape (days - 1, assets), of positive finite prices."""
    if not np.all(np.isfinite(prices) & (prices > 0)):
        raise ValueError("prices must be finite and above zero")
    return np.asarray(np.diff(np.log(prices), axis=0), dtype=np.float64)


def log_volatility(mean_square: FloatArray) -> FloatArray:
    """Return half the log of the annualised variance, floored so that calm days stay finite."""
    return np.asarray(0.5 * np.log(DAYS_PER_YEAR * mean_square + VARIANCE_FLOOR))


def ewma_mean_square(returns: FloatArray, half_life_days: float) -> FloatArray:
    """Return the exponentially weighted mean of squared returns per column, newest heaviest."""
    ages = np.arange(len(returns) - 1, -1, -1)
    weights = 0.5 ** (ages / half_life_days)
    return np.asarray(weights @ np.square(returns) / weights.sum())


def feature_rows(returns: FloatArray, universe: Universe) -> FloatArray:
    """Return one row per risky asset for the day of the last return.

    Parameters
    ----------
    returns : shape (days, risky assets)
        Log returns in the order of ``universe.risky``, up to and including the decision day.
        Only the last ``HISTORY_DAYS`` are read.
    universe : Universe
        Gives the assets that play the market-wide roles.

    Returns
    -------
    shape (risky assets, 17 + risky assets)
        Columns as named by ``column_names``.

    Raises
    ------
    NotEnoughHistoryError
        With fewer than ``FIRST_DAY`` returns.
    """
    if len(returns) < FIRST_DAY:
        raise NotEnoughHistoryError(f"{len(returns)} daily returns, {FIRST_DAY} are needed")
    window = np.ascontiguousarray(returns[-HISTORY_DAYS:])
    own = _own_features(window)
    market = _market_features(own, universe)
    count = window.shape[1]
    return np.column_stack([own, np.broadcast_to(market, (count, len(market))), np.eye(count)])


def _own_features(window: FloatArray) -> FloatArray:
    """Return the twelve features that look only at the asset itself, shape (assets, 12)."""
    momentum = {days: window[-days:].sum(axis=0) for days in MOMENTUM_WINDOWS}
    path = np.cumsum(window, axis=0)
    columns = [
        *momentum.values(),
        momentum[252] - momentum[21],
        *(log_volatility(np.square(window[-d:]).mean(axis=0)) for d in VOLATILITY_WINDOWS),
        path[-1] - path[-DRAWDOWN_DAYS:].max(axis=0),
        log_volatility(ewma_mean_square(window, EWMA_HALF_LIFE)),
    ]
    return np.column_stack(columns)


def _market_features(own: FloatArray, universe: Universe) -> FloatArray:
    """Return the five features shared by all assets; a missing role gives 0."""
    equity, long_bond, credit, mid_bond = (
        universe.role(name)
        for name in ("equity_market", "long_government", "credit", "mid_government")
    )
    momentum, spread = own[:, _MOM63], 0.0
    if credit is not None and mid_bond is not None:
        spread = float(momentum[credit] - momentum[mid_bond])
    return np.array(
        [
            0.0 if equity is None else momentum[equity],
            0.0 if equity is None else own[equity, _LV21],
            0.0 if long_bond is None else momentum[long_bond],
            spread,
            own[:, _LV21].mean(),
        ]
    )


def label_row(returns: FloatArray, day: int) -> FloatArray:
    """Return the log volatility each asset realised in the 21 returns after ``day``.

    ``day`` is the index of the last return known at the decision (-1: none of ``returns``).
    Raises IndexError when the label would end after the last return: such a row must not be
    trained on.
    """
    if day < -1 or day + LABEL_DAYS >= len(returns):
        raise IndexError(f"the label of day {day} ends after the data")
    ahead = returns[day + 1 : day + 1 + LABEL_DAYS]
    return log_volatility(np.square(ahead).mean(axis=0))


def training_rows(returns: FloatArray, universe: Universe, *, step_days: int = 5) -> TrainingRows:
    """Return pooled rows of every ``step_days``-th day whose label ends within ``returns``.

    The caller passes returns up to the decision day only, so no label can end after it.
    Raises NotEnoughHistoryError when no labelled day exists.
    """
    days = range(FIRST_DAY - 1, len(returns) - LABEL_DAYS, step_days)
    if not days:
        raise NotEnoughHistoryError(
            f"{len(returns)} daily returns, {FIRST_DAY + LABEL_DAYS} are needed to train"
        )
    features = [feature_rows(returns[: day + 1], universe) for day in days]
    labels = [label_row(returns, day) for day in days]
    count = returns.shape[1]
    return TrainingRows(np.vstack(features), np.concatenate(labels), np.repeat(days, count))
