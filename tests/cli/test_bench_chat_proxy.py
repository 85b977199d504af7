"""`finnami bench chat-proxy`: a provider alone, through the engine, and over the whole route."""

import json

import pytest
from click.testing import CliRunner

from app.cli.benching.table import render
from app.cli.main import main

pytestmark = pytest.mark.row("CH1")


class TestBenchChatProxy:
    def test_quick_run_prints_three_ways_and_the_stages_before_them(self) -> None:
        args = ["bench", "chat-proxy", "--quick", "--json", "--gate", "none"]
        result = CliRunner().invoke(main, args)

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        names = {arm["name"] for arm in document["arms"]}
        paced = {"provider alone", "our engine", "one process", "whole route"}
        assert names == {
            *(f"{side}, {part}" for side in paced for part in ("first word", "a word's delay")),
            *(f"{side}, a word at once" for side in paced - {"one process"}),
        }
        assert all(arm["p50_ms"] > 0 for arm in document["arms"])
        assert set(document["stages_ms"]) == {
            "budget, keys, insert", "desk", "consent and known data", "read", "understand",
        }  # fmt: skip
        (failed,) = [c for c in document["checks"] if c["name"].startswith("answers that ended")]
        assert failed["ok"] is True
        if any(check["ok"] is False for check in document["checks"]):
            assert "missed, not judged" in render(document).splitlines()[-1]
