"""What a person may use: messages a minute, answers at once, cost a day; one Redis call.

Beside it stands what all people of the installation may cost in a day. The day's cost closes the
way outside only: what is answered here costs nothing. Answers under way when a cap is reached
still end, so a day may cost more than its cap by what those cost.
"""

import asyncio
from collections import deque
from datetime import date
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.gate import Gate, GateUnavailableError
from app.core.gate_scripts import Script
from app.core.redis_wire import Argument
from app.domains.chat.errors import TooManyMessagesError, TooManyTurnsError

MESSAGES: Final = 20
WINDOW_S: Final = 60
AT_ONCE: Final = 3
LEASE_S: Final = 100
"""A turn lasts 60 s, and 30 s to store it; a process that died holds its place no longer."""

DAY_S: Final = 2 * 86_400
_PEOPLE_MAX: Final = 10_000
_BUSY_WAIT_S: Final = 5

_RESERVE: Final = Script(
    """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local window, lease = tonumber(ARGV[4]) * 1000, tonumber(ARGV[6]) * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return {1, 0} end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  return {2, tonumber(first[2]) + window - now}
end
redis.call('ZADD', KEYS[1], now + lease, ARGV[1])
redis.call('PEXPIRE', KEYS[1], lease)
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('PEXPIRE', KEYS[2], window)
if tonumber(redis.call('GET', KEYS[3]) or 0) >= tonumber(ARGV[5]) then return {3, 0} end
return {0, 0}
"""
)
_SETTLE: Final = Script(
    """
redis.call('ZREM', KEYS[1], ARGV[1])
if tonumber(ARGV[2]) > 0 then
  redis.call('INCRBY', KEYS[2], ARGV[2])
  redis.call('EXPIRE', KEYS[2], ARGV[3])
end
return 1
"""
)
# A script of its own: a person's keys lie together, and this one does not lie with them.
_SPEND: Final = Script(
    """
local spent = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return spent
"""
)
log = structlog.get_logger(__name__)


class Budgets:
    """Counts in Redis. Without it each process counts for itself, and only messages and turns."""

    def __init__(
        self, gate: Gate, clock: Clock, *, day_cap_micro: int, total_cap_micro: int
    ) -> None:
        self._gate = gate
        self._clock = clock
        self._day_cap_micro = day_cap_micro
        self._total_cap_micro = total_cap_micro
        self._open: dict[str, set[str]] = {}
        self._sent: dict[str, deque[float]] = {}

    async def reserve(self, owner: str, turn_id: str) -> bool:
        """Count a message and take a place; True when it may cost something.

        False when the day's budget of hers or of the installation is used up, or only this
        process could count it. Raises TooManyTurnsError, TooManyMessagesError.
        """
        today = self._clock.now().date()
        args: list[Argument] = [turn_id, AT_ONCE, MESSAGES, WINDOW_S, self._day_cap_micro, LEASE_S]
        try:
            # Both are written at once; the second answer comes with the first.
            reply, spent = await asyncio.gather(
                self._gate.eval(_RESERVE, [_open(owner), _sent(owner), _day(owner, today)], args),
                self._gate.call("GET", _total(today)),
            )
        except GateUnavailableError:
            self._reserve_here(owner, turn_id)
            return False
        assert isinstance(reply, list)  # noqa: S101 - two numbers, by _RESERVE
        why, wait_ms = reply
        assert isinstance(wait_ms, int)  # noqa: S101 - by _RESERVE
        if why == 1:
            raise TooManyTurnsError(retry_after_s=_BUSY_WAIT_S)
        if why == 2:
            raise TooManyMessagesError(retry_after_s=max(1, -(-wait_ms // 1000)))
        assert spent is None or isinstance(spent, bytes)  # noqa: S101 - GET's reply
        return why == 0 and int(spent or 0) < self._total_cap_micro

    async def settle(self, owner: str, turn_id: str, *, cost_micro: int = 0) -> None:
        """Give the place back and count what the turn cost; repeating it would count it twice."""
        turns = self._open.get(owner)
        if turns is not None:
            turns.discard(turn_id)
            if not turns:
                del self._open[owner]
        today = self._clock.now().date()
        keys = [_open(owner), _day(owner, today)]
        try:
            await self._gate.eval(_SETTLE, keys, [turn_id, cost_micro, DAY_S])
            if cost_micro > 0:
                await self._spend(today, cost_micro)
        except GateUnavailableError:
            # The place expires by itself; an embedded answer cost nothing.
            return

    async def _spend(self, today: date, cost_micro: int) -> None:
        spent = await self._gate.eval(_SPEND, [_total(today)], [cost_micro, DAY_S])
        assert isinstance(spent, int)  # noqa: S101 - by _SPEND
        # Whoever passes the cap tells it, so it is told once a day.
        if spent - cost_micro < self._total_cap_micro <= spent:
            log.warning("chat_total_cap_reached", cap_micro=self._total_cap_micro)

    def _reserve_here(self, owner: str, turn_id: str) -> None:
        now = self._clock.monotonic()
        sent = self._sent.setdefault(owner, deque())
        while sent and sent[0] <= now - WINDOW_S:
            sent.popleft()
        if len(self._open.get(owner, ())) >= AT_ONCE:
            raise TooManyTurnsError(retry_after_s=_BUSY_WAIT_S)
        if len(sent) >= MESSAGES:
            raise TooManyMessagesError(retry_after_s=max(1, int(sent[0] + WINDOW_S - now) + 1))
        sent.append(now)
        self._open.setdefault(owner, set()).add(turn_id)
        if len(self._sent) > _PEOPLE_MAX:
            self._sent.pop(next(iter(self._sent)))


def _open(owner: str) -> str:
    return f"{{u:{owner}}}:chat:open"


def _sent(owner: str) -> str:
    return f"{{u:{owner}}}:chat:sent"


def _day(owner: str, day: date) -> str:
    return f"{{u:{owner}}}:chat:day:{day:%Y%m%d}"


def _total(day: date) -> str:
    return f"chat:day:{day:%Y%m%d}"
