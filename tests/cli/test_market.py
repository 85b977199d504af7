"""`finnami market`: exit codes, machine-readable reports, nothing half-imported."""

import asyncio
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from app.cli.market import market
from app.core.clock import SystemClock
from app.core.config import Settings
from app.domains.market.service import MarketService
from app.domains.market.types import Quote
from app.services import open_database

GOOD = "date,AAA,BBB\n2024-01-02,10,20\n2024-01-03,10.5,20.1\n"


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(market, [str(argument) for argument in arguments], env=env)


async def last_quotes(server: dict[str, str]) -> dict[str, Quote]:
    clock = SystemClock()
    db = open_database(Settings(mongo_url=server["FINNAMI_MONGO_URL"]), clock)
    try:
        return await MarketService(db=db, clock=clock, seed=7).last_quotes()
    finally:
        await db.close()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def server(embedded_mongo_url: str, bare_db: object) -> dict[str, str]:
    name = bare_db.name
    return {"FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{name}?")}


@pytest.mark.row("MD3")
class TestImport:
    def test_dry_run_needs_no_database(self, good: Path) -> None:
        done = run("import", good, "--dry-run", "--json", env={"FINNAMI_MONGO_URL": ""})
        assert done.exit_code == 0, done.output
        report = json.loads(done.output)
        assert (report["usable"], report["imported"], report["days"]) == (True, False, 2)

    def test_faults_are_listed_with_row_and_column(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(GOOD.replace("10.5", "ten"))
        done = run("import", path, "--json")
        assert done.exit_code == 1
        problem = json.loads(done.output)["problems"][0]
        assert (problem["row"], problem["column"], problem["code"]) == (2, "AAA", "bad_number")
        assert "nothing was imported" in run("import", path).output

    def test_missing_file_and_bad_currency_are_usage_errors(
        self, tmp_path: Path, good: Path
    ) -> None:
        assert run("import", tmp_path / "none.csv").exit_code == 2
        assert run("import", good, "--currency", "dollars").exit_code == 2

    def test_without_a_database_it_says_so(self, good: Path) -> None:
        done = run("import", good, env={"FINNAMI_MONGO_URL": "mongodb://127.0.0.1:1/x"})
        assert done.exit_code == 2
        assert done.output.startswith("finnami: ")


class TestSources:
    # The commands open their own event loop, so these tests have none.
    def test_import_then_list_then_use(self, good: Path, server: dict[str, str]) -> None:
        done = run("import", good, "--currency", "EUR", "--json", env=server)
        assert done.exit_code == 0, done.output
        source_id = json.loads(done.output)["source"]
        (listed,) = json.loads(run("sources", "--json", env=server).output)
        assert (listed["source"], listed["active"], listed["currency"]) == (source_id, True, "EUR")
        # Quoted at once: an order made before the feed's next round is not refused.
        quoted = asyncio.run(last_quotes(server))
        assert {one.symbol: (one.currency, one.stale) for one in quoted.values()} == {
            "AAA": ("EUR", False),
            "BBB": ("EUR", False),
        }
        assert run("use", source_id, env=server).exit_code == 0
        assert run("use", "nothing", env=server).exit_code == 2


@pytest.mark.row("MD1")
class TestSimulate:
    def test_csv_and_parquet_hold_the_same_prices_and_pass_the_importer(
        self, tmp_path: Path
    ) -> None:
        csv_path, parquet_path = tmp_path / "a.csv", tmp_path / "a.parquet"
        span = ("--from", "2024-01-01", "--to", "2024-03-29", "--seed", "3", "--json")
        first = json.loads(run("simulate", "--out", csv_path, *span).output)
        second = json.loads(run("simulate", "--out", parquet_path, *span).output)
        assert first["data_hash"] == second["data_hash"]
        assert first["days"] == 65
        assert pq.read_table(parquet_path).num_rows == 65
        assert run("import", csv_path, "--dry-run").exit_code == 0
        assert run("import", parquet_path, "--dry-run").exit_code == 0

    def test_range_without_a_day_and_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert run("simulate", "--out", tmp_path / "a.csv", "--to", "1999-01-01").exit_code == 2
        assert run("simulate", "--out", tmp_path / "no" / "a.csv").exit_code == 2
        assert run("simulate", "--out", tmp_path / "a.csv", "--seed", "-1").exit_code == 2
