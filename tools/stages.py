"""The stages of `make test` and `make lint`: what runs, in which of the two lanes."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools import reports
from tools.cache import ROOT
from tools.node_env import E2E, FRONTEND
from tools.python_env import bin_dir
from tools.reports import Count

REPORTS = ROOT / "reports"
BIN = bin_dir()


@dataclass(frozen=True, slots=True)
class Stage:
    """One command. With a `count` it is a test runner, and must have run something."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)
    limit_s: float = 1200
    count: Callable[[], Count] | None = None


PURE = ("tests/ml", "tests/tools", "tests/architecture")


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a program of the Python environment."""
    return (str(BIN / name), *arguments)


def own(*arguments: str) -> tuple[str, ...]:
    """Return the command line of one of our own modules in tools/."""
    return (str(BIN / "python"), "-m", *arguments)


PYTHON_LINT = (
    Stage("ruff", tool("ruff", "check", ".")),
    Stage("ruff format", tool("ruff", "format", "--check", ".")),
    Stage("import contracts", tool("lint-imports", "--no-cache")),
    Stage("mypy", tool("mypy", "--strict", "app", "tools")),
    Stage("openapi.json", own("app.cli.main", "openapi", "--check", "frontend/openapi.json")),
)
UI_LINT = (
    Stage("eslint and message keys", ("npm", "run", "lint", "--silent"), cwd=FRONTEND),
    Stage("tsc", ("npm", "run", "typecheck", "--silent"), cwd=FRONTEND),
    Stage("schema.d.ts", own("tools.schema_drift")),
)


def pytest(name: str, *arguments: str, limit_s: float = 3600) -> Stage:
    """Return a pytest stage that writes its JUnit report."""
    report = REPORTS / f"{name.replace(' ', '-')}.xml"
    return Stage(
        name,
        tool("pytest", f"--junitxml={report}", "-p", "no:cacheprovider", "-ra", *arguments),
        limit_s=limit_s,
        count=lambda: reports.junit(report),
    )


def python_tests(*arguments: str) -> Stage:
    """Return the Python suites but the deploy checks."""
    return pytest("pytest", *(arguments or ("tests", "--ignore=tests/deploy")))


def server_tests() -> Stage:
    """Return the suites that run against the embedded servers: the longer half."""
    others = [f"--ignore={folder}" for folder in ("tests/deploy", *PURE)]
    return pytest("pytest servers", "tests", *others)


def pure_tests() -> Stage:
    """Return the suites of models, tools and architecture, which start no server."""
    return pytest("pytest pure", *PURE)


def deploy_checks() -> Stage:
    """Return the checks of image, chart, workflows and scripts."""
    return pytest("deploy", "tests/deploy", limit_s=600)


def pages() -> Stage:
    """Return the build of the exported pages."""
    return Stage("pages", (sys.executable, "-m", "tools.setup", "pages"), limit_s=900)


def jest() -> Stage:
    """Return the front end's unit tests."""
    report = REPORTS / "jest.json"
    return Stage(
        "jest", ("npm", "test", "--silent"), cwd=FRONTEND, count=lambda: reports.jest(report)
    )


def playwright(browser: str) -> Stage:
    """Return the browser journeys against a running FinNami."""
    report = REPORTS / "playwright.json"
    return Stage(
        "playwright",
        ("npm", "test", "--silent"),
        cwd=E2E,
        env={
            "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
            "FINNAMI_CHROMIUM": browser,
            "FINNAMI_BIN": str(BIN / "finnami"),
        },
        limit_s=1200,
        count=lambda: reports.playwright(report),
    )


def environment(stage: Stage) -> dict[str, str]:
    """Return the environment of a stage; settings of the developer's own runs stay out."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FINNAMI_") or name.startswith(("FINNAMI_TEST", "FINNAMI_CACHE"))
    }
    return {**kept, "NEXT_TELEMETRY_DISABLED": "1", **stage.env}
