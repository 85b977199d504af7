"""Training: repeatable, refuses what cannot train, and its artefact serves at once."""

from pathlib import Path

import numpy as np
import pytest

from app.ml import registry
from app.ml.estimators.fraud import fit_beta
from app.ml.features.behaviour import Habits
from app.ml.features.fraud import Constants
from app.ml.features.fraud_table import feature_table
from app.ml.serving.fraud_scorer import FraudScorer, calibrated
from app.ml.training import fraud_replay
from app.ml.training.fraud import train_fraud
from app.ml.training.fraud_card import fraud_card
from app.ml.training.fraud_costs import CostMatrix, thresholds_for
from app.ml.training.fraud_predict import TooEarlyError, refuse_early
from app.ml.training.fraud_shared import TrainedFraud, TrainingDataError
from app.ml.training.payment_simulator import DAY, SimulatedPayments, World, simulate

WORLD = World(customers=200, terminals=200, days=60, unseen_from=60)
MEANS = (Constants(40.0, 3.4), Habits(40.0, 2.0, 2.0))


@pytest.fixture(scope="module")
def world() -> SimulatedPayments:
    return simulate(WORLD, 5)


@pytest.fixture(scope="module")
def trained(world: SimulatedPayments) -> TrainedFraud:
    return fit(world)


def fit(world: SimulatedPayments) -> TrainedFraud:
    labelled = np.ones(len(world.table), dtype=np.bool_)
    return train_fraud(world.table, labelled, seed=7, costs=CostMatrix())


class TestTrainFraud:
    @pytest.mark.row("AO3")
    def test_same_seed_gives_the_same_bytes(
        self, world: SimulatedPayments, trained: TrainedFraud
    ) -> None:
        again = fit(world)

        assert again.manifest == trained.manifest
        assert {k: v.tobytes() for k, v in again.arrays.items()} == {
            k: v.tobytes() for k, v in trained.arrays.items()
        }

    def test_artefact_serves_and_its_golden_rows_hold(
        self, world: SimulatedPayments, trained: TrainedFraud, tmp_path: Path
    ) -> None:
        card = fraud_card(trained.manifest, source="Simulated.")
        registry.save(tmp_path / "m", trained.arrays, trained.manifest, card)

        scorer = FraudScorer.load(tmp_path / "m")

        X = feature_table(world.table, scorer.constants)
        probability = scorer.probability_rows(X)
        frauds = world.table.fraud == 1
        assert probability[frauds].mean() > 5 * probability[~frauds].mean()
        assert "| … of always saying legit |" in card

    def test_short_history_is_refused(self, world: SimulatedPayments) -> None:
        early = world.table.ts_s < WORLD.start_s + 40 * DAY
        table = world.table.take(early)

        with pytest.raises(TrainingDataError, match="needs 44 days of payments, these span 40"):
            train_fraud(table, np.ones(len(table), dtype=np.bool_), seed=7, costs=CostMatrix())

    def test_absent_class_is_refused(self, world: SimulatedPayments) -> None:
        table = world.table.take(world.table.fraud == 0)

        with pytest.raises(TrainingDataError, match="hold 0 frauds"):
            train_fraud(table, np.ones(len(table), dtype=np.bool_), seed=7, costs=CostMatrix())

    def test_nothing_to_train_on_is_refused(self, world: SimulatedPayments) -> None:
        nothing = world.table.take(np.zeros(len(world.table), dtype=np.bool_))

        with pytest.raises(TrainingDataError, match="no payment"):
            train_fraud(nothing, np.zeros(0, dtype=np.bool_), seed=7, costs=CostMatrix())


class TestFitBeta:
    def test_calibrates_a_score_that_is_too_sure(self) -> None:
        rng = np.random.default_rng(4)
        truth = rng.normal(-2, 1, 20_000)
        y = (rng.random(20_000) < 1 / (1 + np.exp(-truth))).astype(np.int64)

        beta = fit_beta(3 * truth, y)

        assert min(beta[:2]) >= 0
        assert calibrated(3 * truth, beta).mean() == pytest.approx(y.mean(), abs=0.005)

    def test_score_that_ranks_backwards_is_refused(self) -> None:
        rng = np.random.default_rng(4)
        score = rng.normal(0, 2, 2_000)

        with pytest.raises(ValueError, match="nothing to calibrate"):
            fit_beta(score, (score < 0).astype(np.int64))


@pytest.mark.row("FC3")
class TestThresholds:
    def test_moving_the_matrix_moves_the_bands(self) -> None:
        usual = thresholds_for(CostMatrix(), mean_fraud_amount=150)
        dear_block = thresholds_for(CostMatrix(false_block=200), mean_fraud_amount=150)
        cheap_review = thresholds_for(CostMatrix(review=2), mean_fraud_amount=150)

        assert list(usual) == sorted(usual)
        assert dear_block[2] > usual[2]
        assert cheap_review[1] < usual[1]

    def test_larger_losses_lower_every_band(self) -> None:
        small = thresholds_for(CostMatrix(), mean_fraud_amount=100)
        large = thresholds_for(CostMatrix(), mean_fraud_amount=1_000)

        assert all(a > b for a, b in zip(small, large, strict=True))


class TestRefuseEarly:
    def test_first_day_is_until_plus_eight(self) -> None:
        refuse_early("2018-07-18", "2018-07-10")
        with pytest.raises(TooEarlyError, match="2018-07-18"):
            refuse_early("2018-07-17", "2018-07-10")


@pytest.mark.row("FC2")
class TestReplay:
    @pytest.mark.parametrize(
        ("plan", "late"),
        [
            (fraud_replay.ReplayPlan(), False),
            (fraud_replay.ReplayPlan(flush_at=137, duplicates=True), False),
            (fraud_replay.ReplayPlan(flush_at=211, duplicates=True), True),
        ],
    )
    def test_online_equals_offline(
        self, world: SimulatedPayments, plan: fraud_replay.ReplayPlan, *, late: bool
    ) -> None:
        table = fraud_replay.shuffle_late(world.table, seed=2)[0] if late else world.table
        inside = table.ts_s >= WORLD.start_s + 55 * DAY

        result = fraud_replay.replay(table, inside, MEANS, plan)

        assert result.rows > 1_000
        assert result.mismatches == 0
        assert (result.flushes > 0) == (plan.flush_at is not None)
