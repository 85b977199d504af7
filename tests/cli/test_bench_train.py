"""`finnami bench train` runs every arm alone and finds that all learn the same."""

import json

import pytest
from click.testing import CliRunner

from app.cli.bench_train import BASELINE, CANDIDATES, LIGHT_BASELINE
from app.cli.main import main

pytestmark = pytest.mark.row("AO3")


class TestBenchTrain:
    def test_small_run_prints_arms_ratios_and_equal_precision(self) -> None:
        arguments = ["bench", "train", "--quick", "--rows", "50000", "--json", "--gate", "none"]

        result = CliRunner().invoke(main, arguments)

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        names = [BASELINE, LIGHT_BASELINE, *CANDIDATES]
        assert [arm["name"] for arm in document["arms"]] == names
        assert all(arm["rss_mb_max"] > 0 for arm in document["arms"])
        assert [check["ok"] for check in document["checks"]] == [True] * 3
        assert [ratio["arm"] for ratio in document["ratios"]] == list(CANDIDATES)[:2]
        assert "bin sample decides" in document["skipped"][0]["why"]

    def test_folder_that_does_not_exist_is_usage(self) -> None:
        result = CliRunner().invoke(main, ["bench", "train", "--folder", "/nowhere"])

        assert result.exit_code == 2
        assert "does not exist" in result.output
