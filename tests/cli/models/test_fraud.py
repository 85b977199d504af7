"""`finnami train|predict|evaluate fraud` and `replay features`, run as a person would."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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


def altered(data: str, folder: Path, change: Callable[[pa.Table], pa.Table]) -> str:
    """Write the payments changed in one way and return their folder."""
    folder.mkdir()
    pq.write_table(change(pq.read_table(Path(data) / "april.parquet")), folder / "april.parquet")
    return str(folder)


def with_value(table: pa.Table, column: str, value: object) -> pa.Table:
    """Return the table with one value of a column, in its tenth row, replaced."""
    values = table[column].to_pylist()
    values[9] = value
    at = table.column_names.index(column)
    return table.set_column(at, column, pa.array(values, type=table[column].type))


class TestBadData:
    """Wrong files end in one line and exit code 2; harmless ones change nothing."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda t: t.drop_columns(["TX_AMOUNT"]), "lacks amount"),
            (lambda t: with_value(t, "TX_AMOUNT", float("nan")), "the first is nan in payment 9"),
            (lambda t: with_value(t, "TX_AMOUNT", -1.0), "the first is -1.0 in payment 9"),
            (
                lambda t: with_value(t, "TX_DATETIME", datetime(2150, 1, 1, tzinfo=UTC)),
                "outside 1970 to 2105",
            ),
            (lambda t: with_value(t, "TX_DATETIME", None), "TX_DATETIME is empty in 1 rows"),
            (lambda t: with_value(t, "CUSTOMER_ID", None), "CUSTOMER_ID is empty in 1 rows"),
            (lambda t: with_value(t, "TX_FRAUD", 7), "values other than 0, 1 and empty"),
            (lambda t: with_value(t, "TRANSACTION_ID", 8), "payment 8 appears twice"),
        ],
    )
    def test_refused_and_named(
        self, data: str, tmp_path: Path, change: Callable[[pa.Table], pa.Table], message: str
    ) -> None:
        result = predict(altered(data, tmp_path / "bad", change), tmp_path / "x.parquet")

        assert result.exit_code == 2
        assert message in result.stderr
        assert "Traceback" not in result.output
        assert not (tmp_path / "x.parquet").exists()

    def test_order_and_exact_repeats_change_no_score(self, data: str, tmp_path: Path) -> None:
        def stir(table: pa.Table) -> pa.Table:
            order = np.random.default_rng(1).permutation(table.num_rows)
            return pa.concat_tables([table.take(order), table.slice(0, 50)])

        result = predict(altered(data, tmp_path / "stirred", stir), tmp_path / "b.parquet")
        predict(data, tmp_path / "a.parquet")

        assert json.loads(result.stdout)["duplicates"] == 50
        assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()

    def test_open_labels_and_unknown_people_are_scored(self, data: str, tmp_path: Path) -> None:
        def fresh(table: pa.Table) -> pa.Table:
            late = [t.day >= 15 for t in table["TX_DATETIME"].to_pylist()]
            fraud = pa.array(
                [
                    None if new else f
                    for new, f in zip(late, table["TX_FRAUD"].to_pylist(), strict=True)
                ]
            )
            return with_value(
                table.set_column(table.column_names.index("TX_FRAUD"), "TX_FRAUD", fraud),
                "CUSTOMER_ID", 9_999_999,
            )  # fmt: skip

        result = predict(altered(data, tmp_path / "fresh", fresh), tmp_path / "x.parquet")

        assert result.exit_code == 0, result.output
        scores = pq.read_table(tmp_path / "x.parquet")
        assert np.isfinite(scores["score"].to_numpy()).all()
        assert np.isfinite(scores["anomaly"].to_numpy()).all()

    def test_altered_artefact_is_wrong_usage(self, data: str, tmp_path: Path) -> None:
        folder = tmp_path / "model"
        shutil.copytree(MODEL, folder)
        stored = bytearray((folder / "artefact.npz").read_bytes())
        stored[len(stored) // 2] ^= 1
        (folder / "artefact.npz").write_bytes(stored)

        result = run(
            "predict", "fraud", "--model", str(folder), "--data", data, "--from", FIRST, "--to",
            LAST, "--out", str(tmp_path / "x.parquet"),
        )  # fmt: skip

        assert result.exit_code == 2
        assert "the file was altered" in result.stderr


class TestEvaluate:
    def test_table_for_people_names_measures_intervals_and_kinds(self, data: str) -> None:
        result = run(
            "evaluate", "fraud", "--model", MODEL, "--data", data, "--from", FIRST, "--to", LAST,
            "--all-rows",
        )  # fmt: skip

        assert result.exit_code == 0, result.output
        for words in (
            "average precision", "ROC-AUC", "card precision@100", "… of a perfect model",
            "recall at 0.1 %", "recall at 0.5 %", "recall at 1 %", "share of fraud amount",
            "balanced accuracy", "Brier", "calibration error", "accuracy at p > 0.5",
            "… of always saying legit", "90 % interval", "anomaly channel", "all untrained",
            "by the cost matrix", "saved",
        ):  # fmt: skip
            assert words in result.stdout, words

    def test_one_class_is_a_finding_and_says_so(self, data: str, tmp_path: Path) -> None:
        legit = altered(
            data, tmp_path / "legit",
            lambda t: t.filter(pc.equal(t["TX_FRAUD"], 0)),
        )  # fmt: skip

        result = run(
            "evaluate", "fraud", "--model", MODEL, "--data", legit, "--from", FIRST, "--to", LAST
        )

        assert result.exit_code == 1
        assert "nothing to tell apart" in result.stdout

    @pytest.mark.row("FC1")
    def test_compression_report_measures_every_variant(self, data: str) -> None:
        result = run(
            "evaluate", "fraud", "--model", MODEL, "--data", data, "--from", FIRST, "--to", LAST,
            "--all-rows", "--report", "compression", "--json",
        )  # fmt: skip

        assert result.exit_code == 0, result.output
        variants = {v["variant"]: v for v in json.loads(result.stdout)["compression"]}
        whole, half = variants["as served"], variants["pruned to 50 %"]
        assert whole["max_dp"] == 0
        assert half["trees"] * 2 == whole["trees"]
        assert half["file_kb"] < whole["file_kb"]
        assert variants["leaf values float32"]["max_dp"] < 1e-5

    @pytest.mark.row("FC11")
    def test_prints_accuracy_beside_always_legit_and_kinds_apart(self, data: str) -> None:
        result = run(
            "evaluate", "fraud", "--model", MODEL, "--data", data, "--from", FIRST, "--to", LAST,
            "--all-rows", "--json",
        )  # fmt: skip

        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert {"accuracy", "accuracy_always_legit"} <= report["supervised"].keys()
        ring = report["kinds"]["7"]  # on which nothing was trained
        assert ring["trained"] is False
        assert ring["anomaly"]["recall_fpr_01"] > ring["supervised"]["recall_fpr_01"]
        assert report["unseen"]["frauds"] >= ring["frauds"]
        low, high = report["intervals_90"]["average_precision"]
        assert low <= report["supervised"]["average_precision"] <= high


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


@pytest.mark.row("FC1")
class TestInvent:
    def test_invented_kinds_are_measured_apart_and_the_data_stays(
        self, data: str, tmp_path: Path
    ) -> None:
        evaluate = (
            "evaluate", "fraud", "--model", MODEL, "--data", data, "--from", FIRST, "--to", LAST,
            "--all-rows", "--json",
        )  # fmt: skip
        before = (Path(data) / "april.parquet").read_bytes()

        plain, invented = run(*evaluate), run(*evaluate, "--invent")

        assert invented.exit_code == 0, invented.output
        known = json.loads(plain.stdout)["kinds"]
        added = json.loads(invented.stdout)["kinds"].keys() - known.keys()
        assert "107" in added
        assert all(int(code) > 100 for code in added)
        assert (Path(data) / "april.parquet").read_bytes() == before
