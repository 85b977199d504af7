"""`finnami reports make`: a month of everybody, twice as once, or one line that says why not."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.reports import reports
from app.core.keys import KeyRing
from tests.factories.report_world import empty, fill, last_month

pytestmark = pytest.mark.row("AN3")
CUSTOMERS = 4


@pytest.fixture
def server(
    embedded_mongo_url: str, embedded_redis_url: str, migrated_name: str, tmp_path: Path
) -> Iterator[dict[str, str]]:
    KeyRing.generate().save(tmp_path / "keys.json")
    yield {
        "FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{migrated_name}?"),
        "FINNAMI_REDIS_URL": embedded_redis_url,
        "FINNAMI_KEY_FILE": str(tmp_path / "keys.json"),
    }
    asyncio.run(empty(embedded_mongo_url, migrated_name))


def run(server: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(reports, ["make", *arguments], env=server)


# The commands open their own event loop, so these tests have none.
def test_everybody_is_told_once_and_figures_are_machine_readable(
    server: dict[str, str], embedded_mongo_url: str, migrated_name: str
) -> None:
    asyncio.run(fill(embedded_mongo_url, migrated_name, customers=CUSTOMERS))
    told = []
    for _ in range(2):
        done = run(server, "--month", last_month(), "--json")
        assert done.exit_code == 0, done.output
        told.append(json.loads(done.stdout))
    # A statement, a performance and tax lots each; nobody was advised.
    assert told[0] == {
        "period": last_month(), "customers": CUSTOMERS, "issued": 3 * CUSTOMERS, "there": 0,
        "empty": CUSTOMERS, "refused": 0, "waits": 0, "done": True,
    }  # fmt: skip
    assert (told[1]["issued"], told[1]["there"]) == (0, 3 * CUSTOMERS)
    sentence = run(server, "--month", last_month()).stdout
    assert f"{CUSTOMERS} customers, 0 reports issued, {3 * CUSTOMERS} were there" in sentence


@pytest.mark.parametrize("month", ["2026", "2026-13", "2999-01", "1999-01", "november", "2026-1x"])
def test_impossible_months_are_one_line(server: dict[str, str], month: str) -> None:
    done = run(server, "--month", month)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_no_database_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        reports, ["make", "--month", "2026-10"], env={"FINNAMI_DATA_DIR": str(tmp_path)}
    )
    assert done.exit_code == 2
    assert "no database" in done.output
