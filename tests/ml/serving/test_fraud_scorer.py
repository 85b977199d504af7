"""The shipped artefact: verified, exact reasons, two channels that never mix."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from app.ml import registry
from app.ml.features import fraud
from app.ml.registry import ArtefactError
from app.ml.serving.anomaly import TailAnomaly
from app.ml.serving.fraud_scorer import Action, FraudScorer, Thresholds, calibrated

MODELS = Path(__file__).parents[3] / "models"


def golden(artefact: registry.Artefact, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return golden vectors and behaviour rows."""
    return artefact.arrays["golden.x"][:count], artefact.arrays["golden.behaviour"][:count]


@pytest.fixture(scope="module")
def artefact() -> registry.Artefact:
    return registry.load(registry.newest(MODELS, "fraud"), feature_version=fraud.VERSION)


@pytest.fixture(scope="module")
def scorer() -> FraudScorer:
    return FraudScorer.load(registry.newest(MODELS, "fraud"))


class TestScore:
    @pytest.mark.row("FC5")
    def test_reasons_add_up_to_the_score(
        self, scorer: FraudScorer, artefact: registry.Artefact
    ) -> None:
        for vector, row in zip(*golden(artefact, 200), strict=True):
            score = scorer.score(vector, row)
            assert score.base + score.contributions.sum() == pytest.approx(
                scorer.log_odds_rows(vector[None, :])[0], abs=1e-5
            )
            assert 0 <= score.probability <= 1

    @pytest.mark.row("FC1")
    def test_one_row_equals_the_batch(
        self, scorer: FraudScorer, artefact: registry.Artefact
    ) -> None:
        vectors, rows = golden(artefact, 1_000)

        single = [scorer.score(v, row) for v, row in zip(vectors, rows, strict=True)]

        np.testing.assert_allclose(
            [s.probability for s in single], scorer.probability_rows(vectors), atol=1e-9
        )
        np.testing.assert_allclose(
            [s.anomaly for s in single], scorer.anomaly.score_rows(rows), atol=1e-9
        )

    def test_reasons_are_the_strongest_first(
        self, scorer: FraudScorer, artefact: registry.Artefact
    ) -> None:
        vectors, rows = golden(artefact, 1)
        score = scorer.score(vectors[0], rows[0])

        reasons = score.reasons(4)

        sizes = [abs(reason.contribution) for reason in reasons]
        assert len(reasons) == 4
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == np.abs(score.contributions).max()

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_vector_that_is_not_finite_is_refused(self, scorer: FraudScorer, bad: float) -> None:
        vector = np.zeros(50, dtype=np.float32)
        vector[3] = bad
        row = np.zeros(17, dtype=np.float32)

        with pytest.raises(ValueError, match="50 finite"):
            scorer.score(vector, row)
        row[2] = bad
        with pytest.raises(ValueError, match="17 finite"):
            scorer.score(np.zeros(50, dtype=np.float32), row)

    def test_both_tails_summed_rank_like_pyod(
        self, scorer: FraudScorer, artefact: registry.Artefact
    ) -> None:
        """Our tails are ECOD's; what is served counts one of them, above the ordinary."""
        from pyod.models.ecod import ECOD

        _, rows = golden(artefact, 1_000)
        columns = scorer.anomaly.sorted_columns[:, ::4]
        both = TailAnomaly(columns, np.ones(len(columns), dtype=np.bool_))
        # Columns sorted one by one keep each feature's distribution, all that ECOD uses.
        theirs = ECOD().fit(columns.T).decision_function(rows)

        assert spearmanr(both.surprises(rows).sum(axis=1), theirs).statistic >= 0.9


class TestCalibrated:
    @settings(max_examples=200, deadline=None)
    @given(st.floats(-700, 700), st.floats(0, 700), st.floats(0, 3), st.floats(0, 3))
    def test_higher_log_odds_never_mean_a_lower_probability(
        self, low: float, step: float, a: float, b: float
    ) -> None:
        first, second = calibrated(np.array([low, low + step]), (a, b, -0.5))

        assert 0 <= first <= second <= 1


class TestThresholds:
    bands = Thresholds(step_up=0.01, review=0.1, block=0.7, anomaly_step_up=30, anomaly_review=40)

    @pytest.mark.row("FC1")
    def test_anomaly_alone_never_blocks(self) -> None:
        assert self.bands.action(0.0, 1e9) is Action.REVIEW
        assert self.bands.action(0.0, 30) is Action.STEP_UP

    @pytest.mark.row("FC3")
    @pytest.mark.parametrize(
        ("probability", "action"),
        [(0.0, "allow"), (0.01, "step_up"), (0.1, "review"), (0.7, "block")],
    )
    def test_bands_begin_at_their_thresholds(self, probability: float, action: str) -> None:
        assert self.bands.action(probability, 0.0).value == action


class TestLoad:
    def test_artefact_of_other_features_is_refused(self, tmp_path: Path) -> None:
        stored = registry.newest(MODELS, "fraud")
        manifest = json.loads((stored / "manifest.json").read_text())
        manifest["features"] = manifest["features"][::-1]
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        (tmp_path / "artefact.npz").write_bytes((stored / "artefact.npz").read_bytes())

        with pytest.raises(ArtefactError, match="another order"):
            FraudScorer.load(tmp_path)

    @pytest.mark.row("FC1")
    def test_scoring_loads_nothing_that_learns(self) -> None:
        program = (
            "import sys; from pathlib import Path; from app.ml import registry;"
            "from app.ml.serving.fraud_scorer import FraudScorer;"
            f"FraudScorer.load(registry.newest(Path({str(MODELS)!r}), 'fraud'));"
            "heavy = {'pandas','sklearn','xgboost','lightgbm','pyod','shap','numba','scipy'};"
            "print(sorted(heavy & set(sys.modules)))"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
        )

        assert done.stdout.strip() == "[]"
