"""The risk band holds by construction, whatever a model forecasts."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.portfolio.rules.choice import choose_rung, equity_limit, exact_weights
from app.domains.portfolio.usecases.frontiers import rung_equity
from app.ml.features.universe import built_in_universe
from app.ml.serving.ladder import ladder_weights, predicted_volatility, promised_volatility

UNIVERSE = built_in_universe()
WEIGHTS = ladder_weights(UNIVERSE)
EQUITY = rung_equity(UNIVERSE, WEIGHTS)
CALMEST = 0


def random_covariance(generator: np.random.Generator) -> np.ndarray:
    """Return any covariance a model could produce: from sleepy to absurd, ill-conditioned too."""
    factors = generator.standard_normal((14, generator.integers(1, 15)))
    scale = np.exp(generator.uniform(-6, 1, 14))
    matrix = factors @ factors.T
    correlation = matrix / np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
    return correlation * np.outer(scale, scale)


class TestChooseRung:
    @pytest.mark.row("PA6")
    def test_ten_thousand_random_forecasts_never_leave_the_band(self) -> None:
        generator = np.random.default_rng(20_261_124)
        for _ in range(10_000):
            profile = int(generator.integers(1, 11))
            covariance = random_covariance(generator)
            volatility = predicted_volatility(WEIGHTS, covariance)
            rung = choose_rung(profile, volatility, EQUITY)
            assert EQUITY[rung] <= equity_limit(profile)
            # The all-cash rung is the calmest thing there is, even when cash itself is wild.
            assert volatility[rung] <= promised_volatility(profile) or rung == CALMEST
            exact = np.array([float(w) for w in exact_weights(WEIGHTS[rung])])
            equity = exact[[asset in UNIVERSE.equity for asset in UNIVERSE.assets]].sum()
            assert equity <= equity_limit(profile)

    def test_a_forecast_of_no_risk_still_meets_the_equity_limit(self) -> None:
        rung = choose_rung(1, np.zeros(201), EQUITY)
        assert EQUITY[rung] <= equity_limit(1) < EQUITY[rung + 1]

    def test_a_forecast_that_is_not_a_number_gives_cash(self) -> None:
        assert choose_rung(10, np.full(201, np.nan), EQUITY) == CALMEST

    def test_limits_grow_with_the_profile(self) -> None:
        limits = [equity_limit(profile) for profile in range(1, 11)]
        assert limits == sorted(limits)


class TestExactWeights:
    @settings(deadline=None)
    @given(rung=st.integers(0, 200))
    def test_sum_to_exactly_one_and_never_round_a_risky_weight_up(self, rung: int) -> None:
        exact = exact_weights(WEIGHTS[rung])
        assert sum(exact) == Decimal(1)
        for weight, original in zip(exact[:-1], WEIGHTS[rung][:-1], strict=True):
            assert 0 <= weight <= Decimal(repr(float(original)))
