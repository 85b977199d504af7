"""The gate: session allow-list, rate limits and cached answers in one Redis round trip.

Loss of everything in here is harmless: values are refilled from the database.
The slow paths (streams, the job queue) use app/core/redis.py instead.
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Self

from app.core.breaker import Breaker
from app.core.errors import UnavailableError
from app.core.gate_scripts import CHECK, LIMIT, RateLimit, Script
from app.core.redis_wire import (
    CALL_TIMEOUT_S,
    Address,
    Argument,
    CommandRefusedError,
    Reply,
    Wire,
    WireError,
    WireTimeoutError,
    run_id_of,
)

SESSION_TTL_S = 15 * 60
TOMBSTONE = b"revoked"

# Repeating these changes nothing, so they alone survive a lost connection.
_READS = frozenset({"GET", "MGET", "EXISTS", "TTL", "PTTL", "PING", "STRLEN", "TIME"})
# Refusals that pass by themselves: the server is away, not the program wrong.
_PASSING = (
    "LOADING",
    "BUSY",
    "OOM",
    "READONLY",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "MISCONF",
)


class GateUnavailableError(UnavailableError):
    """Redis did not answer in time; the command may or may not have run."""

    code = "gate_unavailable"
    title = "The service is briefly unavailable"


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """Whether a call may go on; `retry_after_s` is 0 when it may."""

    allowed: bool
    retry_after_s: int
    remaining: int


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What one check of a login session brought.

    `session_value` is None when the gate does not know the session: ask the database and
    `refill_session`. `revoked` is the tombstone. `cached` is the stored answer of `cache_key`,
    given only when the session is known and the call is allowed.
    """

    session_value: bytes | None
    allowed: bool
    retry_after_s: int
    remaining: int
    cached: bytes | None

    @property
    def revoked(self) -> bool:
        """Tell whether the login session was ended."""
        return self.session_value == TOMBSTONE


class Gate:
    """One pipelined connection per process, made inside the running loop.

    Every call is bounded by `timeout_s` and raises GateUnavailableError when Redis does not
    answer; only reads are repeated. CommandRefusedError is a programming mistake.
    """

    def __init__(self, url: str, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._address = Address.parse(url)
        self._wire: Wire | None = None
        self._opening: asyncio.Task[Wire] | None = None
        self._breaker = Breaker()
        self._closed = False

    @classmethod
    async def connect(cls, url: str, *, timeout_s: float = CALL_TIMEOUT_S) -> Self:
        """Return a connected gate. Raises GateUnavailableError naming host and port."""
        gate = cls(url, timeout_s=timeout_s)
        try:
            gate._wire = await Wire.open(gate._address)
        except (WireError, CommandRefusedError) as error:
            raise GateUnavailableError(str(error)) from error
        return gate

    @property
    def available(self) -> bool:
        """Tell whether the breaker lets calls through (for /readyz and the gauges)."""
        return not self._breaker.open

    @property
    def run_now(self) -> str | None:
        """Return the server's run id if it is known for the present connection; no I/O."""
        wire = self._wire
        return wire.run_id if wire is not None and not wire.lost else None

    async def run_id(self) -> str:
        """Return the id of the server's present run; a restart or a failover changes it.

        Who keeps in Redis what must not fall back to an older state puts it into the key, and
        asks `run_now` again after the reply.
        """
        for _ in range(2):
            if self.run_now is None and (self._wire is None or self._wire.lost):
                await self.call("PING")
            wire = self._wire
            if wire is not None and wire.run_id is None:
                reply = await self.call("INFO", "server")
                assert isinstance(reply, bytes)  # noqa: S101 (INFO is text)
                wire.run_id = run_id_of(reply)
            if self.run_now is not None and wire is self._wire:
                return self.run_now
        raise GateUnavailableError("the connection to Redis changes")

    async def close(self) -> None:
        """Close the connection; calls in flight fail."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
        if self._wire is not None:
            self._wire.close()

    async def call(self, *command: Argument, timeout_s: float | None = None) -> Reply:
        """Send one command and return its reply (bytes, int, None or a list)."""
        timeout_s = timeout_s or self._timeout_s
        try:
            return await self._once(command, timeout_s)
        except WireTimeoutError as error:
            raise GateUnavailableError from error
        except WireError as error:
            if command[0] not in _READS:
                raise GateUnavailableError from error
        try:
            return await self._once(command, timeout_s)
        except WireError as error:
            raise GateUnavailableError from error

    async def _once(self, command: tuple[Argument, ...], timeout_s: float) -> Reply:
        loop = asyncio.get_running_loop()
        if not self._breaker.admit(loop.time()):
            raise GateUnavailableError
        try:
            wire = self._wire
            if wire is None or wire.lost:
                wire = await self._reopen()
            reply = await wire.send(command, timeout_s=timeout_s)
        except WireError:
            self._breaker.failure(loop.time())
            raise
        except CommandRefusedError as error:
            self._breaker.success()
            if str(error).startswith(_PASSING):
                raise GateUnavailableError from error
            raise
        except BaseException:
            # Cancelled, or a bad argument: it says nothing about the server.
            self._breaker.undecided()
            raise
        self._breaker.success()
        return reply

    async def _reopen(self) -> Wire:
        """Join the one attempt at a new connection, but wait no longer than a call may."""
        if self._closed:
            raise WireError("the gate is closed")
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(Wire.open(self._address))
            self._opening.add_done_callback(self._opened)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.shield(self._opening)
        except TimeoutError:
            raise WireTimeoutError("no connection to Redis in time") from None
        except CommandRefusedError as error:
            raise WireError(f"Redis refused the connection: {error}") from error

    def _opened(self, task: asyncio.Task[Wire]) -> None:
        if task.cancelled() or task.exception() is not None:
            return
        self._wire = task.result()
        if self._closed:
            self._wire.close()

    async def eval(self, script: Script, keys: list[str], args: list[Argument]) -> Reply:
        """Run a Lua program by its hash; a server that forgot it is sent the text once."""
        try:
            return await self.call("EVALSHA", script.sha, len(keys), *keys, *args)
        except CommandRefusedError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        return await self.call("EVAL", script.body, len(keys), *keys, *args)

    async def check(
        self, user_id: str, session_id: str, limit: RateLimit, *, cache_key: str | None = None
    ) -> GateAnswer:
        """Look up a login session, count one call and fetch a cached answer, in one trip."""
        keys = [_session_key(user_id, session_id)]
        keys += [f"{{u:{user_id}}}:rl:{name}" for name in limit.names]
        if cache_key is not None:
            keys.append(_cache_key(user_id, cache_key))
        reply = await self.eval(CHECK, keys, [len(limit.names), *limit.args])
        assert isinstance(reply, list)  # noqa: S101 (the program returns five values)
        session, ok, wait_us, left, body = reply
        rate = _rate_answer(ok, wait_us, left)
        return GateAnswer(
            session_value=session if isinstance(session, bytes) else None,
            allowed=rate.allowed,
            retry_after_s=rate.retry_after_s,
            remaining=rate.remaining,
            cached=body if isinstance(body, bytes) else None,
        )

    async def rate_limit(self, key: str, limit: RateLimit) -> RateAnswer:
        """Count one call of `key` (an address, an account, a device class) against a limit."""
        keys = [_limit_key(key, name) for name in limit.names]
        reply = await self.eval(LIMIT, keys, [*limit.args])
        assert isinstance(reply, list)  # noqa: S101 (the program returns three values)
        return _rate_answer(*reply)

    async def forget_limit(self, key: str, limit: RateLimit) -> None:
        """Forget what `key` used up (after a password reset)."""
        await self.call("DEL", *(_limit_key(key, name) for name in limit.names))

    async def refill_session(
        self, user_id: str, session_id: str, value: bytes, *, ttl_s: int = SESSION_TTL_S
    ) -> bytes:
        """Store what the database says of a session, unless something is there already.

        Returns the value that holds: a tombstone set meanwhile wins, so a slow reader cannot
        bring a revoked session back to life.
        """
        key = _session_key(user_id, session_id)
        there = await self.call("SET", key, value, "NX", "EX", ttl_s, "GET")
        return there if isinstance(there, bytes) else value

    async def revoke_session(self, user_id: str, session_id: str) -> None:
        """Put up the tombstone. Call it after the database has stored the revocation."""
        key = _session_key(user_id, session_id)
        await self.call("SET", key, TOMBSTONE, "EX", SESSION_TTL_S)

    async def cache_answer(self, user_id: str, cache_key: str, body: bytes, *, ttl_s: int) -> None:
        """Keep an answer for `check(cache_key=...)`."""
        await self.call("SET", _cache_key(user_id, cache_key), body, "EX", ttl_s)

    async def drop_answers(self, user_id: str, cache_keys: list[str]) -> None:
        """Forget cached answers of a user."""
        if cache_keys:
            await self.call("DEL", *(_cache_key(user_id, key) for key in cache_keys))


def _session_key(user_id: str, session_id: str) -> str:
    return f"{{u:{user_id}}}:sess:{session_id}"


def _cache_key(user_id: str, cache_key: str) -> str:
    return f"{{u:{user_id}}}:c:{cache_key}"


def _limit_key(key: str, name: str) -> str:
    return f"{{rl:{key}}}:{name}"


def _rate_answer(ok: Reply, wait_us: Reply, left: Reply) -> RateAnswer:
    assert isinstance(wait_us, int)  # noqa: S101 (numbers by the program's construction)
    assert isinstance(left, int)  # noqa: S101 - our own script
    return RateAnswer(allowed=ok == 1, retry_after_s=math.ceil(wait_us / 1_000_000), remaining=left)
