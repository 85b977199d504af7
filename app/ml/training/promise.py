"""Judge a back-test by its promise: realised against promised yearly volatility."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from app.ml.features.returns import DAYS_PER_YEAR
from app.ml.features.universe import FloatArray
from app.ml.serving.ladder import PROFILES, PROMISED_VOLATILITY
from app.ml.training.backtest import COST_RATE, DECISIONS_PER_YEAR, BacktestResult, Trade

#: A calendar year with fewer trading days is not judged.
FULL_YEAR_DAYS: Final = 120
_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """Realised volatility over promised, one row per judged year, one column per profile."""

    years: tuple[int, ...]
    ratio: FloatArray

    def summary(self) -> dict[str, Any]:
        """Return the risk error and the shares of profile-years inside and above the promise."""
        if not self.years:
            return {"years": 0}
        error = np.abs(np.log(self.ratio))
        return {
            "years": len(self.years),
            "risk_error": _rounded(error.mean()),
            "within_1_25": _rounded((error < np.log(1.25)).mean()),
            "within_1_5": _rounded((error < np.log(1.5)).mean()),
            "above_1_25": _rounded((self.ratio > 1.25).mean()),
            "risk_error_by_year": {
                str(year): _rounded(row.mean()) for year, row in zip(self.years, error, strict=True)
            },
        }


def promise_kept(dates: list[date], returns: list[FloatArray]) -> PromiseKept:
    """Return the ratios of every calendar year with more than 120 daily returns.

    ``returns`` holds one array of daily simple returns per day, one entry per profile.
    """
    years, ratios = [], []
    calendar = np.array([day.year for day in dates])
    for year in np.unique(calendar):
        rows = np.flatnonzero(calendar == year)
        if len(rows) <= FULL_YEAR_DAYS:
            continue
        daily = np.array([returns[row] for row in rows])
        realised = daily.std(axis=0, ddof=1) * np.sqrt(DAYS_PER_YEAR)
        years.append(int(year))
        ratios.append(realised / np.array(PROMISED_VOLATILITY))
    return PromiseKept(tuple(years), np.array(ratios))


def backtest_summary(result: BacktestResult) -> dict[str, Any]:
    """Return the JSON summary of a walk: per profile trades, turnover, cost; then the promise."""
    by_profile = {
        profile: [t for t in result.trades if t.profile == profile] for profile in PROFILES
    }
    years = max(result.decisions - 1, 1) / DECISIONS_PER_YEAR
    profiles = [_profile_summary(p, trades, years) for p, trades in by_profile.items()]
    return {
        "decisions": result.decisions,
        "profiles": profiles,
        "turnover_one_way_per_year": _rounded(
            np.mean([entry["turnover_one_way_per_year"] for entry in profiles])
        ),
        "risk": promise_kept(result.dates, result.returns).summary(),
        "refit_dates": [day.isoformat() for day in result.refits],
        "model_versions": result.models,
        "skipped_decisions": [
            {"date": day.isoformat(), "reason": reason} for day, reason in result.skipped
        ],
    }


def _profile_summary(profile: int, trades: list[Trade], years: float) -> dict[str, Any]:
    traded = sum(trade.turnover for trade in trades)
    return {
        "profile": profile,
        "promised_vol": PROMISED_VOLATILITY[profile - 1],
        "rebalances": max(len(trades) - 1, 0),
        "turnover_one_way_per_year": _rounded(traded / 2 / years),
        "cost_bp_per_year": _rounded(traded * COST_RATE * _BPS / years),
        "cost_bp_total": _rounded(traded * COST_RATE * _BPS),
    }


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
