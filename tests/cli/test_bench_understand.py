"""`finnami bench understand` prints memory, loading and time of the shipped model."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main

pytestmark = pytest.mark.row("CH4")


class TestBenchUnderstand:
    def test_quick_run_prints_memory_loading_and_time(self) -> None:
        args = ["bench", "understand", "--quick", "--json", "--gate", "none"]
        result = CliRunner().invoke(main, args)

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        assert [arm["name"] for arm in document["arms"]] == ["understand"]
        assert document["cold_s"] > 0
