"""The gate's circuit breaker: a server that is away is asked once a second, not by every call."""

BREAKER_FAILURES = 5
BREAKER_OPEN_S = 1.0


class Breaker:
    """Stops asking a dead server: open after 5 failures, one probe after each second."""

    def __init__(self) -> None:
        self.failures = 0
        self._closed_at = 0.0
        self._probing = False

    @property
    def open(self) -> bool:
        """Tell whether calls are refused at once."""
        return self.failures >= BREAKER_FAILURES

    def admit(self, now: float) -> bool:
        """Tell whether a call may go to the server now."""
        if not self.open:
            return True
        if now < self._closed_at or self._probing:
            return False
        self._probing = True
        return True

    def success(self) -> None:
        """Note an answer."""
        self.failures = 0
        self._probing = False

    def failure(self, now: float) -> None:
        """Note a call without an answer."""
        self.failures += 1
        self._closed_at = now + BREAKER_OPEN_S
        self._probing = False

    def undecided(self) -> None:
        """Note a call that says nothing about the server."""
        self._probing = False
