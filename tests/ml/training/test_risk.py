"""The risk ensemble: exact reasons, household folds, conformal coverage, measures."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from app.ml.estimators.risk import RiskEnsemble, RiskRecipe, RiskTargets
from app.ml.features.risk import COLUMNS, FORBIDDEN, LEAKING, SOURCE_COLUMNS
from app.ml.serving.risk import OUTPUTS, RiskModel, model_of
from app.ml.training.risk import out_of_fold
from app.ml.training.risk_data import Households, household_folds, read_households, targets_of
from app.ml.training.risk_measures import (
    conformal_thresholds,
    measures,
    quadratic_kappa,
    set_report,
    weighted_auc,
)
from tests.factories.households import households

SMALL = RiskRecipe(trees=30, learning_rate=0.1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Households:
    path = tmp_path_factory.mktemp("households") / "survey.csv"
    households(150).to_csv(path, index=False)
    return read_households(path)


@pytest.fixture(scope="module")
def model(data: Households) -> RiskModel:
    arrays = RiskEnsemble(SMALL).fit(data.X, targets_of(data)).export()
    return model_of(arrays, {"version": "t", "conformal": {"thresholds": [0.2, 0.3, 0.01]}})


class TestInputs:
    def test_no_protected_or_leaking_column_is_read(self) -> None:
        assert not set(SOURCE_COLUMNS) & {*FORBIDDEN, *LEAKING}
        assert len(COLUMNS) == 55


class TestReasons:
    @pytest.mark.row("EX1")
    def test_parts_add_up_to_the_margin(self, data: Households, model: RiskModel) -> None:
        for row in data.X[::150]:
            for output in OUTPUTS:
                found = model.reasons(row, output)
                assert found.base + found.values.sum() == pytest.approx(found.margin, abs=1e-5)

    def test_members_equal_the_libraries(self, data: Households, model: RiskModel) -> None:
        """Softmax of the stored margins is what XGBoost and LightGBM themselves predict."""
        import lightgbm as lgb
        import xgboost as xgb

        from app.ml.estimators.trees import from_lightgbm_classes, from_xgboost_classes
        from app.ml.serving.risk import softmax

        stated = targets_of(data).stated
        booster = xgb.XGBClassifier(n_estimators=20, n_jobs=1).fit(data.X, stated)
        other = lgb.LGBMClassifier(n_estimators=20, n_jobs=1, verbose=-1).fit(data.X, stated)
        for trees, expected in (
            (from_xgboost_classes(booster.get_booster()), booster.predict_proba(data.X)),
            (from_lightgbm_classes(other.booster_), other.predict_proba(data.X)),
        ):
            found = softmax(np.column_stack([t.margin(data.X) for t in trees]))
            np.testing.assert_allclose(found, expected, atol=2e-6)


class TestFolds:
    @pytest.mark.row("RS4")
    def test_a_household_is_never_split(self, data: Households) -> None:
        fold = household_folds(data.household, seed=1)

        assert all(len(set(fold[data.household == h])) == 1 for h in np.unique(data.household))
        assert sorted(set(fold)) == [0, 1, 2, 3, 4]


class TestConformal:
    def test_covers_every_class_of_other_households(self) -> None:
        """Drawn from a known world, so coverage can be counted on a second half."""
        rng = np.random.default_rng(5)
        p = rng.dirichlet([4, 5, 0.5], size=8000)
        stated = np.array([rng.choice(3, p=row) for row in p])
        weight = rng.uniform(0.5, 1.5, size=8000)
        targets = RiskTargets(stated, np.zeros(8000), np.ones(8000, bool), weight)
        first, second = np.arange(4000), np.arange(4000, 8000)

        bounds = conformal_thresholds(first, p[first], targets.take(first), level=0.9)

        report = set_report(p[second] >= bounds, targets.take(second), level=0.9)
        assert min(report["coverage"].values()) > 0.86

    def test_a_set_is_never_empty(self, model: RiskModel) -> None:
        strict = RiskModel(
            model.version, model.linear, model.xgboost, model.lightgbm, (0.9, 0.9, 0.9)
        )

        inside = strict.plausible(np.array([[0.3, 0.4, 0.3]]))

        assert inside.tolist() == [[False, True, False]]


class TestMeasures:
    def test_equal_the_oracles(self) -> None:
        rng = np.random.default_rng(2)
        stated, found = rng.integers(0, 3, 500), rng.integers(0, 3, 500)
        score, weight = rng.integers(0, 20, 500) / 20, rng.uniform(0.1, 3, 500)

        assert weighted_auc(stated == 0, score, weight) == pytest.approx(
            roc_auc_score(stated == 0, score, sample_weight=weight), abs=1e-12
        )
        assert quadratic_kappa(stated, found, weight) == pytest.approx(
            cohen_kappa_score(stated, found, weights="quadratic", sample_weight=weight), abs=1e-12
        )


@pytest.mark.shared_data
class TestSurvey:
    @pytest.mark.row("RS4")
    def test_the_linear_and_tree_members_reach_the_bars_on_household_folds(
        self, shared_data: Path
    ) -> None:
        """A third of the trees: the full recipe is measured by `finnami train risk`."""
        data = read_households(shared_data / "riskprofile" / "scf2019_dev.parquet")
        targets = targets_of(data)

        found = out_of_fold(data, targets, RiskRecipe(trees=100, learning_rate=0.08), seed=7)

        report = measures(*found.predictions(), targets)
        assert 0.81 <= report["auc_none"] <= 0.86
        assert report["qwk"] >= 0.385
        assert report["equity_r2"] >= 0.25
