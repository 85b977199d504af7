"""Files that name a running child, so that the next start can end one that was left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LINUX = sys.platform.startswith("linux")


def start_time(pid: int) -> str | None:
    """Return when the process started, in the system's own words; None when it is gone.

    A pid alone is not enough: the system gives it to somebody else.
    """
    if LINUX:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return None
        state, *fields = stat.rpartition(")")[2].split()
        return None if state == "Z" else fields[18]
    listed = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5
    )
    return listed.stdout.strip() or None


def rss_mb(pid: int) -> float | None:
    """Return the memory a process holds, in MB; None when it cannot be told."""
    if not LINUX:
        return None
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def write(file: Path, pid: int) -> None:
    """Note a child that was just started."""
    file.write_text(json.dumps({"pid": pid, "start": start_time(pid)}), encoding="utf-8")


def end_stale(file: Path, *, grace_s: float = 10.0) -> bool:
    """End the child that `file` names when it is still that very process; tell if it was."""
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        pid, start = int(noted["pid"]), noted["start"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    file.unlink(missing_ok=True)
    if start is None or start_time(pid) != start:
        return False
    deadline = time.monotonic() + grace_s
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while start_time(pid) == start:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
    return True
