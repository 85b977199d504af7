"""Training batch by batch: the numbers of one whole table, kept through a kill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ml.features.behaviour_table import behaviour_table, habits_of
from app.ml.features.carried import CarriedFeatures
from app.ml.features.fraud_table import constants_of, feature_table
from app.ml.training.batches import feature_parts
from app.ml.training.batches.checkpoint import Checkpoints
from app.ml.training.batches.day_store import Columns, DayStore
from app.ml.training.batches.float_parts import FloatRows, append
from app.ml.training.batches.fraud import Plan, train_in_batches
from app.ml.training.batches.source import InMemory
from app.ml.training.fraud import train_fraud
from app.ml.training.fraud_costs import CostMatrix
from app.ml.training.fraud_shared import TrainingDataError
from app.ml.training.payments_data import PaymentData, PaymentDataError, simulated_payments

pytestmark = pytest.mark.row("AO3")

WORLD = {"customers": 120, "terminals": 120, "days": 56, "unseen_from": 56}
LONG = {"customers": 30, "terminals": 25, "days": 200, "unseen_from": 100}


@pytest.fixture(scope="module")
def payments() -> PaymentData:
    return simulated_payments(seed=5, **WORLD)


class Shuffled:
    """The payments in no order at all, in small batches, one batch given twice."""

    def __init__(self, payments: PaymentData) -> None:
        self.skipped: list[str] = []
        self._inner = InMemory("shuffled", payments)

    def key(self) -> dict[str, Any]:
        return {"name": "shuffled"}

    def batches(self) -> Iterator[Columns]:
        parts = list(self._inner.batches())
        whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        order = np.random.default_rng(1).permutation(whole["id"].size)
        for start in [*range(0, order.size, 3_000), 0]:
            yield {key: column[order][start : start + 3_000] for key, column in whole.items()}


class TestCarriedFeatures:
    @pytest.mark.parametrize("batch", [1_000, 4_321])
    def test_batches_give_the_rows_of_the_whole_table(self, batch: int) -> None:
        # 200 days: events grow older than the 120 days that are carried.
        table = simulated_payments(seed=3, **LONG).table
        constants, habits = constants_of(table.cents), habits_of(table)
        wanted = np.arange(len(table)) % 3 > 0
        carried = CarriedFeatures(constants, habits)

        rows = [
            carried.rows(table.take(part), wanted[part])
            for part in np.array_split(np.arange(len(table)), len(table) // batch)
        ]

        X, acts = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        assert (feature_table(table, constants) != X).sum() == 0
        assert (acts != behaviour_table(table, habits, wanted)).sum() == 0
        assert carried.carried < len(table)


class TestTrainInBatches:
    def test_gives_the_model_of_the_whole_table(
        self, payments: PaymentData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feature_parts, "BATCH_ROWS", 1_500)
        run = train_in_batches(Shuffled(payments), tmp_path / "w", Plan())
        whole = train_fraud(payments.table, payments.labelled, seed=7, costs=CostMatrix())

        assert run.duplicates == 3_000
        # Golden rows are drawn from the sampled rows instead of all.
        others = {k for k in whole.arrays if not k.startswith("golden.")}
        assert not {k for k in others if not same(run.trained.arrays[k], whole.arrays[k])}
        found, wanted = run.trained.manifest, whole.manifest
        for key in ("version", "constants", "habits", "thresholds"):
            assert found[key] == wanted[key]
        assert found["metrics"]["average_precision"] == pytest.approx(
            wanted["metrics"]["average_precision"], abs=0.002
        )

    def test_one_class_is_refused(self, payments: PaymentData, tmp_path: Path) -> None:
        legit = payments.table.fraud == 0
        only = PaymentData(
            payments.table.take(legit), payments.labelled[legit], payments.kind[legit], (), 0
        )

        with pytest.raises(TrainingDataError, match="hold 0 frauds"):
            train_in_batches(InMemory("one", only), tmp_path / "w", Plan())

    def test_nothing_to_train_on_is_refused(self, payments: PaymentData, tmp_path: Path) -> None:
        with pytest.raises(TrainingDataError, match="no payment lies in the training period"):
            train_in_batches(InMemory("none", payments), tmp_path / "w", Plan(end_s=0))

    def test_folder_that_cannot_be_written_is_named(
        self, payments: PaymentData, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("not a folder")

        with pytest.raises(TrainingDataError, match="cannot be written: Not a directory"):
            train_in_batches(InMemory("x", payments), tmp_path / "file" / "w", Plan())


class TestDayStore:
    def test_one_id_on_two_days_is_refused(self, tmp_path: Path) -> None:
        batch = {
            name: np.array([1, 1])
            for name in ("id", "customer", "terminal", "cents", "fraud", "kind")
        }

        with pytest.raises(PaymentDataError, match="payment 1 appears twice with different ts"):
            DayStore.build(tmp_path, [{**batch, "ts": np.array([5, 90_000])}], end_s=10**9)

    def test_later_copy_brings_the_label(self, tmp_path: Path) -> None:
        batch = {
            name: np.array([4, 4]) for name in ("id", "ts", "customer", "terminal", "cents", "kind")
        }

        store, duplicates = DayStore.build(
            tmp_path, [{**batch, "fraud": np.array([-1, 1])}], end_s=10**9
        )

        day = store.read(0)
        assert duplicates == 1
        assert (day.table.fraud.tolist(), day.labelled.tolist()) == ([1], [True])


class TestCheckpoints:
    def test_finished_stage_is_not_run_again_until_it_is_harmed(self, tmp_path: Path) -> None:
        runs: list[int] = []

        def run(folder: Path) -> dict[str, Any]:
            runs.append(1)
            (folder / "part").write_text("made")
            return {"n": 3}

        for _ in range(2):
            folder, facts = Checkpoints(tmp_path / "w", {"seed": 7}).stage("one", run)
        assert (len(runs), facts) == (1, {"n": 3})

        (folder / "part").write_text("other")
        Checkpoints(tmp_path / "w", {"seed": 7}).stage("one", run)
        assert len(runs) == 2

        Checkpoints(tmp_path / "w", {"seed": 8}).stage("one", run)
        assert len(runs) == 3

    def test_stage_that_died_begins_afresh(self, tmp_path: Path) -> None:
        def dies(folder: Path) -> dict[str, Any]:
            (folder / "half").write_text("x")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Checkpoints(tmp_path / "w", {}).stage("one", dies)
        folder, _ = Checkpoints(tmp_path / "w", {}).stage("one", lambda _: {})

        assert not (folder / "half").exists()


class TestFloatRows:
    @settings(max_examples=30, deadline=None)
    @given(count=st.integers(1, 60), at_once=st.integers(1, 70), data=st.data())
    def test_reads_what_was_appended(
        self, tmp_path_factory: pytest.TempPathFactory, count: int, at_once: int, data: Any
    ) -> None:
        rows = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
        path = tmp_path_factory.mktemp("rows") / "x"
        append(path, rows[: count // 2])
        append(path, rows[count // 2 :])
        chosen = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1)))), dtype=np.int64)

        with FloatRows(path, 3) as found:
            assert found.count == count
            assert same(found.slice(1, count + 5), rows[1:])
            assert same(found.take(chosen, at_once=at_once), rows[chosen])


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()
