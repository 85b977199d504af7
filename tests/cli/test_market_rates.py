"""`finnami market rates`: exit codes, machine-readable reports, nothing half-imported."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.market import market
from app.cli.market_door import place_of

pytestmark = pytest.mark.row("PA3")

GOOD = "date,USD,NGN\n2024-01-02,1.0956,980.5\n2024-01-03,1.0919,985\n"


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(market, ["rates", *map(str, arguments)], env=env)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def server(embedded_mongo_url: str, bare_db: object) -> dict[str, str]:
    name = bare_db.name
    return {"FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{name}?")}


def test_dry_run_needs_no_database(good: Path) -> None:
    done = run("import", good, "--dry-run", "--json", env={"FINNAMI_MONGO_URL": ""})
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert (report["usable"], report["imported"], report["days"]) == (True, False, 2)


def test_faults_are_listed_with_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(GOOD.replace("980.5", "-1"))
    done = run("import", path, "--json")
    assert done.exit_code == 1
    problem = json.loads(done.output)["problems"][0]
    assert (problem["row"], problem["column"], problem["code"]) == (1, "NGN", "not_positive")
    assert "nothing was imported" in run("import", path).output


def test_wrong_usage_is_exit_2(tmp_path: Path, good: Path) -> None:
    assert run("import", tmp_path / "none.csv").exit_code == 2
    assert run("show", "usd", "EUR").exit_code == 2
    done = run("import", good, env={"FINNAMI_MONGO_URL": "", "FINNAMI_DATA_DIR": str(tmp_path)})
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_import_adds_to_the_installed_history_and_differing_files_wait_for_correct(
    server: dict[str, str], good: Path
) -> None:
    done = run("import", good, "--json", "--label", "Mine", env=server)
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    # The dollars are the ECB's own of these days: only the naira are new.
    assert (report["imported"], report["fixings"], report["corrected"]) == (True, 2, 0)
    shown = run("show", "EUR", "NGN", "--on", "2024-01-05", "--json", env=server)
    assert json.loads(shown.output) == {
        "base": "EUR", "quote": "NGN", "on": "2024-01-05", "value": "985", "day": "2024-01-03",
        "source": "Mine", "filled_days": 2,
    }  # fmt: skip
    good.write_text(GOOD.replace("1.0919", "1.5"))
    refused = run("import", good, "--json", env=server)
    assert refused.exit_code == 1
    found = json.loads(refused.output)
    assert (found["imported"], found["problems"][0]["code"]) == (False, "differs")
    corrected = run("import", good, "--correct", "--json", env=server)
    assert json.loads(corrected.output)["corrected"] == 1
    unknown = run("show", "USD", "NGN", "--on", "2025-01-05", env=server)
    assert unknown.exit_code == 1
    assert unknown.output.startswith("unknown")
    listed = json.loads(run("sources", "--json", env=server).output)
    assert [one["label"] for one in listed] == ["European Central Bank", "Mine", "Imported: good"]


def test_a_fault_of_the_whole_file_names_no_row() -> None:
    assert place_of(None, None) == ""
    assert place_of(3, "USD") == "row 3, USD: "
    assert place_of(3, None) == "row 3: "
