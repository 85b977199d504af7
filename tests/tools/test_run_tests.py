"""The last line of `make test` counts what really ran, and a runner that ran nothing fails."""

import json
import sys
import threading
import time
from pathlib import Path

import pytest

from tools import lanes, reports, run_tests
from tools.lanes import Results
from tools.reports import Count
from tools.stages import Stage

JUNIT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="x"/></testcase>
<testcase name="c"><error message="y"/></testcase>
<testcase name="d"><skipped type="pytest.skip" message="no development data"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "REPORTS", tmp_path)
    monkeypatch.delenv("CI", raising=False)


def stage(code: str, *, name: str = "runner", count: Count | None = None) -> Stage:
    command = (sys.executable, "-I", "-c", code)
    return Stage(name, command, count=None if count is None else lambda: count, limit_s=30)


class TestReports:
    def test_junit(self, tmp_path: Path) -> None:
        (tmp_path / "r.xml").write_text(JUNIT)
        found = reports.junit(tmp_path / "r.xml")
        assert (found.passed, found.failed, sum(found.skipped.values())) == (1, 2, 1)

    def test_jest_counts_a_suite_that_did_not_load(self, tmp_path: Path) -> None:
        data = {"numPassedTests": 3, "numFailedTests": 1, "numRuntimeErrorTestSuites": 1}
        (tmp_path / "r.json").write_text(json.dumps(data))
        found = reports.jest(tmp_path / "r.json")
        assert (found.passed, found.failed) == (3, 2)

    def test_playwright_counts_errors_outside_tests(self, tmp_path: Path) -> None:
        data = {"stats": {"expected": 2, "flaky": 1, "unexpected": 1, "skipped": 1}, "errors": [{}]}
        (tmp_path / "r.json").write_text(json.dumps(data))
        found = reports.playwright(tmp_path / "r.json")
        assert (found.passed, found.failed, sum(found.skipped.values())) == (3, 2, 1)

    @pytest.mark.parametrize("text", [None, "", "{", "<testsuites", "[]"])
    def test_a_missing_or_cut_report_counts_nothing(self, tmp_path: Path, text: str | None) -> None:
        file = tmp_path / "r"
        if text is not None:
            file.write_text(text)
        for read in (reports.junit, reports.jest, reports.playwright):
            assert read(file).ran == 0

    def test_only_a_missing_tool_is_a_bad_reason_to_skip(self) -> None:
        count = Count()
        count.skipped.update(["the development data is not here", "chromium not found"])
        assert count.skipped_for_a_tool() == ["chromium not found"]


class TestStages:
    def test_numbers_of_all_runners_are_added(self) -> None:
        results = Results()
        one, two = stage("", count=Count(2, 0)), stage("", name="other", count=Count(3, 0))
        lanes.run_lanes([[one], [two]], results)
        assert (results.count.passed, results.count.failed) == (5, 0)

    def test_a_runner_that_ran_nothing_fails(self) -> None:
        results = Results()
        lanes.run_lanes([[stage("", count=Count())]], results)
        assert results.count.failed == 1
        assert results.failed_stages == ["runner"]

    def test_a_runner_that_breaks_after_its_report_fails(self) -> None:
        results = Results()
        lanes.run_lanes([[stage("raise SystemExit(3)", count=Count(5, 0))]], results)
        assert (results.count.passed, results.count.failed) == (5, 1)

    def test_a_failing_check_shows_its_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        results = Results()
        lanes.run_lanes([[stage("print('line 7 is bad'); raise SystemExit(1)")]], results)
        assert results.count.failed == 1
        assert "line 7 is bad" in capsys.readouterr().out

    def test_a_missing_program_fails(self) -> None:
        results = Results()
        lanes.run_lanes([[Stage("gone", ("no-such-program-here",))]], results)
        assert results.failed_stages == ["gone"]

    def test_the_limit_stops_what_runs_and_skips_the_rest(self, tmp_path: Path) -> None:
        results = Results()
        begun = tmp_path / "begun"
        slow = stage(f"open({str(begun)!r}, 'w'); import time; time.sleep(60)", name="slow")
        after = stage(f"open({str(tmp_path / 'after')!r}, 'w')", name="after")
        runner = threading.Thread(target=lanes.run_lanes, args=([[slow, after]], results))
        runner.start()
        while not begun.exists():
            time.sleep(0.01)
        assert lanes.stop_all(results) == ["slow"]
        runner.join(timeout=20)
        assert not runner.is_alive()
        assert not (tmp_path / "after").exists()
        assert run_tests._summary(results, "all", 1.0) == 1


class TestSummary:
    def test_last_line_stands_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        results = Results(count=Count(7, 0))
        assert run_tests._summary(results, "all", 3.0) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 0 failed"

    def test_failures_are_an_exit_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_tests._summary(Results(count=Count(7, 2)), "all", 3.0) == 1
        assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 2 failed"

    def test_in_ci_a_skip_for_a_missing_tool_is_a_failure(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CI", "true")
        count = Count(7, 0)
        count.skipped["promtool not found"] = 1
        assert run_tests._summary(Results(count=count), "all", 3.0) == 1
        assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 1 failed"
