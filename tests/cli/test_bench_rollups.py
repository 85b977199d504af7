"""`finnami bench rollups` in its short form."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main


@pytest.mark.row("AN2")
def test_both_arms_read_the_same_days_and_a_second_rebuild_changes_nothing() -> None:
    arguments = ["bench", "rollups", "--quick", "--rows", "400", "--days", "4", "--json"]
    done = CliRunner().invoke(main, [*arguments, "--gate", "none"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [arm["name"] for arm in document["arms"]] == ["raw postings", "rollups"]
    assert document["rebuild"]["days"] == 4
    checks = {check["name"]: check["ok"] for check in document["checks"]}
    assert checks["rollups that a second rebuild changed"] is True
