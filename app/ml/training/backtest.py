"""Walk the ladder forward through history: decide at month ends, trade at the next close.

The protocol is fixed (W1 of the advice design): decisions read nothing after their day, the
trade happens at the next close, weights drift in between, ten basis points are paid on every
weight that changes, and the first purchase is free.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

import numpy as np

from app.ml.features.prices import PriceTable, StalePriceError
from app.ml.features.returns import FEATURE_NAMES
from app.ml.features.universe import FloatArray
from app.ml.serving.frontier import Forecaster, Frontier, build_frontier
from app.ml.serving.ladder import (
    NO_TRADE_BAND,
    PROFILES,
    PROMISED_VOLATILITY,
    inside_band,
    pick_rung,
    predicted_volatility,
)

COST_RATE: Final = 0.001
DECISIONS_PER_YEAR: Final = 12
_EWV: Final = FEATURE_NAMES.index("ewv")


class BacktestError(ValueError):
    """A back-test that would not be honest or has nothing to do; the message says why."""


class TrainedForecaster(Forecaster, Protocol):
    """A forecaster that knows the last day it has seen."""

    @property
    def trained_until(self) -> date:
        """Return the last day whose prices the model was trained on."""
        ...


Refit = Callable[[PriceTable], TrainedForecaster]


@dataclass(frozen=True, slots=True)
class BacktestPlan:
    """What to walk: decisions at month ends in [start, end], re-training every n months."""

    start: date
    end: date
    refit_months: int = 6
    band: float = NO_TRADE_BAND


@dataclass(frozen=True, slots=True)
class Trade:
    """One executed decision: the weights held after it, and what it cost."""

    decision_date: date
    date: date
    profile: int
    weights: FloatArray
    turnover: float


@dataclass(frozen=True, slots=True)
class ForecastMade:
    """What the model said about each risky asset at the close of one row of the table."""

    row: int
    log_volatility: FloatArray
    ewma: FloatArray


@dataclass(slots=True)
class BacktestResult:
    """Everything the walk produced, per profile in the order of ``PROFILES``.

    returns : daily portfolio returns after cost, (days, profiles), aligned with ``dates``
    skipped : decision days without advice, with the reason
    """

    decisions: int = 0
    trades: list[Trade] = field(default_factory=list)
    forecasts: list[ForecastMade] = field(default_factory=list)
    dates: list[date] = field(default_factory=list)
    returns: list[FloatArray] = field(default_factory=list)
    refits: list[date] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    skipped: list[tuple[date, str]] = field(default_factory=list)


def decision_days(table: PriceTable, plan: BacktestPlan) -> list[int]:
    """Return the rows of month-end decisions in [start, end] that have a next close."""
    months = table.dates.astype("datetime64[M]")
    last_of_month = np.flatnonzero(months[1:] != months[:-1])
    days = table.dates[last_of_month].astype("datetime64[D]").astype(object)
    return [
        int(row)
        for row, day in zip(last_of_month, days, strict=True)
        if plan.start <= day <= plan.end
    ]


def run_backtest(
    table: PriceTable,
    model: TrainedForecaster,
    plan: BacktestPlan,
    refit: Refit,
    *,
    progress: Callable[[date], None] = lambda _: None,
) -> BacktestResult:
    """Walk all ten profiles through history.

    ``refit`` trains the stored recipe on a table that ends at the decision day. Raises
    BacktestError when there is no decision, or the model saw past the first one.
    """
    rows = decision_days(table, plan)
    if not rows:
        raise BacktestError(
            f"no month end with a next close between {plan.start} and {plan.end}; "
            f"prices cover {_day(table, 0)} to {_day(table, -1)}"
        )
    if model.trained_until > _day(table, rows[0]):
        raise BacktestError(
            f"the model was trained until {model.trained_until}, after the first decision on "
            f"{_day(table, rows[0])}: its test would see its own training data"
        )
    walk = _Walk(table, model, plan, refit)
    due = set(rows)
    for row in range(rows[0], _last_row(table, plan) + 1):
        walk.close(row)
        if row in due:
            progress(_day(table, row))
            walk.decide(row)
    walk.result.decisions = len(rows)
    return walk.result


def _last_row(table: PriceTable, plan: BacktestPlan) -> int:
    """Return the row after the last day of the plan, where its last decision may trade."""
    after = int(np.searchsorted(table.dates, np.datetime64(plan.end), side="right"))
    return min(after, len(table) - 1)


def _day(table: PriceTable, row: int) -> date:
    day: date = table.dates[row].astype("datetime64[D]").item()
    return day


class _Walk:
    """The portfolios of all profiles while history passes, day by day."""

    def __init__(
        self, table: PriceTable, model: TrainedForecaster, plan: BacktestPlan, refit: Refit
    ) -> None:
        self._table = table
        self._model = model
        self._plan = plan
        self._refit = refit
        self._weights: FloatArray | None = None
        self._pending: dict[int, tuple[date, FloatArray]] = {}
        self.result = BacktestResult(models=[model.version])

    def close(self, row: int) -> None:
        """Let weights drift to this close, then trade what the day before decided."""
        if self._weights is not None:
            growth = self._growth(row)
            total = self._weights @ growth
            self._weights = self._weights * growth / total[:, None]
            self.result.dates.append(_day(self._table, row))
            self.result.returns.append(total - 1.0)
        if self._pending:
            self._trade(row)

    def decide(self, row: int) -> None:
        """Pick a rung for each profile, unless the holdings are inside the no-trade band."""
        today = _day(self._table, row)
        try:
            self._retrain_when_due(row)
            frontier = build_frontier(self._table, row, self._model)
        except StalePriceError as error:
            self.result.skipped.append((today, str(error)))
            return
        said = np.log(frontier.volatility[:-1])
        self.result.forecasts.append(ForecastMade(row, said, frontier.features[:, _EWV]))
        for index in range(len(PROFILES)):
            target = self._target(frontier, index)
            if target is not None:
                self._pending[index] = (today, target)

    def _target(self, frontier: Frontier, index: int) -> FloatArray | None:
        rung = pick_rung(frontier.rung_volatility, PROMISED_VOLATILITY[index])
        if self._weights is not None:
            held = float(predicted_volatility(self._weights[index], frontier.covariance))
            if inside_band(held, float(frontier.rung_volatility[rung]), self._plan.band):
                return None
        return np.asarray(frontier.rung_weights[rung])

    def _trade(self, row: int) -> None:
        first = self._weights is None
        held = self._weights
        if held is None:
            held = np.zeros((len(PROFILES), len(self._table.universe.assets)))
            self._weights = held
        for index, (decided_at, target) in self._pending.items():
            turnover = 0.0 if first else float(np.abs(target - held[index]).sum())
            if not first:
                self.result.returns[-1][index] -= COST_RATE * turnover
            held[index] = target
            self.result.trades.append(
                Trade(decided_at, _day(self._table, row), PROFILES[index], target, turnover)
            )
        self._pending = {}

    def _growth(self, row: int) -> FloatArray:
        """Return the price ratios of one day; an asset without a price keeps its last value."""
        ratio = self._table.prices[row] / self._table.prices[row - 1]
        return np.where(np.isfinite(ratio), ratio, 1.0)

    def _retrain_when_due(self, row: int) -> None:
        today = _day(self._table, row)
        if self._plan.refit_months == 0:
            return
        seen = self._model.trained_until
        if (today.year - seen.year) * 12 + today.month - seen.month < self._plan.refit_months:
            return
        self._table.returns_until(row)  # nothing is learnt from a day that allows no decision
        self._model = self._refit(self._table.until(self._table.dates[row]))
        self.result.refits.append(today)
        self.result.models.append(self._model.version)
