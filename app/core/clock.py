"""Time as an argument, so that tests and replays can hold it still."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where now comes from."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clock, in whole milliseconds: what MongoDB stores and gives back."""

    def now(self) -> datetime:
        """Return the present moment, cut to milliseconds."""
        at = datetime.now(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """Return the monotonic clock in seconds."""
        return time.monotonic()
