"""Running commands for people: one line before, the output on failure, a clear refusal."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tools.cache import ROOT


class RefusedError(Exception):
    """Something is missing on this machine; the text says what to do about it."""


def say(text: str) -> None:
    """Print one line at once."""
    print(f"-- {text}", flush=True)


def run(
    *command: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, what: str = ""
) -> None:
    """Run a command quietly; on failure print its output and raise RefusedError."""
    started = time.monotonic()
    if what:
        say(what)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        sys.stdout.write(done.stdout[-20_000:])
        raise RefusedError(f"failed with code {done.returncode}: {' '.join(command)[:300]}")
    if what:
        say(f"{what}: done in {time.monotonic() - started:.0f} s")
