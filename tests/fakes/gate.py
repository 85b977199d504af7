"""The gate in memory: sessions, limits and tombstones as Redis would keep them, on a fake clock."""

import math
from typing import Any

from app.core.gate import SESSION_TTL_S, TOMBSTONE, GateAnswer, GateUnavailableError, RateAnswer
from app.core.gate_scripts import RateLimit
from tests.fakes.clock import FakeClock


class FakeGate:
    """Set `away` to make every call fail as if Redis did not answer; `flush()` empties it."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._tat: dict[str, float] = {}
        self._sessions: dict[tuple[str, str], tuple[bytes, float]] = {}
        self.away = False
        self.available = True

    def flush(self) -> None:
        self._tat.clear()
        self._sessions.clear()

    def _here(self) -> float:
        if self.away:
            raise GateUnavailableError
        return self._clock.monotonic()

    def _session(self, key: tuple[str, str]) -> bytes | None:
        value, until = self._sessions.get(key, (b"", 0.0))
        return value if until > self._clock.monotonic() else None

    async def check(
        self, user_id: str, session_id: str, limit: RateLimit, *, cache_key: str | None = None
    ) -> GateAnswer:
        self._here()
        rate = await self.rate_limit(f"user:{user_id}", limit)
        value = self._session((user_id, session_id))
        return GateAnswer(value, rate.allowed, rate.retry_after_s, rate.remaining, None)

    async def rate_limit(self, key: str, limit: RateLimit) -> RateAnswer:
        now = self._here()
        planned = {}
        wait, left = 0.0, limit.burst
        for index, name in enumerate(limit.names):
            step, burst = limit.args[2 * index] / 1_000_000, limit.args[2 * index + 1]
            tat = max(self._tat.get(f"{key}:{name}", 0.0), now) + step
            wait = max(wait, tat - step * burst - now)
            left = min(left, int((step * burst - (tat - now)) // step))
            planned[f"{key}:{name}"] = tat
        if wait > 1e-9:
            return RateAnswer(False, math.ceil(wait), 0)
        self._tat.update(planned)
        return RateAnswer(True, 0, left)

    async def eval(self, script: object, keys: list[str], args: list[Any]) -> int:
        """Two programs come from outside the gate: one refunds a call, one replaces a session."""
        now = self._here()
        if len(args) == 1:
            key = keys[0].removeprefix("{rl:").replace("}:", ":", 1)
            self._tat[key] = max(self._tat.get(key, 0.0) - args[0] / 1_000_000, now)
            return 1
        value, tombstone, ttl_s = args
        user_id, session_id = keys[0].removeprefix("{u:").split("}:sess:")
        if self._session((user_id, session_id)) == tombstone:
            return 0
        self._sessions[user_id, session_id] = (value, now + ttl_s)
        return 1

    async def forget_limit(self, key: str, limit: RateLimit) -> None:
        self._here()
        for name in limit.names:
            self._tat.pop(f"{key}:{name}", None)

    async def refill_session(
        self, user_id: str, session_id: str, value: bytes, *, ttl_s: int = SESSION_TTL_S
    ) -> bytes:
        now = self._here()
        there = self._session((user_id, session_id))
        if there is not None:
            return there
        self._sessions[user_id, session_id] = (value, now + ttl_s)
        return value

    async def revoke_session(self, user_id: str, session_id: str) -> None:
        now = self._here()
        self._sessions[user_id, session_id] = (TOMBSTONE, now + SESSION_TTL_S)
