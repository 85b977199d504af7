"""Whether a server that runs still answers: asked from time to time, never waited for."""

import threading
import time
from collections.abc import Callable

EVERY_S = 5.0
# Far above the longest single operation that was measured (3 s): a busy server is not a dead one.
PATIENCE_S = 60.0


class Watch:
    """Asks `answers` in a thread and tells how long it has brought no yes.

    The embedded database can come to a stop without ending: a client killed in the middle of a
    transaction left it so now and then. Nothing but an end and a new start helps, and with its
    synced log that loses nothing.
    """

    def __init__(
        self,
        answers: Callable[[], bool],
        *,
        every_s: float = EVERY_S,
        patience_s: float = PATIENCE_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answers = answers
        self._every_s, self._patience_s, self._now = every_s, patience_s, now
        self._asking: threading.Thread | None = None
        self._asked_at = self._answered_at = now()

    def begin(self) -> None:
        """Count from now: the server has just become ready."""
        self._asked_at = self._answered_at = self._now()

    def silent(self) -> bool:
        """Ask again when it is time; tell whether the patience is at its end."""
        now = self._now()
        idle = self._asking is None or not self._asking.is_alive()
        if idle and now - self._asked_at >= self._every_s:
            self._asked_at = now
            self._asking = threading.Thread(target=self._ask, name="watch", daemon=True)
            self._asking.start()
        return now - self._answered_at > self._patience_s

    def _ask(self) -> None:
        try:
            if self._answers():
                self._answered_at = self._now()
        except Exception:  # noqa: BLE001 - whatever it is, it was no answer
            return
