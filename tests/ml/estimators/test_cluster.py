"""The same members from a Dask cluster of two worker processes."""

from collections.abc import Iterator

import numpy as np
import pytest
from distributed import LocalCluster

from app.ml.estimators.cluster import DaskEngine, connected
from app.ml.estimators.engine import LOCAL, EngineError
from app.ml.estimators.fraud import FraudMembers
from app.ml.evaluation import Roc
from app.ml.features.fraud_table import constants_of, feature_table
from app.ml.training.payments_data import simulated_payments
from tests.ml.estimators.rows import Held

pytestmark = pytest.mark.row("AO3")

WORLD = {"customers": 800, "terminals": 1_000, "days": 80, "unseen_from": 80}
GAP_MAX = 0.005


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, memory_limit="1GiB",
        dashboard_address=None, host="127.0.0.1",
    ) as made:  # fmt: skip
        yield made.scheduler_address


class TestDaskEngine:
    def test_average_precision_is_that_of_the_local_engine(self, cluster: str) -> None:
        payments = simulated_payments(seed=5, **WORLD)
        table = payments.table
        X, day = feature_table(table, constants_of(table.cents)), table.ts_s // 86_400
        day = day - day[0]
        drawn = (table.fraud == 1) | (np.random.default_rng(7).random(len(table)) < 0.15)
        learnt, later = drawn & (day >= 30) & (day < 60), day >= 60
        y = table.fraud[learnt]
        rows, weight = Held(X[learnt]), np.where(y == 1, 1.0, 1 / 0.15)

        def precision(members: FraudMembers) -> float:
            return Roc.of(table.fraud[later] == 1, members.log_odds(X[later])).average_precision()

        local = LOCAL.fit(rows, y, weight, seed=7)
        with connected(cluster) as engine:
            spread = engine.fit(rows, y, weight, seed=7)

        assert spread.xgboost.root.size == local.xgboost.root.size
        assert spread.lightgbm.root.size == local.lightgbm.root.size
        assert precision(spread) == pytest.approx(precision(local), abs=GAP_MAX)
        np.testing.assert_array_equal(spread.linear.weights, local.linear.weights)

    def test_one_class_is_refused_before_anything_is_sent(self) -> None:
        engine, nothing = DaskEngine(client=None), np.zeros((3, 2), np.float32)

        with pytest.raises(ValueError, match="hold 0 frauds"):
            engine.fit(Held(nothing), np.zeros(3, np.int64), np.ones(3), seed=1)

    def test_what_fails_on_a_worker_is_one_error(self, cluster: str) -> None:
        X = np.full((40, 3), np.inf, np.float32)
        y = np.arange(40) % 2

        with connected(cluster) as engine, pytest.raises(EngineError, match="cluster failed: "):
            engine.fit(Held(X), y, np.ones(40), seed=1)
