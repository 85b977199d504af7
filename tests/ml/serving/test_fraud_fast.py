"""The compiled path answers what the plain path answers."""

from pathlib import Path

import numpy as np
import pytest

from app.ml import registry
from app.ml.features import fraud
from app.ml.features.fraud import CustomerEvents, Payment, TerminalEvents
from app.ml.serving.fraud_fast import FastScorer
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.fraud_replay import rows_by_entity
from tests.factories.payments import small_world

MODELS = Path(__file__).parents[3] / "models"
GAP = 1e-6


@pytest.fixture(scope="module")
def plain() -> FraudScorer:
    return FraudScorer.load(registry.newest(MODELS, "fraud"))


@pytest.fixture(scope="module")
def fast(plain: FraudScorer) -> FastScorer:
    return FastScorer.of(plain)


@pytest.mark.row("FC1")
class TestFastScorer:
    def test_golden_rows_come_out_of_the_kernel_too(
        self, plain: FraudScorer, fast: FastScorer
    ) -> None:
        artefact = registry.load(registry.newest(MODELS, "fraud"), feature_version=fraud.VERSION)
        golden = artefact.group("golden")
        for i, (vector, row) in enumerate(zip(golden["x"], golden["behaviour"], strict=True)):
            score = fast.score(vector, row)
            assert score.probability == pytest.approx(golden["probability"][i], abs=GAP)
            assert score.anomaly == pytest.approx(golden["anomaly"][i], abs=GAP)
            np.testing.assert_allclose(score.contributions, golden["contributions"][i], atol=GAP)
            assert score.base + score.contributions.sum() == pytest.approx(score.log_odds)

    def test_stored_bytes_and_lists_give_the_plain_path_s_judgement(
        self, plain: FraudScorer, fast: FastScorer
    ) -> None:
        table = small_world().table
        of_customer, of_terminal = rows_by_entity(table.customer), rows_by_entity(table.terminal)
        for row in range(len(table) - 200, len(table)):
            own, other = (
                of_customer[int(table.customer[row])],
                of_terminal[int(table.terminal[row])],
            )
            own, other = own[own < row], other[other < row]
            customer = CustomerEvents(
                table.ts_s[own].tolist(), table.cents[own].tolist(),
                table.terminal[own].tolist(), [0] * own.size,
            )  # fmt: skip
            terminal = TerminalEvents(
                table.ts_s[other].tolist(), table.cents[other].tolist(),
                table.known_at_s[other].tolist(), table.fraud[other].tolist(),
            )  # fmt: skip
            payment = Payment(int(table.ts_s[row]), int(table.cents[row]), int(table.terminal[row]))

            expected = plain.judge(payment, customer, terminal)

            for found in (
                fast.judge(payment, customer, terminal),
                fast.judge_packed(payment, customer.pack(), terminal.pack()),
            ):
                np.testing.assert_array_equal(found.vector, expected.vector)
                np.testing.assert_array_equal(found.behaviour, expected.behaviour)
                assert found.score.probability == pytest.approx(expected.score.probability, abs=GAP)
                assert found.score.anomaly == pytest.approx(expected.score.anomaly, abs=GAP)
                assert fast.decide(found.score) == plain.decide(expected.score)

    def test_vector_that_is_not_finite_is_refused(self, fast: FastScorer) -> None:
        row = np.zeros(17, dtype=np.float32)

        with pytest.raises(ValueError, match="50 finite"):
            fast.score(np.full(50, np.nan, dtype=np.float32), row)
