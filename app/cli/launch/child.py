"""One supervised program: what it is, the state it is in, and when it may start again."""

import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.cli.launch import pidfile, process
from app.cli.launch.errors import LaunchError
from app.cli.launch.watch import Watch

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
CALM_S = 60.0
"""Alive that long, a child's earlier deaths are forgotten."""

DEATHS_MAX = 5
LOG_LIMIT_BYTES = 20 * 1024 * 1024


def _nothing() -> None:
    return None


class State(StrEnum):
    """Where a child stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, after what, and how to tell that it works."""

    name: str
    argv: Callable[[], list[str]]
    ready: Callable[[], bool]
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = _nothing
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    ready_timeout_s: float = 120.0
    once: bool = False
    """Runs to its end, which must be exit code 0, and is not started again."""

    watch: Watch | None = None
    """Tells while it runs whether it hangs; then it is ended and started again."""

    optional: bool = False
    """A `once` program whose failure is reported and does not stop the rest."""


class Child:
    """A program and its present process; the supervisor calls `tick` all the time."""

    def __init__(self, program: Program, folder: Path, say: Callable[[str], None]) -> None:
        self.program = program
        self.state = State.WAITING
        self.restarts = 0
        self.log = folder / "logs" / f"{program.name}.log"
        self._pid_file = folder / "run" / f"{program.name}.pid"
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=DEATHS_MAX)
        self._started_at = 0.0
        self._start_after = 0.0

    @property
    def up(self) -> bool:
        """Tell whether what needs this child may start."""
        return self.state in (State.READY, State.DONE)

    @property
    def pid(self) -> int | None:
        """The pid of the running process."""
        return self._process.pid if self._process is not None else None

    def status(self) -> dict[str, object]:
        """Return one line of `--json-status`."""
        return {
            "name": self.program.name,
            "state": self.state.value,
            "pid": self.pid,
            "port": self.program.port,
            "rss_mb": pidfile.rss_mb(self.pid) if self.pid is not None else None,
            "restarts": self.restarts,
        }

    def end_stale(self) -> None:
        """End a process that an earlier run left behind."""
        if pidfile.end_stale(self._pid_file):
            self._say(f"{self.program.name} of an earlier run was still there; ended it")

    def tick(self, *, may_start: bool) -> None:
        """Start, watch or start again, whichever is due.

        Raises LaunchError after five deaths within a minute, or when a program that must
        succeed fails; the message ends with the last lines of its log.
        """
        now = time.monotonic()
        if self._process is None:
            if self.state is State.WAITING and may_start and now >= self._start_after:
                self._start(now)
            return
        code = self._process.poll()
        if code is not None:
            self._ended(code, now)
        elif self.state is State.READY:
            if now - self._started_at > CALM_S:
                self._deaths.clear()
            self._end_when_hung()
        elif not self.program.once and self.program.ready():
            self.state = State.READY
            if self.program.watch is not None:
                self.program.watch.begin()
        elif now - self._started_at > self.program.ready_timeout_s:
            self._say(f"{self.program.name} is not ready after {now - self._started_at:.0f} s")
            self._process.kill()

    def stop(self, grace_s: float) -> None:
        """End the process, politely at first."""
        if self._process is not None:
            process.stop(self._process, grace_s=grace_s)
            self._forget()

    def trim_log(self) -> None:
        """Keep one old part of a log that has grown beyond its limit."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            # The child appends, so it goes on at the new end, which is zero.
            self.log.open("r+b").truncate(0)

    def _start(self, now: float) -> None:
        self.trim_log()
        try:
            self.program.prepare()
            argv = self.program.argv()
        except process.ChildFailedError as error:
            raise LaunchError(f"{error}; see {self.log.parent}") from error
        self._process = process.start(argv, log=self.log, settings=self.program.settings)
        pidfile.write(self._pid_file, self._process.pid)
        self._started_at = now
        self.state = State.STARTING

    def _end_when_hung(self) -> None:
        watch = self.program.watch
        if self._process is not None and watch is not None and watch.silent():
            self._say(f"{self.program.name} runs but does not answer; ending it")
            self._process.kill()

    def _forget(self) -> None:
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def _ended(self, code: int, now: float) -> None:
        name = self.program.name
        self._forget()
        if self.program.once:
            self.state = State.DONE
            if code != 0 and not self.program.optional:
                raise LaunchError(f"{name} failed (code {code}){self._last_lines()}")
            if code != 0:
                self._say(f"{name} failed (code {code}); see {self.log}")
            return
        self._deaths.append(now)
        if len(self._deaths) == DEATHS_MAX and now - self._deaths[0] < CALM_S:
            raise LaunchError(f"{name} died {DEATHS_MAX} times in a minute{self._last_lines()}")
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (len(self._deaths) - 1))
        self._start_after = now + pause_s
        self.restarts += 1
        self.state = State.WAITING
        self._say(f"{name} ended ({_cause(code)}); starting it again in {pause_s:.1f} s")

    def _last_lines(self) -> str:
        lines = process.last_lines(self.log, 40)
        return f"; the end of {self.log}:\n" + "\n".join(f"  {line}" for line in lines)


def _cause(code: int) -> str:
    return f"code {code}" if code >= 0 else f"signal {-code}"
