import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from app.cli.backtest import backtest
from app.cli.models.volatility import evaluate, predict, train
from app.ml.features.universe import built_in_universe
from tests.factories.prices import synthetic_columns

DATES, COLUMNS = synthetic_columns(days=760, seed=4, universe=built_in_universe())
CUT = "2014-01-31"


def write_prices(path: Path, columns: dict[str, np.ndarray] = COLUMNS) -> Path:
    pd.DataFrame({"date": DATES.astype("datetime64[ns]"), **columns}).to_parquet(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with prices and a model trained until ``CUT``."""
    folder = tmp_path_factory.mktemp("backtest")
    prices = write_prices(folder / "prices.parquet")
    result = CliRunner().invoke(
        train, ["--prices", str(prices), "--until", CUT, "--out", str(folder / "model")]
    )
    assert result.exit_code == 0, result.output
    return folder


def advise(folder: Path, prices: Path, out: str, *extra: str) -> Result:
    arguments = ["--prices", str(prices), "--model", str(folder / "model")]
    arguments += ["--start", "2014-01-20", "--end", "2014-10-31", "--out", str(folder / out)]
    return CliRunner().invoke(backtest, ["advice", *arguments, *extra])


class TestAdvice:
    def test_writes_weights_that_sum_to_one_and_prints_json(self, folder: Path) -> None:
        result = advise(folder, folder / "prices.parquet", "w.parquet", "--json")
        assert result.exit_code == 0, result.output
        summary = json.loads(result.stdout)
        assert [row["profile"] for row in summary["profiles"]] == list(range(1, 11))
        assert summary["refit_dates"] == ["2014-07-31"]
        weights = pd.read_parquet(folder / "w.parquet")
        assert list(weights.columns) == [
            "date", "decision_date", "profile", "promised_vol", "asset", "weight",
        ]  # fmt: skip
        sums = weights.groupby(["date", "profile"])["weight"].sum()
        np.testing.assert_allclose(sums, 1.0)
        assert (weights["date"] > weights["decision_date"]).all()
        assert weights["profile"].nunique() == 10

    @pytest.mark.row("PA7")
    def test_altering_later_prices_changes_no_earlier_row(self, folder: Path) -> None:
        before_cut = np.datetime64("2014-08-29") >= DATES
        altered = {
            name: np.where(before_cut, prices, prices * 1.9) for name, prices in COLUMNS.items()
        }
        advise(folder, folder / "prices.parquet", "a.parquet")
        advise(folder, write_prices(folder / "altered.parquet", altered), "b.parquet")
        old, new = (pd.read_parquet(folder / name) for name in ("a.parquet", "b.parquet"))
        limit = pd.Timestamp("2014-08-29").date()
        old, new = (frame[frame["decision_date"] <= limit] for frame in (old, new))
        assert len(old) > 140
        pd.testing.assert_frame_equal(old, new, check_exact=True)

    def test_model_trained_past_the_first_decision_is_refused(self, folder: Path) -> None:
        result = advise(folder, folder / "prices.parquet", "x.parquet", "--start", "2013-12-01")
        assert result.exit_code == 2
        assert "after the first decision on 2013-12-31" in result.stderr
        assert not (folder / "x.parquet").exists()

    def test_hole_in_the_prices_skips_the_decision_and_is_a_finding(self, folder: Path) -> None:
        holed = {name: prices.copy() for name, prices in COLUMNS.items()}
        holed["GLD"][np.flatnonzero(np.datetime64("2014-04-30") == DATES)] = 0.0
        result = advise(folder, write_prices(folder / "holed.parquet", holed), "h.parquet")
        assert result.exit_code == 1
        assert "GLD has no fresh price on 2014-04-30" in result.stderr

    @pytest.mark.parametrize(
        ("content", "message"),
        [("day,VTI\n1,2\n", "no column 'date'"), ("date,VTI\nsoon,2\n", "no readable date")],
    )
    def test_file_that_is_no_price_file_is_refused(
        self, folder: Path, content: str, message: str
    ) -> None:
        path = folder / "bad.csv"
        path.write_text(content)
        result = advise(folder, path, "x.parquet")
        assert result.exit_code == 2
        assert message in result.stderr

    def test_start_after_end_is_refused(self, folder: Path) -> None:
        result = advise(folder, folder / "prices.parquet", "x.parquet", "--end", "2013-01-01")
        assert result.exit_code == 2


class TestPredict:
    def test_prints_forecast_and_rung_of_every_profile(self, folder: Path) -> None:
        arguments = ["--model", str(folder / "model"), "--prices", str(folder / "prices.parquet")]
        result = CliRunner().invoke(predict, [*arguments, "--date", "2014-05-30", "--json"])
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert report["as_of"] == "2014-05-30"
        rungs = [row["rung"] for row in report["profiles"]]
        assert rungs == sorted(rungs)
        for row in report["profiles"]:
            assert row["predicted_vol"] <= row["promised_vol"] or row["rung"] == 0


class TestEvaluate:
    def test_reports_qlike_beside_ewma(self, folder: Path) -> None:
        arguments = ["--model", str(folder / "model"), "--prices", str(folder / "prices.parquet")]
        result = CliRunner().invoke(evaluate, arguments)
        report = json.loads(result.stdout)
        assert result.exit_code == int(report["qlike"] >= report["qlike_ewma20"])
        assert "2014" in report["by_year"]


class TestTrain:
    def test_unknown_tickers_train_an_equal_weight_universe(self, folder: Path) -> None:
        columns = {"AAA": COLUMNS["VTI"], "BBB": COLUMNS["TLT"]}
        prices = write_prices(folder / "own.parquet", columns)
        result = CliRunner().invoke(
            train, ["--prices", str(prices), "--until", CUT, "--out", str(folder / "own")]
        )
        assert result.exit_code == 0, result.output
        manifest = json.loads((folder / "own" / "manifest.json").read_text())
        assert manifest["universe"]["sleeves"]["growth"] == {"AAA": 0.5, "BBB": 0.5}
        assert manifest["universe"]["sleeves"]["cash"] == "CASH"

    def test_too_short_history_is_refused(self, folder: Path) -> None:
        arguments = ["--prices", str(folder / "prices.parquet"), "--until", "2012-06-01"]
        result = CliRunner().invoke(train, [*arguments, "--out", str(folder / "none")])
        assert result.exit_code == 2
        assert "are needed to train" in result.stderr
