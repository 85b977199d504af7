"""`finnami bench chat-answer`: answers of a real server in eight languages, beside their bytes."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main

pytestmark = pytest.mark.row("CH1")


class TestBenchChatAnswer:
    def test_quick_run_answers_in_eight_languages_beside_the_bare_stream(self) -> None:
        args = ["bench", "chat-answer", "--quick", "--json", "--gate", "none"]
        result = CliRunner().invoke(main, args)

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        arms = {arm["name"]: arm for arm in document["arms"]}
        assert list(arms) == [
            "text read alone", "bare, first byte", "bare, first text", "bare, whole",
            "answer, first byte", "answer, first text", "answer, whole",
            "first in a language, whole",
        ]  # fmt: skip
        assert {arm["n"] for arm in arms.values()} == {8}
        # Whoever measures refusals would measure something quick.
        assert document["ended"] == {"complete": 16}
        assert document["answer_bytes"]["smallest"] > 500
        assert arms["answer, first byte"]["p50_ms"] <= arms["answer, whole"]["p50_ms"]
        assert arms["bare, whole"]["p50_ms"] < arms["answer, whole"]["p50_ms"]
