"""`finnami train|predict|evaluate fraud` and `replay features`, run as a person would."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.ml import registry
from app.ml.training.payment_simulator import World, simulate

MODEL = str(registry.newest(Path(__file__).parents[3] / "models", "fraud"))
WORLD = World(customers=60, terminals=60, days=20, unseen_from=10, start_s=1_711_929_600)
FIRST, LAST = "2024-04-10", "2024-04-20"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twenty days of April 2024 in the handbook's own spelling."""
    made = simulate(WORLD, 9)
    folder = tmp_path_factory.mktemp("payments")
    columns = {
        "TRANSACTION_ID": made.table.id,
        "TX_DATETIME": pa.array(made.table.ts_s).cast(pa.timestamp("s")),
        "CUSTOMER_ID": made.table.customer + 70_000,
        "TERMINAL_ID": made.table.terminal,
        "TX_AMOUNT": made.table.cents / 100,
        "TX_FRAUD": made.table.fraud,
        "TX_FRAUD_SCENARIO": made.kind,
    }
    pq.write_table(pa.table(columns), folder / "april.parquet")
    return str(folder)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def predict(data: str, out: Path, first: str = FIRST) -> Result:
    return run(
        "predict", "fraud", "--model", MODEL, "--data", data, "--from", first, "--to", LAST,
        "--out", str(out),
    )  # fmt: skip


class TestPredict:
    def test_writes_one_row_per_payment_twice_the_same(self, data: str, tmp_path: Path) -> None:
        result = predict(data, tmp_path / "a.parquet")
        predict(data, tmp_path / "b.parquet")

        assert result.exit_code == 0, result.output
        scores = pq.read_table(tmp_path / "a.parquet")
        assert scores.column_names == ["TRANSACTION_ID", "score", "anomaly", "decision", "reasons"]
        assert scores.num_rows == json.loads(result.stdout)["rows"] > 100
        assert set(scores["decision"].to_pylist()) <= {"allow", "step_up", "review", "block"}
        assert len(scores["reasons"][0].as_py()) == 4
        assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()

    def test_too_early_is_wrong_usage_and_says_when(self, data: str, tmp_path: Path) -> None:
        result = predict(data, tmp_path / "x.parquet", first="2024-04-06")

        assert result.exit_code == 2
        assert "2024-04-07" in result.stderr
        assert not (tmp_path / "x.parquet").exists()

    def test_missing_file_is_wrong_usage(self, tmp_path: Path) -> None:
        result = predict(str(tmp_path / "none.parquet"), tmp_path / "x.parquet")

        assert result.exit_code == 2
        assert "names no payment file" in result.stderr


class TestEvaluate:
    @pytest.mark.row("FC11")
    def test_prints_accuracy_beside_always_legit_and_kinds_apart(self, data: str) -> None:
        result = run(
            "evaluate", "fraud", "--model", MODEL, "--data", data, "--from", FIRST, "--to", LAST,
            "--all-rows", "--json",
        )  # fmt: skip

        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert {"accuracy", "accuracy_always_legit"} <= report["supervised"].keys()
        assert "7" in report["kinds"]  # the ring, on which nothing was trained


class TestTrain:
    def test_short_history_is_wrong_usage(self, data: str, tmp_path: Path) -> None:
        result = run("train", "fraud", "--data", data, "--out", str(tmp_path / "m"))

        assert result.exit_code == 2
        assert "training needs 44 days" in result.stderr
        assert not (tmp_path / "m").exists()


class TestReplay:
    @pytest.mark.row("FC2")
    def test_finds_no_mismatch(self, data: str) -> None:
        result = run(
            "replay", "features", "--data", data, "--from", "2024-04-15", "--to", "2024-04-16",
            "--flush-at", "50", "--duplicates", "--shuffle-late",
        )  # fmt: skip

        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert (report["mismatches"], report["rows"] > 50) == (0, True)

    def test_empty_period_is_wrong_usage(self, data: str) -> None:
        result = run(
            "replay", "features", "--data", data, "--from", "2020-01-01", "--to", "2020-01-02"
        )

        assert result.exit_code == 2
        assert "no payment lies in the period" in result.stderr
