"""The benches run to the end in their quick form, and their document says what was measured."""

import json

import pytest
from click.testing import CliRunner

from app.cli.bench import BENCHES, bench


@pytest.fixture
def run(embedded_mongo_url, embedded_redis_url, monkeypatch):
    monkeypatch.setenv("FINNAMI_MONGO_URL", embedded_mongo_url)
    monkeypatch.setenv("FINNAMI_REDIS_URL", embedded_redis_url)

    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        result = CliRunner().invoke(bench, [*arguments, "--quick", "--json"])
        assert result.exit_code in {0, 1, 3}, result.output + str(result.exception)
        return result.exit_code, json.loads(result.stdout)

    return run


def checks(document) -> dict[str, object]:
    return {check["name"]: check["ok"] for check in document["checks"]}


def test_gate_is_ten_times_cheaper_than_redis_py_and_mixes_nothing_up(run):
    exit_code, document = run("gate", "--tasks", "64")
    assert document["schema"] == "finnami.bench/1"
    assert [arm["name"] for arm in document["arms"]] == [
        "redis-py 3 commands @64",
        "redis-py 1 script @64",
        "gate @64",
    ]
    assert checks(document)["replies that reached another caller"] is True
    assert document["ratios"][0]["ok"] is True
    assert (exit_code, document["verdict"]) == (0, "pass")


def test_queue_begins_every_job_once(run):
    # The times belong to the machine; that nothing is lost or doubled belongs to us.
    _, document = run("queue", "--gate", "none")
    found = checks(document)
    assert found["jobs that never began"] is True
    assert found["jobs that began twice"] is True
    assert found["rows left open"] is True
    assert {arm["name"] for arm in document["arms"]} == {"arq stock", "product"}


@pytest.mark.parametrize(
    "arguments", [["gate", "--tasks", "x"], ["gate", "--ops", "1"], ["nosuch"]]
)
def test_wrong_usage_is_exit_2(arguments):
    assert CliRunner().invoke(bench, arguments).exit_code == 2


def test_help_lists_the_benches_without_importing_them():
    result = CliRunner().invoke(bench, ["--help"])
    assert result.exit_code == 0
    for name in ("gate", "queue"):
        assert BENCHES[name][2] in result.output
