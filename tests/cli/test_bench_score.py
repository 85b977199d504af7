"""`finnami bench score` runs both arms and proves that its two paths agree."""

import json

from click.testing import CliRunner

from app.cli.main import main


class TestBenchScore:
    def test_quick_run_prints_arms_stages_and_the_path_difference(self) -> None:
        result = CliRunner().invoke(main, ["bench", "score", "--quick", "--json", "--gate", "none"])

        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        assert [arm["name"] for arm in document["arms"]] == ["naive", "plain"]
        assert document["stages_ms"].keys() == {"state", "features", "score", "decision"}
        difference = next(c for c in document["checks"] if "max |dp|" in c["name"])
        assert difference["ok"] is True
