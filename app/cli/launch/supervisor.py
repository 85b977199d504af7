"""Keeps a list of children running in order, until told to stop."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from app.cli.launch.child import Child, Program

TICK_S = 0.05
STOP_GRACE_S = 25.0
TRIM_EVERY_S = 60.0


class Supervisor:
    """Starts programs after what they need, restarts what dies, stops in reverse order."""

    def __init__(self, programs: list[Program], folder: Path, say: Callable[[str], None]) -> None:
        self.children = [Child(program, folder, say) for program in programs]
        self._by_name = {child.program.name: child for child in self.children}
        self._say = say
        self._stop_asked = 0

    def run(self, on_change: Callable[[list[Child]], None]) -> None:
        """Run until a SIGTERM or SIGINT; `on_change` is called when a child's state changed.

        Raises LaunchError when a child cannot be kept running. Either way every child is
        ended before this returns.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        try:
            for child in self.children:
                child.end_stale()
            self._watch(on_change)
        finally:
            self._stop_all()

    def _watch(self, on_change: Callable[[list[Child]], None]) -> None:
        seen: list[tuple[object, ...]] = []
        trim_at = time.monotonic() + TRIM_EVERY_S
        while not self._stopping():
            for child in self.children:
                needs = child.program.needs
                child.tick(may_start=all(self._by_name[name].up for name in needs))
                if self._stopping():
                    return
            now = [(child.state, child.pid) for child in self.children]
            if now != seen:
                seen = list(now)
                on_change(self.children)
            if time.monotonic() > trim_at:
                trim_at = time.monotonic() + TRIM_EVERY_S
                for child in self.children:
                    child.trim_log()
            time.sleep(TICK_S)

    def _stopping(self) -> bool:
        return self._stop_asked > 0

    def _stop_all(self) -> None:
        for child in reversed(self.children):
            # A second Ctrl-C means now.
            child.stop(STOP_GRACE_S if self._stop_asked < 2 else 0.5)

    # The signature of a signal's handler.
    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._stop_asked += 1
        if self._stop_asked == 1:
            self._say("stopping")
