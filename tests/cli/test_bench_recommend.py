"""`finnami bench recommend` in its short form, and the cache it measures."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.domains.portfolio.usecases.kept import Kept


class TestBenchRecommend:
    @pytest.mark.row("PA10")
    def test_answers_agree_in_every_arm(self) -> None:
        done = CliRunner().invoke(
            main, ["bench", "recommend", "--quick", "--json", "--gate", "none", "--profiles", "20"]
        )

        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        checks = {row["name"]: row["value"] for row in document["checks"]}
        assert checks["cached equals uncached, differing bytes"] == 0
        assert checks["stale answers after a trade"] == 0
        names = {arm["name"] for arm in document["arms"]}
        assert {"cold", "uncached@1", "cached@1", "uncached@50", "cached@50"} <= names
        if not document["skipped"]:
            assert checks["same top allocation as naive"] >= 0.99
            assert checks["predicted volatility lost, max points"] <= 1e-6
            assert checks["reasons against shap, max log points"] <= 1e-5

    def test_a_bad_concurrency_is_refused(self) -> None:
        done = CliRunner().invoke(main, ["bench", "recommend", "--concurrency", "many"])

        assert done.exit_code == 2
        assert "--concurrency" in done.output


class TestKept:
    def test_forgets_what_was_not_used_longest(self) -> None:
        kept: Kept[int] = Kept(2)
        kept.put("a", 1)
        kept.put("b", 2)
        kept.get("a")
        kept.put("c", 3)

        assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)

    def test_makes_an_answer_once(self) -> None:
        kept: Kept[list[int]] = Kept()
        first = kept.get_or_make("a", list)

        assert kept.get_or_make("a", list) is first
