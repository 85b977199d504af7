import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.covariance import LedoitWolf

from app.ml.features.returns import log_returns
from app.ml.serving.covariance import (
    cash_volatility,
    correlations,
    covariance,
    ewma_covariance,
    ledoit_wolf,
)
from tests.factories.prices import synthetic_prices


class TestLedoitWolf:
    @given(seed=st.integers(0, 10_000), days=st.integers(5, 200), count=st.integers(2, 14))
    def test_equals_scikit_learn(self, seed: int, days: int, count: int) -> None:
        generator = np.random.default_rng(seed)
        returns = generator.standard_normal((days, count)) * generator.uniform(0.1, 3, count)
        oracle = LedoitWolf().fit(returns).covariance_
        np.testing.assert_allclose(ledoit_wolf(returns), oracle, rtol=1e-9, atol=1e-12)


class TestEwmaCovariance:
    def test_equals_the_weighted_sum_of_outer_products(self) -> None:
        returns = np.random.default_rng(1).standard_normal((30, 3))
        weights = np.array([0.5 ** (age / 10) for age in range(30)][::-1])
        expected = sum(w * np.outer(r, r) for w, r in zip(weights, returns, strict=True))
        np.testing.assert_allclose(ewma_covariance(returns, 10), expected / weights.sum())


class TestCorrelations:
    def test_are_a_correlation_matrix(self) -> None:
        matrix = correlations(log_returns(synthetic_prices(days=900).prices))
        np.testing.assert_array_equal(np.diag(matrix), np.ones(14))
        np.testing.assert_allclose(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > 0

    def test_asset_that_never_moves_correlates_with_nothing(self) -> None:
        returns = np.random.default_rng(1).standard_normal((300, 3)) * 0.01
        returns[:, 2] = 0.0
        matrix = correlations(returns)
        assert np.isfinite(matrix).all()
        assert matrix[2, 2] == 1.0
        assert abs(matrix[2, :2]).max() < 1e-9


class TestCovariance:
    def test_diagonal_is_the_squared_forecast(self) -> None:
        returns = log_returns(synthetic_prices(days=400).prices)
        volatility = cash_volatility(returns)
        matrix = covariance(correlations(returns), volatility)
        np.testing.assert_allclose(np.sqrt(np.diag(matrix)), volatility)
        assert volatility[0] == pytest.approx(np.sqrt(252 * ewma_covariance(returns, 60)[0, 0]))
