"""Codes of refusals are a promise to clients: one code, one meaning."""

import pkgutil
from collections import defaultdict
from importlib import import_module

import app.domains
from app.core.errors import FinNamiError


def _all(kind: type[FinNamiError]) -> list[type[FinNamiError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _all(child))]


def test_no_two_refusals_share_a_code_of_their_own() -> None:
    for module in pkgutil.walk_packages(app.domains.__path__, "app.domains."):
        if module.name.endswith(".errors"):
            import_module(module.name)
    owners: dict[str, set[str]] = defaultdict(set)
    for kind in _all(FinNamiError):
        if "code" in vars(kind) and kind.__module__.startswith("app."):
            owners[kind.code].add(f"{kind.__module__}.{kind.__name__}")
    shared = {code: sorted(names) for code, names in owners.items() if len(names) > 1}
    assert shared == {}
