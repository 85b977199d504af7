"""Two versions on the same payments: costs by hand, bands as the scorer's, honest intervals."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.comparing import Judgement, Labelled, actions, gains, measures, realised_cost
from app.ml.serving.fraud_scorer import Action, Thresholds

COSTS = {
    "chargeback_fee": 20.0, "step_up": 1.0, "step_up_stops": 0.7, "review": 5.0,
    "review_stops": 0.95, "false_block": 40.0,
}  # fmt: skip
BANDS = Thresholds(0.1, 0.3, 0.9, 10.0, 20.0)
ORDER = [Action.ALLOW, Action.STEP_UP, Action.REVIEW, Action.BLOCK]


@pytest.mark.row("FC3")
class TestCost:
    @pytest.mark.parametrize(
        ("action", "fraud", "cost"),
        [
            (0, False, 0.0),
            (0, True, 120.0),
            (1, False, 1.0),
            (1, True, 1.0 + 0.3 * 120.0),
            (2, True, 5.0 + 0.05 * 120.0),
            (3, False, 40.0),
            (3, True, 0.0),
        ],
    )
    def test_each_action_by_hand(self, action: int, fraud: bool, cost: float) -> None:
        found = realised_cost(
            COSTS,
            action=np.array([action]),
            amount=np.array([100.0]),
            fraud=np.array([fraud]),
        )
        assert found == pytest.approx(cost)


@given(st.floats(0, 1), st.floats(0, 30))
def test_bands_are_those_of_the_scorer(probability: float, anomaly: float) -> None:
    (found,) = actions(np.array([probability]), np.array([anomaly]), asdict(BANDS))
    assert ORDER[found] is BANDS.action(probability, anomaly)


def world(seed: int = 1, rows: int = 2_000) -> tuple[Labelled, np.ndarray]:
    rng = np.random.default_rng(seed)
    fraud = rng.random(rows) < 0.05
    return Labelled(rng.integers(0, 200, rows), rng.random(rows) * 100, fraud), rng.random(rows)


def judged(probability: np.ndarray) -> Judgement:
    return Judgement(probability, actions(probability, np.zeros(probability.size), asdict(BANDS)))


class TestGains:
    def test_the_same_version_gains_exactly_nothing(self) -> None:
        rows, noise = world()
        assert gains(rows, judged(noise), judged(noise), COSTS, seed=3) == ((0, 0), (0, 0))

    def test_what_knows_the_truth_beats_noise_with_the_whole_interval(self) -> None:
        rows, noise = world()
        better = np.where(rows.fraud, 0.5 + noise / 2, noise / 2)
        precision, cost = gains(rows, judged(noise), judged(better), COSTS, seed=3)
        assert precision[0] > 0
        assert cost[0] > 0
        assert measures(rows, judged(better), COSTS)["recall_fpr_01"] > 0.9

    def test_one_class_alone_cannot_be_compared(self) -> None:
        rows, noise = world()
        legit = Labelled(rows.customer, rows.amount, np.zeros_like(rows.fraud))
        with pytest.raises(ValueError, match="class"):
            gains(legit, judged(noise), judged(noise), COSTS, seed=3)
