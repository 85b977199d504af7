from pathlib import Path

import numpy as np
import pytest

from app.ml.features.returns import log_returns
from app.ml.training.backtest import BacktestPlan, ForecastMade, run_backtest
from app.ml.training.pricefile import read_prices
from app.ml.training.promise import backtest_summary
from app.ml.training.volatility import train_volatility
from app.ml.training.volatility_skill import qlike, skill_by_year
from tests.factories.prices import synthetic_prices

SHARED = Path(__file__).parents[4] / "shared" / "data" / "market" / "etf_adj_close.parquet"


class TestQlike:
    def test_is_zero_for_a_perfect_forecast_and_positive_otherwise(self) -> None:
        label = np.array([-2.0, -1.0])
        np.testing.assert_allclose(qlike(label, label), 0.0)
        assert (qlike(label + 0.3, label) > 0).all()
        assert (qlike(label - 0.3, label) > qlike(label + 0.3, label)).all()


class TestSkillByYear:
    def test_scores_only_forecasts_whose_month_is_over(self) -> None:
        table = synthetic_prices(days=400)
        guess = np.full(13, -2.0)
        made = [ForecastMade(row, guess, guess) for row in (300, 378, 379)]
        assert skill_by_year(table, made)["blocks"] == 2

    def test_perfect_foresight_scores_zero(self) -> None:
        table = synthetic_prices(days=400)
        ahead = log_returns(table.prices)[300:321, :-1]
        perfect = 0.5 * np.log(252 * np.mean(ahead**2, axis=0) + 1e-8)
        report = skill_by_year(table, [ForecastMade(300, perfect, perfect + 1.0)])
        assert report["qlike"] == 0.0
        assert report["qlike_ewma20"] > 0.0

    def test_nothing_to_score_claims_nothing(self) -> None:
        assert skill_by_year(synthetic_prices(days=400), []) == {"blocks": 0}


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.row("PA4")
@pytest.mark.skipif(
    not SHARED.exists(), reason="the development prices are not beside the checkout"
)
def test_reference_run_keeps_the_promise_on_development_years() -> None:
    table = read_prices(SHARED)
    model = train_volatility(table.until(np.datetime64("2010-05-28"))).model
    plan = BacktestPlan(
        start=np.datetime64("2010-05-20").item(), end=np.datetime64("2019-12-31").item()
    )
    result = run_backtest(table, model, plan, lambda known: train_volatility(known).model)
    summary, skill = backtest_summary(result), skill_by_year(table, result.forecasts)
    assert summary["risk"]["risk_error"] <= 0.172
    assert summary["risk"]["within_1_5"] >= 0.80
    assert summary["risk"]["above_1_25"] <= 0.12
    assert summary["turnover_one_way_per_year"] <= 0.56
    assert skill["qlike"] < skill["qlike_ewma20"]
