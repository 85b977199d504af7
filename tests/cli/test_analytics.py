"""`finnami analytics rebuild`: figures as JSON, twice as once, or one line that says why not."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from app.cli.analytics import analytics
from app.core.config import Settings
from app.services import open_database
from tests.factories.analytics import signed_up

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(analytics, ["rebuild", *arguments], env={"FINNAMI_MONGO_URL": url})


async def fill(url: str) -> None:
    db = open_database(Settings(mongo_url=url))
    try:
        for number in range(3):
            await signed_up(db, AT + timedelta(days=number))
    finally:
        await db.close()


@pytest.mark.row("AN2")
class TestRebuild:
    # The commands open their own event loop, so these tests have none.
    def test_figures_are_printed_and_a_second_run_changes_nothing(
        self, embedded_mongo_url: str, bare_db: object
    ) -> None:
        name = bare_db.name
        url = embedded_mongo_url.replace("/finnami?", f"/{name}?")
        asyncio.run(fill(url))
        span = ("--from", "2026-06-01", "--to", "2026-06-04", "--json")
        first = run(url, *span)
        assert first.exit_code == 0, first.output
        assert json.loads(first.stdout) == {
            "first": "2026-06-01", "last": "2026-06-04", "days": 4, "computed": 12,
            "changed": 12, "resumed_at": None, "kinds": ["cohorts", "flows", "fraud"],
        }  # fmt: skip
        assert json.loads(run(url, *span).stdout)["changed"] == 0
        only = run(url, *span[:4], "--kind", "flows")
        assert only.stdout == "2026-06-01 to 2026-06-04: 4 rollups of 4 days computed, 0 changed\n"

    @pytest.mark.parametrize(
        "span",
        [
            ("2026-06-02", "2026-06-01"),
            ("2000-01-01", "2026-06-01"),
            ("2026-01-01", "2999-01-01"),
        ],
    )
    def test_impossible_ranges_are_one_line(self, span: tuple[str, str]) -> None:
        done = run("mongodb://127.0.0.1:1/x", "--from", span[0], "--to", span[1])
        assert done.exit_code == 2
        assert done.stderr.startswith("finnami: ")
        assert done.stderr.count("\n") == 1

    def test_no_database_is_one_line(self) -> None:
        done = run("mongodb://127.0.0.1:1/x", "--from", "2026-06-01", "--to", "2026-06-01")
        assert done.exit_code == 2
        assert done.stderr.splitlines()[-1].startswith("finnami: ")

    def test_help_says_when_to_use_it(self) -> None:
        done = CliRunner().invoke(analytics, ["rebuild", "--help"])
        assert "Running it twice changes nothing" in " ".join(done.output.split())
