"""Measures equal scikit-learn's where it has them and worked examples where not."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from app.ml import evaluation
from app.ml.evaluation import Roc


class TestRoc:
    @pytest.mark.parametrize("decimals", [1, 6])
    def test_areas_equal_scikit_learn_with_ties_too(self, decimals: int) -> None:
        rng = np.random.default_rng(2)
        fraud = rng.random(800) < 0.1
        score = np.round(rng.random(800) + 0.3 * fraud, decimals)

        roc = Roc.of(fraud, score)

        assert roc.auc() == pytest.approx(roc_auc_score(fraud, score))
        assert roc.average_precision() == pytest.approx(average_precision_score(fraud, score))

    def test_recall_at_a_false_positive_rate(self) -> None:
        fraud = np.array([True, False, True, False, False])
        score = np.array([0.9, 0.8, 0.7, 0.6, 0.5])

        roc = Roc.of(fraud, score)

        assert roc.recall_at(0.0) == 0.5
        assert roc.recall_at(1 / 3) == 1.0

    def test_one_class_is_refused(self) -> None:
        with pytest.raises(ValueError, match="one is absent"):
            Roc.of(np.zeros(3, dtype=bool), np.arange(3.0))


class TestCardPrecision:
    def test_found_customers_leave(self) -> None:
        day = np.array([0, 0, 1, 1])
        customer = np.array([1, 2, 1, 2])
        fraud = np.array([True, False, True, True])
        score = np.array([0.9, 0.1, 0.9, 0.2])

        precision = evaluation.card_precision(
            day=day, customer=customer, fraud=fraud, score=score, top=1
        )

        assert precision == 1.0  # customer 1 on the first day, 2 on the second


class TestProtocolRows:
    def test_customers_known_defrauded_are_dropped_from_their_day_on(self) -> None:
        day = np.array([3, 14, 8, 15, 16, 14, 21])
        customer = np.array([1, 1, 2, 2, 2, 3, 3])
        fraud = np.array([True, False, True, False, False, False, False])

        kept = evaluation.protocol_rows(
            ts_s=day * 86_400, customer=customer, fraud=fraud, start_s=0
        )

        # A fraud on day 8 is known for day 16 on, not for day 15.
        assert kept.tolist() == [False, False, False, True, False, True, False]


class TestFraudReport:
    @pytest.mark.row("FC11")
    def test_accuracy_stands_beside_always_legit(self) -> None:
        rng = np.random.default_rng(1)
        n = 2_000
        fraud = rng.random(n) < 0.05
        probability = np.clip(0.05 + 0.6 * fraud + rng.normal(0, 0.05, n), 0, 1)

        report = evaluation.fraud_report(
            ts_s=np.arange(n) * 60, customer=np.arange(n) % 50, amount=np.full(n, 10.0),
            fraud=fraud, probability=probability,
        )  # fmt: skip

        assert report.accuracy_always_legit == pytest.approx(1 - fraud.mean())
        assert report.recall_fpr_01 > 0.99
        assert report.value_fpr_01 > 0.99
        assert report.as_dict()["rows"] == n

    def test_intervals_hold_the_figure_and_repeat(self) -> None:
        rng = np.random.default_rng(3)
        n = 3_000
        fraud = rng.random(n) < 0.05
        facts = {
            "ts_s": np.arange(n) * 600, "customer": np.arange(n) % 200, "amount": np.full(n, 9.0),
            "fraud": fraud, "probability": np.clip(0.3 * fraud + rng.random(n) * 0.7, 0, 1),
        }  # fmt: skip

        found = evaluation.fraud_intervals(**facts, seed=1)

        assert found == evaluation.fraud_intervals(**facts, seed=1)
        report = evaluation.fraud_report(**facts).as_dict()
        assert found.keys() == report.keys() - {"rows", "frauds"}
        for name in ("average_precision", "auc", "recall_fpr_01", "brier"):
            low, high = found[name]
            assert low < report[name] < high, name

    def test_whole_customers_are_drawn(self) -> None:
        customer = np.array([4, 4, 7, 7, 7])

        for rows in evaluation.resampled(customer, seed=2, draws=20):
            drawn = np.bincount(customer[rows], minlength=8)
            assert drawn[4] % 2 == 0
            assert drawn[7] % 3 == 0

    def test_perfect_calibration_has_no_error(self) -> None:
        fraud = np.tile([True, False], 150)

        assert evaluation.expected_calibration_error(fraud, np.full(300, 0.5)) < 0.03
