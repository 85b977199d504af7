"""`finnami bench score` runs both arms and proves that its two paths agree."""

import json

from click.testing import CliRunner

from app.cli.main import main


class TestBenchScore:
    def test_quick_run_prints_arms_stages_and_the_path_difference(self) -> None:
        result = CliRunner().invoke(main, ["bench", "score", "--quick", "--json", "--gate", "none"])

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        assert [arm["name"] for arm in document["arms"]] == ["naive", "plain", "fast"]
        assert document["stages_ms"].keys() == {"state", "features", "score", "decision"}
        gaps = [check for check in document["checks"] if "max |d" in check["name"]]
        assert [check["ok"] for check in gaps] == [True] * 3
        assert document["rows_compared"] == 1_000
