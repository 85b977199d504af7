"""Measure volatility forecasts against what happened, beside the EWMA everyone has."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.ml.estimators.volatility import VolatilityEnsemble, VolatilityRecipe
from app.ml.features.prices import PriceTable, StalePriceError
from app.ml.features.returns import (
    FEATURE_NAMES,
    FIRST_DAY,
    LABEL_DAYS,
    feature_rows,
    label_row,
    log_returns,
    training_rows,
)
from app.ml.features.universe import FloatArray
from app.ml.serving.frontier import Forecaster
from app.ml.training.backtest import ForecastMade

HOLDOUT_SHARE: Final = 0.2
#: Monthly blocks needed before an interval is worth printing.
MIN_BLOCKS: Final = 6
_BOOTSTRAPS: Final = 2_000
_EWV: Final = FEATURE_NAMES.index("ewv")


@dataclass(frozen=True, slots=True)
class Skill:
    """Forecast and EWMA log volatility with the label, shape (blocks, assets) each."""

    forecast: FloatArray
    ewma: FloatArray
    label: FloatArray

    def means(self) -> dict[str, float]:
        """Return the mean QLIKE of the forecast and of the EWMA."""
        return {
            "qlike": _rounded(qlike(self.forecast, self.label).mean()),
            "qlike_ewma20": _rounded(qlike(self.ewma, self.label).mean()),
        }

    def summary(self) -> dict[str, float]:
        """Return QLIKE and RMSE of both, and a 90 % block-bootstrap interval of the gain."""
        ours = qlike(self.forecast, self.label).mean(axis=1)
        theirs = qlike(self.ewma, self.label).mean(axis=1)
        generator = np.random.default_rng(0)
        draws = generator.integers(0, len(ours), (_BOOTSTRAPS, len(ours)))
        gains = (ours[draws].mean(axis=1) / theirs[draws].mean(axis=1)) - 1.0
        low, high = np.quantile(gains, [0.05, 0.95])
        return {
            "blocks": len(ours),
            "qlike": _rounded(ours.mean()),
            "qlike_ewma20": _rounded(theirs.mean()),
            "qlike_change": _rounded(ours.mean() / theirs.mean() - 1.0),
            "qlike_change_low": _rounded(low),
            "qlike_change_high": _rounded(high),
            "rmse": _rounded(np.sqrt(np.mean((self.forecast - self.label) ** 2))),
            "rmse_ewma20": _rounded(np.sqrt(np.mean((self.ewma - self.label) ** 2))),
        }


def qlike(forecast: FloatArray, label: FloatArray) -> FloatArray:
    """Return q - ln q - 1 with q = realised over forecast variance; 0 is a perfect forecast.

    Source: Patton, "Volatility forecast comparison using imperfect volatility proxies",
    Journal of Econometrics 160 (2011).
    """
    gap = 2.0 * (label - forecast)
    return np.asarray(np.exp(gap) - gap - 1.0)


def measure(
    ensemble: VolatilityEnsemble, returns: FloatArray, table: PriceTable, days: list[int]
) -> Skill:
    """Score an ensemble on days given as index of the last known return."""
    features = [feature_rows(returns[: day + 1], table.universe) for day in days]
    labels = [label_row(returns, day) for day in days]
    forecasts = [ensemble.predict(rows) for rows in features]
    return Skill(np.array(forecasts), np.array([f[:, _EWV] for f in features]), np.array(labels))


def skill_by_year(table: PriceTable, forecasts: list[ForecastMade]) -> dict[str, Any]:
    """Score month-end forecasts against the 21 returns after them, overall and per year.

    Forecasts whose label ends after the table, or meets a missing price, are left out.
    """
    scored: list[tuple[int, ForecastMade, FloatArray]] = []
    for made in forecasts:
        ahead = table.prices[made.row : made.row + LABEL_DAYS + 1, :-1]
        if len(ahead) == LABEL_DAYS + 1 and np.isfinite(ahead).all():
            year = table.dates[made.row].item().year
            scored.append((year, made, label_row(log_returns(ahead), -1)))
    if not scored:
        return {"blocks": 0}
    years = sorted({year for year, _, _ in scored})
    by_year = {str(y): _skill([row for row in scored if row[0] == y]).means() for y in years}
    return _skill(scored).summary() | {"by_year": by_year}


def _skill(rows: list[tuple[int, ForecastMade, FloatArray]]) -> Skill:
    return Skill(
        np.array([made.log_volatility for _, made, _ in rows]),
        np.array([made.ewma for _, made, _ in rows]),
        np.array([label for _, _, label in rows]),
    )


def frozen_forecasts(table: PriceTable, model: Forecaster, days: list[int]) -> list[ForecastMade]:
    """Return what a model that never learns again said on each of the days with fresh prices."""
    made = []
    for day in days:
        try:
            returns = table.returns_until(day)
        except StalePriceError:
            continue
        rows = feature_rows(returns[:, :-1], table.universe)
        made.append(ForecastMade(day, model.forecast(rows).log_volatility, rows[:, _EWV]))
    return made


def holdout_skill(
    returns: FloatArray, table: PriceTable, recipe: VolatilityRecipe
) -> dict[str, Any] | None:
    """Train on the first 80 % of days, score the rest in blocks of 21 days; None when too short.

    The split is by time with no label crossing it, so it says less than a walk-forward test and
    nothing flattering.
    """
    split = int(len(returns) * (1.0 - HOLDOUT_SHARE))
    days = list(range(split - 1, len(returns) - LABEL_DAYS, LABEL_DAYS))
    if split < FIRST_DAY + LABEL_DAYS or len(days) < MIN_BLOCKS:
        return None
    rows = training_rows(returns[:split], table.universe, step_days=recipe.step_days)
    ensemble = VolatilityEnsemble(recipe).fit(rows.features, rows.labels)
    summary: dict[str, Any] = measure(ensemble, returns, table, days).summary()
    summary["from"] = table.dates[split].item().isoformat()
    return summary


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
