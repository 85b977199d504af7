"""Files and functions stay small, and every file says in one sentence what it is for."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = {"app": 300, "tools": 300, "migrations": 300, "tests": 500}
FRONTEND_LINES = 250
FUNCTION_LINES = 70
# Written by a program, never by hand.
GENERATED = {"frontend/src/lib/api/schema.d.ts"}


def tracked(*patterns: str) -> list[str]:
    """Return the files that git knows, or would take, relative to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


PYTHON = [name for name in tracked("*.py") if name.split("/")[0] in FILE_LINES]
TYPESCRIPT = [
    name
    for name in tracked("frontend/src/*.ts", "frontend/src/*.tsx", "frontend/tools/*.mjs")
    if name not in GENERATED and ".test." not in name
]


def functions_beyond(source: str, limit: int) -> list[str]:
    """Return `name: lines` of each function longer than `limit`, docstring included."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                found.append(f"{node.name}: {lines}")
    return found


def line_count(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_the_lists_are_not_empty() -> None:
    assert len(PYTHON) > 100


def test_python_files_stay_within_their_limit() -> None:
    over = {
        name: line_count(name)
        for name in PYTHON
        if line_count(name) > FILE_LINES[name.split("/")[0]]
    }
    assert over == {}


def test_front_end_files_stay_within_their_limit() -> None:
    over = {name: line_count(name) for name in TYPESCRIPT if line_count(name) > FRONTEND_LINES}
    assert over == {}


def test_functions_stay_within_their_limit() -> None:
    over = {
        name: found
        for name in PYTHON
        if (found := functions_beyond((ROOT / name).read_text(encoding="utf-8"), FUNCTION_LINES))
    }
    assert over == {}


def test_every_module_of_the_product_says_what_it_is_for() -> None:
    silent = [
        name
        for name in PYTHON
        if name.startswith(("app/", "tools/", "migrations/"))
        and not ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(("lines", "found"), [(70, []), (71, ["long: 71"])])
def test_a_long_function_is_found(lines: int, found: list[str]) -> None:
    source = "def long():\n" + "    x = 1\n" * (lines - 1)
    assert functions_beyond(source, FUNCTION_LINES) == found
