"""Members that go on from earlier ones, and the logistic member learnt batch by batch."""

import lightgbm as lgb
import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.ml.estimators import continuing
from app.ml.estimators.continuing import continue_lightgbm, continue_members, continue_xgboost
from app.ml.estimators.fraud import XGBOOST, FraudMembers, fit_linear, light_settings
from app.ml.estimators.online import OnlineLinear, fit_linear_online, scale_of, update_linear
from app.ml.estimators.parts import RowSequence
from app.ml.estimators.trees import from_lightgbm, from_xgboost, joined
from tests.ml.estimators.rows import Held

pytestmark = pytest.mark.row("AO3")

WIDTH = 6
# Settings that draw nothing: continued boosters then have one right answer.
PLAIN_XGBOOST = {**XGBOOST, "subsample": 1.0, "colsample_bytree": 1.0}
PLAIN_LIGHTGBM = {"bagging_fraction": 1.0, "feature_fraction": 1.0}


Data = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]


def rows(seed: int, count: int = 3_000) -> Data:
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(count, WIDTH)) * 10.0 ** np.arange(WIDTH)).astype(np.float32)
    y = (rng.random(count) < 1 / (1 + np.exp(3 - 2 * X[:, 0]))).astype(np.int64)
    return X, y, np.where(y == 1, 1.0, 5.0)


class TestContinuedTrees:
    def test_xgboost_gives_what_xgb_model_gives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(continuing, "XGBOOST", PLAIN_XGBOOST)
        chosen = {**PLAIN_XGBOOST, "seed": 3}
        (X, y, w), (later, y2, w2) = rows(1), rows(2)
        first = xgb.train(chosen, xgb.DMatrix(X, y, weight=w), 20)
        # A QuantileDMatrix would give `xgb_model=` the values of its bins instead of the rows'.
        both = xgb.train(chosen, xgb.DMatrix(later, y2, weight=w2), 10, xgb_model=first)

        found = continue_xgboost(from_xgboost(first), Held(later), y2, w2, seed=3)

        assert found.root.size == both.num_boosted_rounds() == 30
        np.testing.assert_allclose(found.margin(X), from_xgboost(both).margin(X), atol=1e-4)

    def test_lightgbm_gives_what_init_model_gives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = {**light_settings(3), **PLAIN_LIGHTGBM}
        monkeypatch.setattr(continuing, "light_settings", lambda _: chosen)
        (X, y, w), (later, y2, w2) = rows(1), rows(2)
        first = lgb.train(chosen, lgb.Dataset(X, y, weight=w), 20)
        data = lgb.Dataset(later, y2, weight=w2, free_raw_data=False)
        both = lgb.train(chosen, data, 10, init_model=first)

        found = continue_lightgbm(from_lightgbm(first), Held(later), y2, w2, seed=3)

        assert found.root.size == both.num_trees() == 30
        np.testing.assert_allclose(found.margin(X), both.predict(X, raw_score=True), atol=1e-6)

    def test_trees_of_two_libraries_are_not_joined(self) -> None:
        X, y, w = rows(1, 500)
        one = from_xgboost(xgb.train({**XGBOOST, "seed": 1}, xgb.DMatrix(X, y, weight=w), 1))
        other = from_lightgbm(lgb.train(light_settings(1), lgb.Dataset(X, y, weight=w), 1))

        with pytest.raises(ValueError, match="cannot be joined"):
            joined(one, other)

    @pytest.mark.parametrize("label", [0, 1])
    def test_new_rows_of_one_class_are_learnt(self, label: int) -> None:
        X, y, w = rows(1, 1_500)
        parent = FraudMembers.fit(X, y, w, seed=1)
        later = rows(2, 300)[0]

        found = continue_members(parent, Held(later), np.full(300, label), np.ones(300), seed=2)

        moved = found.log_odds(later).mean() - parent.log_odds(later).mean()
        assert moved > 0 if label else moved < 0


class TestBins:
    def test_array_and_sequence_grow_equal_trees_above_the_bin_sample(self) -> None:
        # LightGBM draws 200,000 rows for its bins: which ones must not depend on the source.
        rng = np.random.default_rng(0)
        X = rng.gamma(1, 50, (201_000, 3)).astype(np.float32)
        y = (rng.random(len(X)) < 0.02).astype(np.int64)

        one = lgb.train(light_settings(7), lgb.Dataset(X, y), 2)
        other = lgb.train(light_settings(7), lgb.Dataset(RowSequence(Held(X)), y), 2)

        assert one.model_to_string() == other.model_to_string()


class TestOnlineLinear:
    def test_scale_read_in_batches_is_that_of_the_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        X, y, w = rows(1)
        monkeypatch.setattr("app.ml.estimators.online.BATCH_ROWS", 700)

        found, wanted = scale_of(Held(X)), fit_linear(X, y, w)

        for name in ("centre", "spread", "middle"):
            np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-9,
                                       atol=1e-9)  # fmt: skip

    def test_fit_from_nothing_ranks_as_the_exact_fit(self) -> None:
        X, y, w = rows(1, 20_000)

        found, wanted = fit_linear_online(Held(X), y, w, seed=1), fit_linear(X, y, w)

        scores = (found.contributions(X).sum(axis=1), wanted.contributions(X).sum(axis=1))
        assert np.corrcoef(*scores)[0, 1] > 0.99

    @settings(max_examples=15, deadline=None)
    @given(
        labels=st.lists(st.lists(st.sampled_from([0, 1]), max_size=9), min_size=1, max_size=5),
        seed=st.integers(0, 99),
    )
    def test_batches_may_lack_a_class_or_be_empty(self, labels: list[list[int]], seed: int) -> None:
        X, y, w = rows(3, 400)
        start = fit_linear(X, y, w)
        online = OnlineLinear(start, seed=seed)
        for part in labels:
            online.partial_fit(X[: len(part)], np.array(part, dtype=np.int64), np.ones(len(part)))

        found = online.linear()

        assert np.isfinite([*found.weights, found.base]).all()
        if not any(labels):
            np.testing.assert_allclose(found.weights, start.weights)
            assert found.base == pytest.approx(start.base)

    def test_update_follows_the_new_rows_and_leaves_the_member(self) -> None:
        X, y, w = rows(1)
        member = fit_linear(X, y, w)
        before = member.weights.copy()
        later, y2, w2 = rows(2)

        found = update_linear(member, Held(later), 1 - y2, w2, seed=1)

        assert found.weights[0] < member.weights[0]
        assert (member.weights == before).all()
