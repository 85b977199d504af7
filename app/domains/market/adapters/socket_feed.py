"""One websocket to a provider, kept up: greet, subscribe, read, and come back when it is lost."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Protocol

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from app.core.clock import Clock
from app.domains.market.adapters.rest import REFUSALS, THROTTLES, Rest, RestAwayError
from app.domains.market.adapters.wire_words import MalformedMessageError, ThrottledError
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import FeedCounts, Tick
from app.domains.market.rules.backoff import backoff_s

OPEN_TIMEOUT_S = 10.0
GREETING_TIMEOUT_S = 10.0
PING_S = 20.0
MAX_MESSAGE_BYTES = 1024 * 1024
THROTTLED_AT_LEAST_S = 10.0
LOST = (OSError, WebSocketException, TimeoutError, EOFError)

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]
Chance = Callable[[], float]


class Talk:
    """What a dialect may do with a fresh connection, each step bounded in time."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def say(self, message: object) -> None:
        """Send one JSON message."""
        async with asyncio.timeout(GREETING_TIMEOUT_S):
            await self._socket.send(json.dumps(message))

    async def hear(self) -> str | bytes:
        """Return the next message."""
        async with asyncio.timeout(GREETING_TIMEOUT_S):
            return await self._socket.recv()


class Dialect(Protocol):
    """What differs between providers."""

    name: str
    quiet_s: float | None
    """Seconds without any message after which the connection counts as dead; None: pings tell."""

    def address(self) -> tuple[str, dict[str, str]]:
        """Return the websocket address and its headers."""
        ...

    async def greet(self, talk: Talk) -> None:
        """Sign in and subscribe. Raises FeedRefusedError, ThrottledError."""
        ...

    def read(self, message: str | bytes, received_at: datetime) -> tuple[Tick, ...]:
        """Return the ticks of one message; may raise what `greet` raises, or a malformed one."""
        ...

    def rest(self) -> Rest:
        """Return the REST side."""
        ...

    async def latest(self, rest: Rest, received_at: datetime) -> tuple[Tick, ...]:
        """Return the newest trade of each symbol: what a gap may have swallowed."""
        ...


class SocketFeed:
    """Ticks of one provider. Lost connections are made again, later and later; a refusal is not."""

    def __init__(
        self, dialect: Dialect, clock: Clock, *, chance: Chance, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.name = dialect.name
        self.counts = FeedCounts()
        self._dialect = dialect
        self._clock = clock
        self._chance = chance
        self._sleep = sleep
        self._failures = 0

    async def ticks(self) -> AsyncIterator[tuple[Tick, ...]]:
        """Yield ticks until cancelled. Raises FeedRefusedError when trying again cannot help."""
        while True:
            at_least_s = 0.0
            try:
                async for batch in self._connected():
                    yield batch
                reason = "closed"
            except ThrottledError as error:
                self.counts.rate_limited += 1
                reason, at_least_s = f"throttled: {error}", error.wait_s or THROTTLED_AT_LEAST_S
            except InvalidStatus as error:
                reason, at_least_s = self._judged(error.response.status_code)
            except MalformedMessageError as error:
                self.counts.malformed += 1
                reason = f"greeting: {error}"
            except LOST as error:
                # Never the text of the error: an address with a key may be part of it.
                reason = type(error).__name__
            self._failures += 1
            wait_s = max(at_least_s, backoff_s(self._failures, self._chance()))
            log.warning("feed_lost", feed=self.name, reason=reason, again_in_s=round(wait_s, 1))
            await self._sleep(wait_s)

    def _judged(self, status: int) -> tuple[str, float]:
        if status in REFUSALS:
            raise FeedRefusedError(f"{self.name} refuses the key (HTTP {status})")
        if status in THROTTLES:
            self.counts.rate_limited += 1
            return f"throttled: HTTP {status}", THROTTLED_AT_LEAST_S
        return f"HTTP {status}", 0.0

    async def _connected(self) -> AsyncIterator[tuple[Tick, ...]]:
        """Yield the ticks of one connection until it ends."""
        address, headers = self._dialect.address()
        async with connect(
            address,
            additional_headers=headers,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=1.0,
            max_size=MAX_MESSAGE_BYTES,
        ) as socket:
            await self._dialect.greet(Talk(socket))
            self.counts.connections += 1
            log.info("feed_connected", feed=self.name, connections=self.counts.connections)
            # After the subscription: what is traded meanwhile waits in the socket, so that
            # between the filled gap and the stream nothing is missed.
            if gap := await self._filled():
                yield gap
            async for batch in self._read(socket):
                yield batch

    async def _read(self, socket: ClientConnection) -> AsyncIterator[tuple[Tick, ...]]:
        while True:
            async with asyncio.timeout(self._dialect.quiet_s):
                message = await socket.recv()
            self._failures = 0
            self.counts.messages += 1
            try:
                batch = self._dialect.read(message, self._clock.now())
            except MalformedMessageError:
                self.counts.malformed += 1
                continue
            if batch:
                self.counts.ticks += len(batch)
                yield batch

    async def _filled(self) -> tuple[Tick, ...]:
        """Return the newest trades over REST; without them the stream still goes on.

        A refusal here is not the end: plans differ between stream and REST, and a wrong key
        is refused by the stream itself.
        """
        batch: tuple[Tick, ...] = ()
        try:
            async with self._dialect.rest() as rest:
                batch = await self._dialect.latest(rest, self._clock.now())
        except ThrottledError as error:
            self.counts.rate_limited += 1
            log.warning("feed_gap_left", feed=self.name, reason=f"throttled: {error}")
        except (RestAwayError, MalformedMessageError, FeedRefusedError) as error:
            log.warning("feed_gap_left", feed=self.name, reason=str(error))
        self.counts.filled += len(batch)
        return batch
