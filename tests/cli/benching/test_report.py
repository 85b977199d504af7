"""The bench document: percentiles, bars, verdicts, and what a skipped arm may not do."""

import json

import pytest

from app.cli.benching.report import Arm, Gating, Measured, Report, Verdict, arm_of, percentile_ms
from app.cli.benching.table import render


def report(gating: Gating = Gating.RATIOS) -> Report:
    found = Report("demo", seed=7, quick=True, gating=gating, settings={"ops": 10})
    found.add(Arm("slow", "baseline", 10, rps=10.0, p99_ms=40.0))
    found.add(Arm("quick", "candidate", 10, rps=40.0, p99_ms=10.0))
    return found


class TestPercentile:
    @pytest.mark.parametrize(("share", "wanted"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
    def test_is_the_nearest_rank(self, share, wanted):
        assert percentile_ms([n / 1000 for n in range(100, 0, -1)], share) == wanted

    def test_of_nothing_is_nothing(self):
        assert percentile_ms([], 0.5) is None


def test_arm_of_counts_rates_and_cores():
    arm = arm_of("a", "candidate", Measured([0.01] * 20, elapsed_s=2.0, cpu_s=1.0, cpu_us_per_op=5))
    assert (arm.n, arm.rps, arm.p99_ms, arm.cpu_cores, arm.cpu_us_per_op) == (20, 10, 10, 0.5, 5)


class TestVerdict:
    def test_a_ratio_within_its_bar_passes(self):
        found = report()
        assert found.ratio("p99", arm="quick", baseline="slow", metric="p99_ms", bar=0.25) == 0.25
        assert found.verdict is Verdict.PASS

    def test_a_missed_ratio_fails(self):
        found = report()
        found.ratio("rate", arm="quick", baseline="slow", metric="rps", bar=5, op=">=")
        assert found.verdict is Verdict.FAIL

    def test_a_missed_count_fails_and_gate_none_forgives(self):
        for gating, wanted in ((Gating.RATIOS, Verdict.FAIL), (Gating.NONE, Verdict.PASS)):
            found = report(gating)
            found.check("mix-ups", 1, bar=0, op="==")
            assert found.verdict is wanted

    def test_an_absolute_time_decides_only_when_asked(self):
        found = report()
        found.check_time("p99", 900.0, bar=100)
        assert found.verdict is Verdict.PASS
        strict = report(Gating.ALL)
        strict.check_time("p99", 900.0, bar=100)
        assert strict.verdict in {Verdict.FAIL, Verdict.INVALID}

    def test_an_arm_that_did_not_run_neither_passes_nor_fails_its_bar(self):
        found = report()
        found.skip("drf", "not installed")
        assert found.ratio("drf", arm="drf", baseline="slow", metric="rps", bar=1) is None
        assert found.document()["ratios"][0]["ok"] is None
        assert found.verdict is Verdict.PASS

    def test_an_invalid_run_is_invalid_whatever_its_bars(self):
        found = report(Gating.NONE)
        found.invalidate("the client was the bottleneck")
        assert found.verdict is Verdict.INVALID


def test_the_document_has_every_field_of_the_contract():
    found = report()
    found.check("n", 1, bar=1)
    document = json.loads(found.json())
    assert document["schema"] == "finnami.bench/1"
    assert set(document) == {
        *("schema", "name", "version", "commit", "seed", "quick", "host", "backend"),
        *("settings", "arms", "ratios", "checks", "skipped", "verdict"),
    }
    assert set(document["host"]) == {
        *("cores", "cpu", "python", "load_before", "load_after", "other_cpu")
    }
    assert set(document["arms"][0]) == {
        *("name", "role", "n", "errors", "rps", "cpu_us_per_op", "p50_ms", "p95_ms", "p99_ms"),
        *("max_ms", "rss_mb_max", "cpu_cores"),
    }


def test_the_table_ends_with_the_verdict():
    found = report()
    found.ratio("p99", arm="quick", baseline="slow", metric="p99_ms", bar=0.1)
    text = render(found.document())
    assert "MISSED" in text
    assert text.splitlines()[-1] == "-> FAIL"
