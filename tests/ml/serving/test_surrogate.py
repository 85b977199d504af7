"""The local line finds what a known model does, and disagreement is told."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from app.ml.serving.surrogate import rank_agreement, second_opinion

RNG = np.random.default_rng(1)
BACKGROUND = RNG.normal(size=(500, 10))
SLOPES = np.array([3.0, -2.0, 1.5, -1.0, 0.8, 0.6, -0.4, 0.2, 0.0, 0.0])
ROW = np.array([1.0, 1.2, -0.9, 0.7, 1.1, -1.3, 0.8, 0.5, 0.3, -0.2])


def linear(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows @ SLOPES)


class TestSecondOpinion:
    @pytest.mark.row("EX2")
    def test_agrees_with_exact_parts_of_a_linear_model(self) -> None:
        exact = SLOPES * (ROW - BACKGROUND.mean(axis=0))

        found = second_opinion(linear, ROW, BACKGROUND, exact, seed=3)

        assert found.agreement == pytest.approx(1.0)
        assert found.fit > 0.99
        np.testing.assert_allclose(found.effects, exact, atol=0.05)
        assert not found.unstable

    def test_effects_count_from_the_reference_of_the_exact_parts(self) -> None:
        start = np.full(len(ROW), 0.5)
        exact = SLOPES * (ROW - start)

        found = second_opinion(linear, ROW, BACKGROUND, exact, seed=3, reference=start)

        np.testing.assert_allclose(found.effects, exact, atol=0.05)

    @pytest.mark.row("EX2")
    def test_false_reasons_are_called_unstable(self) -> None:
        exact = SLOPES * (ROW - BACKGROUND.mean(axis=0))

        assert second_opinion(linear, ROW, BACKGROUND, -exact, seed=3).unstable

    def test_the_same_seed_is_the_same_opinion(self) -> None:
        first, again = (
            second_opinion(linear, ROW, BACKGROUND, SLOPES, seed=3).effects for _ in range(2)
        )

        np.testing.assert_array_equal(first, again)

    def test_a_model_that_says_nothing_is_unstable(self) -> None:
        flat = second_opinion(
            lambda rows: np.zeros(len(rows)), ROW, BACKGROUND, np.zeros(10), seed=1
        )

        assert flat.unstable
        assert flat.fit == 0.0

    def test_shapes_that_do_not_match_are_refused(self) -> None:
        with pytest.raises(ValueError, match="background"):
            second_opinion(linear, ROW, BACKGROUND[:, :3], SLOPES, seed=1)


class TestRankAgreement:
    def test_equals_scipy_with_ties(self) -> None:
        first = np.array([3.0, 2.0, 2.0, -4.0, 1.0, 0.5, 0.1, -0.2])
        second = np.array([1.0, 1.0, 3.0, -2.0, 0.0, 0.7, 0.1, 0.1])

        assert rank_agreement(first, second) == pytest.approx(
            spearmanr(first, second).statistic, abs=1e-12
        )
