"""Start one program tied to this process's life, and stop it within a limit."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

from app.core.config import child_environment

GUARD = Path(__file__).with_name("guard.py")


class ChildFailedError(Exception):
    """A child ended, or did not become ready in time; the text is one line for a person."""


def start(
    argv: list[str],
    *,
    log: Path,
    settings: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv`, output appended to `log`, in a session of its own.

    The session keeps a Ctrl-C of the terminal away from the child: the supervisor alone
    decides the order in which things stop.
    """
    guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*guard, *argv],
            stdin=subprocess.DEVNULL if sys.platform == "linux" else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=child_environment(dict(settings or {})),
            cwd=cwd,
            start_new_session=True,
        )


def stop(child: subprocess.Popen[bytes], *, grace_s: float = 25.0) -> int:
    """End a child with SIGTERM, after `grace_s` with SIGKILL; return its exit code."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=grace_s)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait(timeout=10)


def wait_until_ready(
    child: subprocess.Popen[bytes], ready: Callable[[], bool], *, name: str, timeout_s: float
) -> None:
    """Return when `ready()` says so.

    Raises ChildFailedError when the child ends first or `timeout_s` passes.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        code = child.poll()
        if code is not None:
            raise ChildFailedError(f"{name} ended with code {code} before it was ready")
        if time.monotonic() > deadline:
            raise ChildFailedError(f"{name} was not ready after {timeout_s:.0f} s")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Tell whether something accepts connections on the loopback port; cheap to ask often."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def packaged_file(distribution: str, name: str) -> Path | None:
    """Return the file `name` that an installed distribution carries, without importing it."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.stem == name or file.name == name:
            path = Path(str(file.locate())).resolve()
            if path.is_file():
                return path
    return None


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log file, at most `count`, read from its last 64 KiB."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 65_536))
            return stream.read().decode("utf-8", "replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
