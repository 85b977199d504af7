"""The time left for the present request or job, carried down to every outside call."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Bound everything inside to `seconds` from now; an earlier outer deadline still holds."""
    outer = _deadline.get()
    at = time.monotonic() + seconds
    token = _deadline.set(at if outer is None else min(at, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def time_left(default_s: float) -> float:
    """Return the seconds left, at most `default_s`, at least 1 ms."""
    at = _deadline.get()
    if at is None:
        return default_s
    return max(0.001, min(default_s, at - time.monotonic()))
