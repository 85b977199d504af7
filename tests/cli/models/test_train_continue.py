"""`finnami train fraud --continue` and `--engine dask`, run as a person would."""

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.payment_simulator import World, simulate

pytestmark = pytest.mark.row("AO3")

WORLD = World(customers=120, terminals=120, days=66, unseen_from=66)
UNTIL, LATER = "2024-02-28", "2024-03-05"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = simulate(WORLD, 9)
    path = tmp_path_factory.mktemp("payments") / "all.parquet"
    columns = {
        "transaction_id": made.table.id,
        "ts": pa.array(made.table.ts_s).cast(pa.timestamp("s")),
        "customer_id": made.table.customer,
        "terminal_id": made.table.terminal,
        "amount": made.table.cents / 100,
        "is_fraud": made.table.fraud,
    }
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture(scope="module")
def parent(data: Path) -> Path:
    result = train(data, data.with_name("parent"), "--until", UNTIL)
    assert result.exit_code == 0, result.output
    return data.with_name("parent")


def train(data: Path, out: Path, *more: str) -> Result:
    arguments = ["train", "fraud", "--data", str(data), "--out", str(out), *more]
    return CliRunner().invoke(main, arguments)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def refused(result: Result, message: str) -> None:
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output


class TestContinue:
    def test_new_days_make_a_child_and_leave_the_parent(
        self, data: Path, parent: Path, tmp_path: Path
    ) -> None:
        before = contents(parent)
        told = json.loads((parent / "manifest.json").read_text())

        for name in ("a", "b"):
            result = train(data, tmp_path / name, "--until", LATER, "--continue", str(parent))
            assert result.exit_code == 0, result.output

        summary = json.loads(result.stdout)
        assert contents(parent) == before
        assert contents(tmp_path / "a") == contents(tmp_path / "b")
        held = json.loads((tmp_path / "a" / "manifest.json").read_text())["continues"]
        assert (held["version"], held["sha256"]) == (told["version"], told["sha256"])
        assert summary["version"].endswith("-c1")
        assert summary["training"]["first_day"] == "2024-02-29"
        assert summary["training"]["until"] == LATER
        found = summary["continues"]
        assert found["before"]["rows"] == found["after"]["rows"] > 0
        assert all(0 < found[name]["average_precision"] <= 1 for name in ("before", "after"))
        child, old = FraudScorer.load(tmp_path / "a"), FraudScorer.load(parent)
        for member in ("xgboost", "lightgbm"):
            trees = [getattr(model, member).ensemble.root.size for model in (child, old)]
            assert trees[0] == trees[1] + 10
        assert child.thresholds == old.thresholds
        assert "Continues an earlier model" in (tmp_path / "a" / "card.md").read_text()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]

        again = train(data, tmp_path / "c", "--continue", str(tmp_path / "a"))
        assert again.exit_code == 0, again.output
        assert json.loads(again.stdout)["version"].endswith("-c2")

    @pytest.mark.parametrize("until", [UNTIL, "2024-02-01"])
    def test_no_later_day_is_refused(
        self, data: Path, parent: Path, tmp_path: Path, until: str
    ) -> None:
        result = train(data, tmp_path / "m", "--until", until, "--continue", str(parent))

        refused(result, f"{until} is not later than the parent's, {UNTIL}")

    def test_payments_without_history_or_news_are_refused(
        self, data: Path, parent: Path, tmp_path: Path
    ) -> None:
        table = pq.read_table(data)
        days = table["ts"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy() // 86_400
        new = 19_782  # 2024-02-29
        for name, kept, message in (
            ("new", days >= new, "need 30 days of payments before them"),
            ("old", days < new, "no payment is later than the parent's last day"),
        ):
            pq.write_table(table.filter(pa.array(kept)), tmp_path / f"{name}.parquet")

            result = train(tmp_path / f"{name}.parquet", tmp_path / "m", "--continue", str(parent))

            refused(result, message)
        assert not (tmp_path / "m").exists()

    def test_altered_or_older_parent_is_refused(
        self, data: Path, parent: Path, tmp_path: Path
    ) -> None:
        altered, older = tmp_path / "altered", tmp_path / "older"
        shutil.copytree(parent, altered)
        shutil.copytree(parent, older)
        raw = bytearray((altered / "artefact.npz").read_bytes())
        raw[len(raw) // 2] ^= 1
        (altered / "artefact.npz").write_bytes(raw)
        manifest = json.loads((older / "manifest.json").read_text())
        (older / "manifest.json").write_text(
            json.dumps({**manifest, "feature_version": "fraud-49/v0"})
        )

        result = train(data, tmp_path / "m", "--continue", str(altered))
        refused(result, "the file was altered")
        result = train(data, tmp_path / "m", "--continue", str(older))
        refused(result, "needs features fraud-49/v0")

    def test_parent_as_output_another_engine_and_too_many_updates_are_refused(
        self, data: Path, parent: Path, tmp_path: Path
    ) -> None:
        refused(train(data, parent, "--continue", str(parent)), "is the parent")
        mixed = train(data, tmp_path / "m", "--continue", str(parent), "--engine", "dask")
        refused(mixed, "leave --engine out")
        old = tmp_path / "old"
        shutil.copytree(parent, old)
        manifest = json.loads((old / "manifest.json").read_text())
        (old / "manifest.json").write_text(
            json.dumps({**manifest, "continues": {"generation": 14}})
        )
        refused(train(data, tmp_path / "m", "--continue", str(old)), "train on all payments again")


class TestEngine:
    @pytest.fixture
    def silent(self) -> Iterator[str]:
        """A port that takes connections and never says a word."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"

    def test_scheduler_that_does_not_answer_is_one_line(
        self, data: Path, tmp_path: Path, silent: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.cli.models.train_fraud.CONNECT_S", 1.0)
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", silent)

        refused(
            train(data, tmp_path / "m", "--engine", "dask"),
            f"no Dask scheduler answers at {silent} within 1 s",
        )

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            (("--engine", "dask"), "needs --scheduler ADDRESS"),
            (("--engine", "dask", "--scheduler", "nonsense"), "no Dask scheduler answers at"),
            (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler is for --engine dask"),
        ],
        ids=["no-address", "bad-address", "local-with-address"],
    )
    def test_wrong_address_is_one_line(
        self, data: Path, tmp_path: Path, more: tuple[str, ...], message: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr("app.cli.models.train_fraud.CONNECT_S", 1.0)
        monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)

        refused(train(data, tmp_path / "m", *more), message)

    def test_missing_extra_is_named(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)

        result = train(data, tmp_path / "m", "--engine", "dask", "--scheduler", "tcp://x:1")

        refused(result, "pip install 'finnami[dask]'")
