"""Reads what the test runners wrote: how many tests ran, failed, were skipped and why."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

MISSING_TOOL = re.compile(r"not installed|not found|missing|no such|cannot find", re.IGNORECASE)


@dataclass(slots=True)
class Count:
    """The result of one or more runners."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def ran(self) -> int:
        """How many tests really ran."""
        return self.passed + self.failed

    def add(self, other: "Count") -> None:
        """Add another runner's result."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def skipped_for_a_tool(self) -> list[str]:
        """Return the reasons that name something missing on the machine."""
        return [reason for reason in self.skipped if MISSING_TOOL.search(reason)]


def junit(file: Path) -> Count:
    """Read pytest's JUnit XML; a file that is missing or cut short counts nothing."""
    count = Count()
    try:
        root = ElementTree.parse(file).getroot()  # noqa: S314 - our own runner wrote it
    except (OSError, ElementTree.ParseError):
        return count
    for case in root.iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            count.skipped[(skipped.get("message") or "no reason")[:100]] += 1
        else:
            count.passed += 1
    return count


def jest(file: Path) -> Count:
    """Read Jest's JSON; a suite that could not even load is one failure."""
    data = _json(file)
    count = Count(
        passed=_number(data, "numPassedTests"),
        failed=_number(data, "numFailedTests") + _number(data, "numRuntimeErrorTestSuites"),
    )
    pending = _number(data, "numPendingTests") + _number(data, "numTodoTests")
    if pending:
        count.skipped["jest: pending"] = pending
    return count


def playwright(file: Path) -> Count:
    """Read Playwright's JSON: a flaky test passed, an error outside a test failed."""
    data = _json(file)
    stats = data.get("stats")
    errors = data.get("errors")
    numbers = stats if isinstance(stats, dict) else {}
    count = Count(
        passed=_number(numbers, "expected") + _number(numbers, "flaky"),
        failed=_number(numbers, "unexpected") + (len(errors) if isinstance(errors, list) else 0),
    )
    if _number(numbers, "skipped"):
        count.skipped["playwright: skipped"] = _number(numbers, "skipped")
    return count


def _json(file: Path) -> dict[str, object]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _number(data: dict[str, object], key: str) -> int:
    value = data.get(key, 0)
    return value if isinstance(value, int) else 0
