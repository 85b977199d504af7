"""Flat trees equal the libraries they came from, contributions included."""

from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.ml.estimators.trees import from_lightgbm, from_xgboost
from app.ml.serving.path_shap import PathShap, shapley
from app.ml.serving.table_shap import TableShap
from app.ml.serving.trees import TreeEnsemble

FEATURES = 9


def sample(rows: int = 3000, *, missing: bool = False) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(rows, FEATURES)).astype(np.float32)
    # Whole numbers make many rows sit exactly on a threshold, where `<` and `<=` differ.
    X[:, 3:6] = rng.integers(0, 5, size=(rows, 3))
    y = (X[:, 0] * X[:, 3] - X[:, 4] + rng.normal(size=rows) > 0).astype(float)
    if missing:
        X[rng.random(X.shape) < 0.1] = np.nan
    return X, y


def xgboost_model(depth: int, *, missing: bool = False, **extra: Any) -> xgb.Booster:
    X, y = sample(missing=missing)
    params = {"max_depth": depth, "objective": "binary:logistic", "nthread": 1, "seed": 1, **extra}
    return xgb.train(params, xgb.DMatrix(X, y), 40)


def lightgbm_model(depth: int, *, missing: bool = False, **extra: Any) -> lgb.Booster:
    X, y = sample(missing=missing)
    params = {"max_depth": depth, "num_leaves": 16, "objective": "binary", "verbose": -1}
    params |= {"num_threads": 1, "seed": 1, "deterministic": True, **extra}
    return lgb.train(params, lgb.Dataset(X.astype(float), y), 40)


@pytest.fixture(scope="module", params=[False, True], ids=["complete", "missing"])
def missing(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class TestFromXgboost:
    def test_margin_equals_the_library(self, missing: bool) -> None:
        booster = xgboost_model(4, missing=missing)
        X, _ = sample(missing=missing)

        ours = from_xgboost(booster).margin(X)

        theirs = booster.predict(xgb.DMatrix(X), output_margin=True)
        np.testing.assert_allclose(ours, theirs, atol=2e-6)

    def test_regression_base_score_is_kept(self) -> None:
        booster = xgboost_model(3, objective="reg:squarederror")
        X, _ = sample()

        np.testing.assert_allclose(
            from_xgboost(booster).margin(X), booster.predict(xgb.DMatrix(X)), atol=2e-6
        )

    def test_dart_is_refused(self) -> None:
        with pytest.raises(ValueError, match="gbtree"):
            from_xgboost(xgboost_model(2, booster="dart"))


class TestFromLightgbm:
    def test_raw_score_equals_the_library(self, missing: bool) -> None:
        booster = lightgbm_model(4, missing=missing)
        X, _ = sample(missing=missing)

        ours = from_lightgbm(booster).margin(X.astype(float))

        np.testing.assert_allclose(ours, booster.predict(X, raw_score=True), atol=1e-9)

    def test_missing_value_without_missing_training_rows(self) -> None:
        booster = lightgbm_model(4)
        X, _ = sample(missing=True)

        np.testing.assert_allclose(
            from_lightgbm(booster).margin(X), booster.predict(X, raw_score=True), atol=1e-9
        )


@pytest.mark.row("EX1")
class TestContributions:
    def test_paths_equal_xgboost_pred_contribs(self, missing: bool) -> None:
        booster = xgboost_model(6, missing=missing)
        X, _ = sample(missing=missing)

        ours = PathShap.of(from_xgboost(booster), FEATURES)

        theirs = booster.predict(xgb.DMatrix(X[:50]), pred_contribs=True)
        for row, expected in zip(X[:50], theirs, strict=True):
            np.testing.assert_allclose(ours.contributions(row), expected[:-1], atol=1e-5)
            assert ours.base == pytest.approx(expected[-1], abs=1e-5)

    def test_paths_equal_lightgbm_pred_contrib(self) -> None:
        booster = lightgbm_model(-1)
        X, _ = sample()

        ours = PathShap.of(from_lightgbm(booster), FEATURES)

        theirs = booster.predict(X[:50], pred_contrib=True)
        for row, expected in zip(X[:50], theirs, strict=True):
            np.testing.assert_allclose(ours.contributions(row), expected[:-1], atol=1e-8)

    @pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
    def test_tables_equal_paths(self, library: str, missing: bool) -> None:
        ensemble = (
            from_xgboost(xgboost_model(4, missing=missing))
            if library == "xgboost"
            else from_lightgbm(lightgbm_model(4, missing=missing))
        )
        X, _ = sample(missing=missing)
        paths = PathShap.of(ensemble, FEATURES)
        tables = TableShap.of(ensemble, FEATURES)

        for row in X[:100]:
            phi = tables.contributions(row)
            np.testing.assert_allclose(phi, paths.contributions(row), atol=1e-5)
            assert tables.base + phi.sum() == pytest.approx(
                ensemble.margin(row[None, :])[0], abs=1e-5
            )

    def test_tables_refuse_deep_trees(self) -> None:
        with pytest.raises(ValueError, match="depth 6"):
            TableShap.of(from_xgboost(xgboost_model(6)), FEATURES)

    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(st.tuples(st.booleans(), st.floats(0.01, 1.0)), min_size=1, max_size=9),
        st.floats(-5, 5),
    )
    def test_a_leaf_shares_out_its_whole_value(
        self, game: list[tuple[bool, float]], value: float
    ) -> None:
        present = np.array([[float(o) for o, _ in game]])
        absent = np.array([[z for _, z in game]])

        phi = shapley(present, absent, np.array([value]))

        assert phi.sum() == pytest.approx(value * (present.prod() - absent.prod()), abs=1e-9)


class TestCheck:
    def test_pointer_outside_the_arrays_is_refused(self) -> None:
        arrays = from_xgboost(xgboost_model(2)).to_arrays()
        arrays["left"] = arrays["left"] + 1

        with pytest.raises(ValueError, match="outside"):
            TreeEnsemble.from_arrays(arrays)

    def test_loop_is_refused(self) -> None:
        arrays = from_xgboost(xgboost_model(2)).to_arrays()
        arrays["left"][0] = 0

        # A root that points to itself on one side only never becomes a leaf.
        with pytest.raises(ValueError, match="deeper"):
            TreeEnsemble.from_arrays(arrays)
