"""The machine a bench ran on, and what else was running on it meanwhile."""

import os
import platform
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

# Above this much foreign CPU an absolute time says more about the neighbours than about us.
OTHER_CPU_MAX = 0.3


def tree_cpu_s(root: int) -> float:
    """Return the user + system seconds of a process, its living descendants and dead children.

    Linux only (0.0 elsewhere); a process that ends meanwhile counts through its parent.
    """
    ticks = 0
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (OSError, IndexError):
            continue
        pid = int(entry.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        used[pid] = sum(int(value) for value in fields[11:15])
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        ticks += used.get(pid, 0)
        waiting += children.get(pid, [])
    return ticks / os.sysconf("SC_CLK_TCK") if used else 0.0


def rss_mb(pid: int) -> float | None:
    """Return the resident memory of a process in MB, or None where /proc is missing."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _machine_cpu_s() -> float | None:
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    machine_s: float | None
    ours_s: float


def _read() -> _Reading:
    return _Reading(time.monotonic(), _machine_cpu_s(), tree_cpu_s(os.getpid()))


class HostWatch:
    """Watches the machine from its making until `stop()`."""

    def __init__(self) -> None:
        self._before = _read()
        self._load_before = _load()

    def stop(self) -> dict[str, Any]:
        """Return the document's `host`; `other_cpu` is cores used by others, None if unknown."""
        after = _read()
        other: float | None = None
        if after.machine_s is not None and self._before.machine_s is not None:
            seconds = max(0.001, after.at - self._before.at)
            machine = after.machine_s - self._before.machine_s
            ours = after.ours_s - self._before.ours_s
            other = round(max(0.0, machine - ours) / seconds, 2)
        return {
            "cores": os.cpu_count(),
            "cpu": _cpu_name(),
            "python": platform.python_version(),
            "load_before": self._load_before,
            "load_after": _load(),
            "other_cpu": other,
        }


def product_version() -> str:
    """Return the installed version of FinNami."""
    try:
        return metadata.version("finnami")
    except metadata.PackageNotFoundError:
        return "unknown"


def commit() -> str:
    """Return the checkout's commit, or "unknown" outside a checkout."""
    git = Path(__file__).resolve().parents[3] / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        return (git / head.removeprefix("ref: ")).read_text().strip()
    except OSError:
        return "unknown"
