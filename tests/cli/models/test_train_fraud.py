"""`finnami train fraud`: repeatable, resumable after a kill, one clear line for bad input."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.ml.training.payment_simulator import World, simulate

pytestmark = pytest.mark.row("AO3")

WORLD = World(customers=100, terminals=100, days=56, unseen_from=56)
WAIT_S = 120


@pytest.fixture(scope="module")
def table() -> pa.Table:
    made = simulate(WORLD, 9)
    columns = {
        "transaction_id": made.table.id,
        "ts": pa.array(made.table.ts_s).cast(pa.timestamp("s")),
        "customer_id": made.table.customer,
        "terminal_id": made.table.terminal,
        "amount": made.table.cents / 100,
        "is_fraud": made.table.fraud,
    }
    return pa.table(columns)


def train(data: Path, out: Path) -> Result:
    return CliRunner().invoke(main, ["train", "fraud", "--data", str(data), "--out", str(out)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class TestTrainFraud:
    def test_killed_run_goes_on_and_gives_the_same_bytes(
        self, table: pa.Table, tmp_path: Path
    ) -> None:
        data = tmp_path / "payments.parquet"
        pq.write_table(table, data, row_group_size=2_000)
        finnami = Path(sys.executable).with_name("finnami")
        process = subprocess.Popen(
            [finnami, "train", "fraud", "--data", data, "--out", tmp_path / "killed"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        reached = tmp_path / ".killed.work" / "features" / "done.json"
        deadline = time.monotonic() + WAIT_S
        while not reached.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert reached.exists()
        features = reached.stat().st_mtime_ns

        kept = tmp_path / "kept"
        kept.mkdir()
        os.link(reached, kept / "done.json")
        resumed = train(data, tmp_path / "killed")
        whole = train(data, tmp_path / "whole")

        assert (resumed.exit_code, whole.exit_code) == (0, 0), resumed.output + whole.output
        assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
        assert (kept / "done.json").stat().st_mtime_ns == features
        assert not list(tmp_path.glob(".*.work"))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda t: t.drop_columns(["amount"]), "lacks amount"),
            (
                lambda t: t.set_column(4, "amount", pa.array(np.full(len(t), np.nan))),
                "the first is nan in payment",
            ),
            (
                lambda t: t.set_column(0, "transaction_id", pa.array(np.full(len(t), 3))),
                "payment 3 appears twice with different",
            ),
            (
                lambda t: t.set_column(5, "is_fraud", pa.array(np.zeros(len(t), dtype=np.int8))),
                "hold 0 frauds: both classes are needed",
            ),
        ],
        ids=["missing-column", "nan-amount", "clashing-duplicates", "absent-class"],
    )
    def test_bad_payments_end_in_one_line(
        self, table: pa.Table, tmp_path: Path, change: object, message: str
    ) -> None:
        pq.write_table(change(table), tmp_path / "bad.parquet")

        result = train(tmp_path / "bad.parquet", tmp_path / "m")

        assert result.exit_code == 2
        assert message in result.stderr
        assert "Traceback" not in result.output
        assert not (tmp_path / "m").exists()

    def test_folder_that_cannot_be_made_is_refused(self, table: pa.Table, tmp_path: Path) -> None:
        pq.write_table(table, tmp_path / "good.parquet")

        result = train(tmp_path / "good.parquet", tmp_path / "good.parquet" / "m")

        assert result.exit_code == 2
        assert "cannot be written: Not a directory" in result.stderr
