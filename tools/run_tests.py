"""`python -m tools.run_tests WHAT`: runs stages and ends with `N passed, N failed`."""

import argparse
import os
import signal
import sys
import threading
import time

from tools import browser, stages
from tools.lanes import Results, run_lanes, stop_all
from tools.stages import REPORTS
from tools.steps import RefusedError

WHAT = ("all", "lint", "py", "ui", "e2e", "deploy")


def main(arguments: list[str]) -> int:
    """Run what was asked; return 0 only when everything that ran was good."""
    parser = argparse.ArgumentParser(prog="run_tests", description=__doc__)
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--limit-min", type=float, default=0, help="stop everything after this")
    parser.add_argument("pytest_arguments", nargs="*", help="only with `py`")
    asked = parser.parse_args(arguments)
    REPORTS.mkdir(exist_ok=True)
    for old in REPORTS.glob("*.*"):
        if old.suffix in {".xml", ".json", ".log"}:
            old.unlink()
    results = Results()
    limit = _start_limit(results, asked.limit_min)
    # The same way out as Ctrl-C: the stages run in sessions of their own and must be ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    try:
        for lanes in _plan(asked.what, asked.pytest_arguments):
            run_lanes(lanes, results)
    except RefusedError as refused:
        print(f"finnami: {refused}", file=sys.stderr)
        results.count.failed += 1
    except KeyboardInterrupt:
        print(f"== interrupted in: {', '.join(stop_all(results))}", flush=True)
    finally:
        limit.cancel()
    return _summary(results, asked.what, time.monotonic() - started)


def _plan(what: str, pytest_arguments: list[str]) -> list[list[list[stages.Stage]]]:
    """Return rounds of lanes: the pages are built and tested beside the Python suites."""
    if what == "lint":
        return [[list(stages.PYTHON_LINT), list(stages.UI_LINT)]]
    if what == "py":
        return [[[stages.python_tests(*pytest_arguments)]]]
    if what == "ui":
        return [[[stages.jest()]]]
    if what == "e2e":
        return [[[stages.pages(), stages.playwright(browser.install())]]]
    if what == "deploy":
        return [[[stages.deploy_checks()]]]
    python_lane = [*stages.PYTHON_LINT, stages.server_tests()]
    ui_lane = [
        *stages.UI_LINT,
        stages.pages(),
        stages.jest(),
        stages.deploy_checks(),
        stages.pure_tests(),
    ]
    return [[python_lane, ui_lane], [[stages.playwright(browser.install())]]]


def _start_limit(results: Results, minutes: float) -> threading.Timer:
    """Arrange that everything is stopped after so many minutes, naming the running stage."""

    def stop() -> None:
        names = ", ".join(stop_all(results)) or "between stages"
        print(f"== stopped after {minutes:.0f} minutes in: {names}", flush=True)

    timer = threading.Timer(minutes * 60, stop)
    timer.daemon = True
    if minutes > 0:
        timer.start()
    return timer


def _summary(results: Results, what: str, seconds: float) -> int:
    count = results.count
    for reason, number in count.skipped.items():
        print(f"== skipped {number}: {reason}")
    if os.environ.get("CI") == "true":
        for reason in count.skipped_for_a_tool():
            # A missing tool is an install step, never a skipped test.
            print(f"== failed: skipped for a missing tool: {reason}")
            count.failed += 1
    slowest = sorted(results.seconds.items(), key=lambda pair: -pair[1])[:5]
    print(f"== {seconds:.0f} s; slowest: " + ", ".join(f"{n} {s:.0f} s" for n, s in slowest))
    if results.failed_stages:
        print(f"== failed: {', '.join(results.failed_stages)} (logs in reports/)")
    if what == "lint":
        return 1 if count.failed else 0
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed or results.stopped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
