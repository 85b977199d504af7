from datetime import date

import numpy as np
import pytest

from app.ml.features.prices import PriceTable, price_table
from app.ml.features.universe import built_in_universe
from app.ml.serving.ladder import NO_TRADE_BAND
from app.ml.training.backtest import (
    BacktestError,
    BacktestPlan,
    BacktestResult,
    decision_days,
    run_backtest,
)
from app.ml.training.promise import backtest_summary, promise_kept
from tests.factories.prices import synthetic_columns
from tests.fakes.forecaster import EwmaForecaster

UNIVERSE = built_in_universe()
DATES, COLUMNS = synthetic_columns(days=900, seed=11, universe=UNIVERSE)
PLAN = BacktestPlan(start=date(2013, 6, 1), end=date(2015, 5, 29))


def table_of(columns: dict[str, np.ndarray]) -> PriceTable:
    return price_table(UNIVERSE, DATES, columns)


def walk(
    columns: dict[str, np.ndarray] = COLUMNS,
    plan: BacktestPlan = PLAN,
    until: date = date(2013, 6, 1),
) -> BacktestResult:
    return run_backtest(
        table_of(columns),
        EwmaForecaster(until),
        plan,
        lambda table: EwmaForecaster(table.dates[-1].item(), f"ewma@{table.dates[-1]}"),
    )


class TestDecisionDays:
    def test_are_last_trading_days_of_months_that_have_a_next_close(self) -> None:
        table = table_of(COLUMNS)
        rows = decision_days(table, BacktestPlan(date(2012, 1, 1), date(2030, 1, 1)))
        for row in rows:
            assert table.dates[row].item().month != table.dates[row + 1].item().month
        assert rows[-1] < len(table) - 1


class TestRunBacktest:
    def test_trades_at_the_next_close_and_only_at_month_ends(self) -> None:
        result = walk()
        table = table_of(COLUMNS)
        position = {day.item(): row for row, day in enumerate(table.dates)}
        assert result.trades
        for trade in result.trades:
            assert position[trade.date] == position[trade.decision_date] + 1
            assert trade.weights.sum() == pytest.approx(1.0)
            assert trade.weights.min() >= 0

    def test_first_purchase_is_free_and_later_trades_cost_ten_basis_points(self) -> None:
        result = walk()
        first = result.trades[0].date
        assert all(t.turnover == 0 for t in result.trades if t.date == first)
        later = next(t for t in result.trades if t.date > first)
        row = result.dates.index(later.date)
        table = table_of(COLUMNS)
        day = int(np.searchsorted(table.dates, np.datetime64(later.date)))
        growth = table.prices[day] / table.prices[day - 1]
        held = self.weights_before(result, later.profile, later.date, table)
        gross = float(held @ growth) - 1
        assert result.returns[row][later.profile - 1] == pytest.approx(
            gross - 0.001 * later.turnover
        )
        drifted = held * growth / (held @ growth)
        assert later.turnover == pytest.approx(np.abs(later.weights - drifted).sum())

    @staticmethod
    def weights_before(
        result: BacktestResult, profile: int, day: date, table: PriceTable
    ) -> np.ndarray:
        """Drift the last trade's weights to the close before a day, independently."""
        last = [t for t in result.trades if t.profile == profile and t.date < day][-1]
        start = int(np.searchsorted(table.dates, np.datetime64(last.date)))
        stop = int(np.searchsorted(table.dates, np.datetime64(day))) - 1
        value = last.weights * table.prices[stop] / table.prices[start]
        return value / value.sum()

    def test_wide_band_never_trades_again(self) -> None:
        plan = BacktestPlan(PLAN.start, PLAN.end, band=10.0)
        assert len(walk(plan=plan).trades) == 10

    def test_model_that_saw_past_the_first_decision_is_refused(self) -> None:
        with pytest.raises(BacktestError, match="after the first decision"):
            walk(until=date(2013, 7, 1))

    def test_period_without_a_decision_is_refused(self) -> None:
        with pytest.raises(BacktestError, match="no month end"):
            walk(plan=BacktestPlan(date(2013, 6, 3), date(2013, 6, 20)))

    def test_refits_every_six_months_on_data_up_to_the_decision(self) -> None:
        result = walk()
        assert result.refits[0] == date(2013, 12, 31)
        assert [d.month for d in result.refits[:3]] == [12, 6, 12]
        assert result.models[1] == "ewma@2013-12-31"

    def test_zero_keeps_the_model_frozen(self) -> None:
        plan = BacktestPlan(PLAN.start, PLAN.end, refit_months=0)
        assert walk(plan=plan).refits == []

    @pytest.mark.row("PA7")
    @pytest.mark.parametrize("change", [1.7, 0.4, np.nan])
    def test_altering_prices_after_a_decision_changes_no_earlier_row(self, change: float) -> None:
        cut = int(np.searchsorted(DATES, np.datetime64("2014-05-30")))
        altered = {name: prices.copy() for name, prices in COLUMNS.items()}
        generator = np.random.default_rng(5)
        for prices in altered.values():
            prices[cut + 1 :] *= change * generator.uniform(0.5, 2.0, len(prices) - cut - 1)
        before = [t for t in walk().trades if t.decision_date <= DATES[cut].item()]
        after = [t for t in walk(altered).trades if t.decision_date <= DATES[cut].item()]
        assert len(before) > 10
        assert [(t.date, t.profile) for t in before] == [(t.date, t.profile) for t in after]
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(old.weights, new.weights)

    def test_decision_on_a_missing_price_is_skipped_with_the_reason(self) -> None:
        altered = {name: prices.copy() for name, prices in COLUMNS.items()}
        day = int(np.searchsorted(DATES, np.datetime64("2014-02-28")))
        altered["TLT"][day] = np.nan
        result = walk(altered)
        assert result.skipped == [(date(2014, 2, 28), "TLT has no fresh price on 2014-02-28")]
        assert all(t.decision_date != date(2014, 2, 28) for t in result.trades)

    def test_delisted_asset_stops_advice_and_no_exception_escapes(self) -> None:
        altered = {name: prices.copy() for name, prices in COLUMNS.items()}
        altered["EEM"][700:] = np.nan
        result = walk(altered)
        assert {reason.split(" has")[0] for _, reason in result.skipped} == {"EEM"}
        assert all(np.isfinite(day).all() for day in result.returns)


class TestBacktestSummary:
    def test_turnover_and_cost_follow_from_the_trades(self) -> None:
        result = walk()
        summary = backtest_summary(result)
        trades = [t for t in result.trades if t.profile == 4]
        years = (result.decisions - 1) / 12
        entry = summary["profiles"][3]
        assert entry["rebalances"] == len(trades) - 1
        assert entry["turnover_one_way_per_year"] == pytest.approx(
            sum(t.turnover for t in trades) / 2 / years, abs=1e-4
        )
        assert entry["cost_bp_total"] == pytest.approx(
            sum(t.turnover for t in trades) * 10, abs=1e-3
        )

    def test_narrower_band_trades_more(self) -> None:
        narrow = backtest_summary(walk(plan=BacktestPlan(PLAN.start, PLAN.end, band=0.02)))
        normal = backtest_summary(walk(plan=BacktestPlan(PLAN.start, PLAN.end, band=NO_TRADE_BAND)))
        key = "turnover_one_way_per_year"
        assert narrow[key] > normal[key]


class TestPromiseKept:
    def test_ratio_is_realised_over_promised_volatility_of_full_years(self) -> None:
        days = [d.item() for d in np.arange("2013-01-01", "2014-03-01", dtype="datetime64[D]")]
        generator = np.random.default_rng(1)
        returns = [generator.standard_normal(10) * 0.01 for _ in days]
        kept = promise_kept(days, returns)
        assert kept.years == (2013,)  # 59 days of 2014 are not judged
        year = np.array(returns[:365])
        assert kept.ratio[0, 6] == pytest.approx(year[:, 6].std(ddof=1) * np.sqrt(252) / 0.10)

    def test_promise_kept_exactly_has_no_error(self) -> None:
        days = [d.item() for d in np.arange("2013-01-01", "2014-01-01", dtype="datetime64[D]")]
        generator = np.random.default_rng(1)
        noise = generator.standard_normal((365, 10))
        promised = np.array([0.02, 0.03, 0.04, 0.055, 0.07, 0.085, 0.10, 0.115, 0.13, 0.15])
        exact = noise / noise.std(axis=0, ddof=1) * promised / np.sqrt(252)
        summary = promise_kept(days, list(exact)).summary()
        assert summary["risk_error"] == 0.0
        assert summary["within_1_5"] == 1.0

    def test_without_a_full_year_nothing_is_claimed(self) -> None:
        assert promise_kept([date(2013, 1, 1)], [np.zeros(10)]).summary() == {"years": 0}
