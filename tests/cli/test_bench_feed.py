"""`finnami bench feed` in its short form: the figures belong to the machine, the counts to us."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main


@pytest.mark.row("MD2")
def test_nothing_is_lost_out_of_order_or_unbounded_in_either_arm(
    embedded_mongo_url: str, embedded_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINNAMI_MONGO_URL", embedded_mongo_url)
    monkeypatch.setenv("FINNAMI_REDIS_URL", embedded_redis_url)
    arguments = ["--quick", "--json", "--gate", "none", "--seconds", "2", "--symbols", "50"]
    done = CliRunner().invoke(main, ["bench", "feed", *arguments])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert [arm["name"] for arm in document["arms"]] == ["usual", "slow database"]
    timed = {"usual: tick to readable p99 ms"}
    assert {row["name"] for row in document["checks"] if not row["ok"]} <= timed
    for arm in ("usual", "slow database"):
        facts = document[arm]
        assert facts["ticks"] == facts["accepted"] == facts["published"] + facts["conflated"] > 0
        assert facts["conflated"] > 0


def test_a_rate_that_means_nothing_is_refused() -> None:
    done = CliRunner().invoke(main, ["bench", "feed", "--rate", "0"])
    assert done.exit_code == 2
    assert "--rate" in done.output
