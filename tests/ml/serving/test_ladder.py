import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.features.universe import built_in_universe, universe_for
from app.ml.serving.ladder import (
    PROMISED_VOLATILITY,
    RUNGS,
    inside_band,
    ladder_weights,
    pick_rung,
    predicted_volatility,
    promised_volatility,
)


class TestLadderWeights:
    @pytest.mark.parametrize("universe", [built_in_universe(), universe_for(["A", "B", "C"])])
    def test_every_rung_is_fully_invested_and_long_only(self, universe: object) -> None:
        weights = ladder_weights(universe)
        assert weights.shape[0] == RUNGS
        np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)
        assert weights.min() >= 0

    def test_lowest_rung_is_cash_and_highest_is_98_percent_growth(self) -> None:
        universe = built_in_universe()
        weights = ladder_weights(universe)
        assert weights[0, -1] == pytest.approx(1.0)
        assert weights[-1, : len(universe.growth)].sum() == pytest.approx(0.98)
        assert weights[-1, universe.assets.index("VTI")] == pytest.approx(0.98 * 0.50)

    def test_middle_rung_follows_the_formula(self) -> None:
        universe = built_in_universe()
        rung = ladder_weights(universe)[40]  # s = .2
        growth = 0.98 * (0.2 - 0.15) / 0.85
        cash = (1 - 0.2 / 0.35) * (1 - growth)
        assert rung[-1] == pytest.approx(cash)
        assert rung[universe.assets.index("AGG")] == pytest.approx(0.45 * (1 - growth - cash))


class TestPickRung:
    def test_takes_the_highest_rung_that_keeps_the_promise(self) -> None:
        assert pick_rung(np.array([0.01, 0.05, 0.04, 0.2]), 0.05) == 2

    def test_takes_the_lowest_rung_when_none_keeps_it(self) -> None:
        assert pick_rung(np.array([0.03, 0.05]), 0.02) == 0

    @pytest.mark.row("PA6")
    @given(
        promise=st.sampled_from(PROMISED_VOLATILITY),
        risk=st.lists(st.floats(0, 1), min_size=2, max_size=50),
    )
    def test_predicted_volatility_never_exceeds_the_promise_unless_nothing_keeps_it(
        self, promise: float, risk: list[float]
    ) -> None:
        rung = pick_rung(np.array(risk), promise)
        assert risk[rung] <= promise or (rung == 0 and min(risk) > promise)


class TestInsideBand:
    def test_fifteen_percent_either_way_is_inside(self) -> None:
        assert inside_band(0.0851, 0.10)
        assert inside_band(0.1149, 0.10)
        assert not inside_band(0.0849, 0.10)
        assert not inside_band(0.1151, 0.10)


class TestPromisedVolatility:
    def test_grows_with_the_profile(self) -> None:
        assert [promised_volatility(p) for p in range(1, 11)] == sorted(PROMISED_VOLATILITY)

    @pytest.mark.parametrize("profile", [0, 11, -1])
    def test_unknown_profile_is_refused(self, profile: int) -> None:
        with pytest.raises(ValueError, match="from 1 to 10"):
            promised_volatility(profile)


class TestPredictedVolatility:
    def test_equals_the_quadratic_form(self) -> None:
        weights = np.array([[0.5, 0.5], [1.0, 0.0]])
        covariance = np.array([[0.04, 0.01], [0.01, 0.09]])
        expected = [np.sqrt(0.25 * 0.04 + 0.5 * 0.01 + 0.25 * 0.09), 0.2]
        np.testing.assert_allclose(predicted_volatility(weights, covariance), expected)
