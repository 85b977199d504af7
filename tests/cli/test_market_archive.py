"""`finnami export prices`, `market import DIR`, `--into` and `market actions` on the database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.export import export
from app.cli.market import market
from tests.cli.test_market import server

__all__ = ["server"]
PRICES = "date,AAA,BRK.B\n2023-12-29,100,20\n2024-01-02,10,20.5\n2024-01-03,10.5,20.1\n"
ACTIONS = "date,symbol,action,value\n2024-01-02,AAA,split,10:1\n2024-01-03,BRK.B,dividend,0.2\n"


def run(group: object, *arguments: str | Path, env: dict[str, str]) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments], env=env)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.row("MD5")
def test_prices_go_out_and_come_back_as_the_same_source(
    tmp_path: Path, server: dict[str, str]
) -> None:
    prices, actions = write(tmp_path / "p.csv", PRICES), write(tmp_path / "a.csv", ACTIONS)
    done = run(market, "import", prices, "--calendar", "XETR", "--json", env=server)
    report = json.loads(done.output)
    assert (report["calendar"], report["past"]) == ("XETR", True)
    assert run(market, "actions", actions, "--json", env=server).exit_code == 0
    done = run(export, "prices", "--out", tmp_path / "out", "--json", env=server)
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["days"], facts["files"], facts["actions"]) == (3, 2, 2)
    done = run(market, "import", tmp_path / "out", "--json", env=server)
    assert done.exit_code == 0, done.output
    (back,) = json.loads(done.output)["sources"]
    assert (back["source"], back["data_hash"]) == (report["source"], facts["data_hash"])
    listed = json.loads(run(market, "sources", "--json", env=server).output)
    assert [one["active"] for one in listed] == [True]


@pytest.mark.row("MD5")
def test_harmed_folder_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    done = run(market, "import", tmp_path, env={"FINNAMI_MONGO_URL": ""})
    assert done.exit_code == 1
    assert done.output.startswith("finnami: ")


@pytest.mark.row("MD4")
def test_faulty_actions_and_unknown_sources_are_told_without_a_trace(
    tmp_path: Path, server: dict[str, str]
) -> None:
    bad = write(tmp_path / "bad.csv", ACTIONS.replace("10:1", "ten"))
    done = run(market, "actions", bad, "--json", env=server)
    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0]["row"] == 1
    assert run(market, "actions", tmp_path / "none.csv", env=server).exit_code == 2
    good = write(tmp_path / "good.csv", ACTIONS)
    for arguments in ((), ("--source", "import-none")):
        done = run(market, "actions", good, *arguments, env=server)
        assert done.exit_code == 2, "no prices yet, or no such source"
        assert done.output.startswith("finnami: ")


@pytest.mark.row("MD4")
def test_newer_file_continues_the_source(tmp_path: Path, server: dict[str, str]) -> None:
    prices = write(tmp_path / "p.csv", PRICES)
    source = json.loads(run(market, "import", prices, "--json", env=server).output)["source"]
    newer = write(tmp_path / "n.csv", PRICES + "2024-01-04,10.6,20.2\n")
    done = run(market, "import", newer, "--into", source, "--json", env=server)
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert (report["source"], report["added_days"], report["overwritten_day"]) == (source, 1, None)
    other = write(tmp_path / "o.csv", PRICES.replace("10.5", "11"))
    done = run(market, "import", other, "--into", source, env=server)
    assert (done.exit_code, "finished day" in done.output) == (2, True)
    assert run(market, "import", newer, "--into", source, "--past", env=server).exit_code == 2
