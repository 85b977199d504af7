import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.features.prices import PriceTable
from app.ml.features.returns import (
    FEATURE_NAMES,
    FIRST_DAY,
    HISTORY_DAYS,
    LABEL_DAYS,
    NotEnoughHistoryError,
    column_names,
    feature_rows,
    label_row,
    log_returns,
    training_rows,
)
from app.ml.features.universe import universe_for
from tests.factories.prices import synthetic_prices


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return synthetic_prices(days=1100)


@pytest.fixture(scope="module")
def returns(table: PriceTable) -> np.ndarray:
    return log_returns(table.prices)[:, :-1]


class TestFeatureRows:
    def test_has_seventeen_features_and_a_one_hot_per_asset(
        self, table: PriceTable, returns: np.ndarray
    ) -> None:
        rows = feature_rows(returns, table.universe)
        assert len(FEATURE_NAMES) == 17
        assert rows.shape == (13, 30) == (13, len(column_names(table.universe)))
        np.testing.assert_array_equal(rows[:, 17:], np.eye(13))

    def test_equals_the_definition_of_each_feature(
        self, table: PriceTable, returns: np.ndarray
    ) -> None:
        rows = feature_rows(returns, table.universe)
        column = {name: rows[:, i] for i, name in enumerate(FEATURE_NAMES)}
        own = returns[-HISTORY_DAYS:, 4]
        weights = np.array([0.5 ** (age / 20) for age in range(HISTORY_DAYS)])[::-1]
        path = own.cumsum()

        def log_vol(squares: float) -> float:
            return 0.5 * np.log(252 * squares + 1e-8)

        assert column["mom63"][4] == pytest.approx(own[-63:].sum())
        assert column["mom12_1"][4] == pytest.approx(own[-252:-21].sum())
        assert column["lv21"][4] == pytest.approx(log_vol((own[-21:] ** 2).mean()))
        assert column["dd"][4] == pytest.approx(path[-1] - path[-252:].max())
        assert column["ewv"][4] == pytest.approx(
            log_vol(float((weights * own**2).sum() / weights.sum()))
        )
        assert column["g_hyg63"][4] == pytest.approx(
            returns[-63:, table.universe.role("credit")].sum()
            - returns[-63:, table.universe.role("mid_government")].sum()
        )
        assert column["g_avglv"][0] == pytest.approx(column["lv21"].mean())

    def test_missing_roles_give_zero(self, returns: np.ndarray) -> None:
        rows = feature_rows(returns[:, :3], universe_for(["A", "B", "C"]))
        assert rows[:, FEATURE_NAMES.index("g_vtimom63")].tolist() == [0.0, 0.0, 0.0]
        assert rows[:, FEATURE_NAMES.index("g_hyg63")].tolist() == [0.0, 0.0, 0.0]

    def test_too_little_history_is_refused(self, table: PriceTable, returns: np.ndarray) -> None:
        with pytest.raises(NotEnoughHistoryError, match="259 daily returns, 260"):
            feature_rows(returns[: FIRST_DAY - 1], table.universe)

    @pytest.mark.row("PA7")
    @given(day=st.integers(FIRST_DAY, 1000), factor=st.floats(0.1, 10))
    def test_changing_later_prices_changes_no_bit(self, day: int, factor: float) -> None:
        table = synthetic_prices(days=1100)
        altered = table.prices.copy()
        altered[day + 1 :] *= factor
        before = feature_rows(log_returns(table.prices[: day + 1])[:, :-1], table.universe)
        after = feature_rows(log_returns(altered)[:day, :-1], table.universe)
        np.testing.assert_array_equal(before, after)


class TestTrainingRows:
    def test_training_row_equals_serving_row_bit_for_bit(
        self, table: PriceTable, returns: np.ndarray
    ) -> None:
        rows = training_rows(returns, table.universe)
        for day in np.unique(rows.days)[::25]:
            served = feature_rows(returns[: day + 1], table.universe)
            np.testing.assert_array_equal(rows.features[rows.days == day], served)

    def test_no_label_ends_after_the_decision_day(
        self, table: PriceTable, returns: np.ndarray
    ) -> None:
        rows = training_rows(returns, table.universe)
        assert rows.days.max() + LABEL_DAYS <= len(returns) - 1

    def test_label_is_the_log_volatility_of_the_next_21_returns(self, returns: np.ndarray) -> None:
        ahead = returns[501 : 501 + LABEL_DAYS, 2]
        expected = 0.5 * np.log(252 * np.mean(ahead**2) + 1e-8)
        assert label_row(returns, 500)[2] == pytest.approx(expected)

    def test_label_past_the_data_is_refused(self, returns: np.ndarray) -> None:
        with pytest.raises(IndexError, match="ends after the data"):
            label_row(returns, len(returns) - LABEL_DAYS)

    def test_too_little_history_is_refused(self, table: PriceTable, returns: np.ndarray) -> None:
        with pytest.raises(NotEnoughHistoryError):
            training_rows(returns[: FIRST_DAY + LABEL_DAYS - 1], table.universe)


class TestLogReturns:
    @pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
    def test_impossible_price_is_refused(self, bad: float) -> None:
        with pytest.raises(ValueError, match="above zero"):
            log_returns(np.array([[1.0], [bad]]))
