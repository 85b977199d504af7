"""One pipelined Redis connection: all commands of a loop tick leave in one write.

The order of replies is the only thing that says whose reply it is, so three rules hold:
a command is packed before its place in the queue is taken (a bad argument must not shift
every later reply to the wrong caller); a call that was cancelled or timed out keeps its
place and its reply is dropped; a lost connection fails everything in flight.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote, urlsplit

import hiredis

Argument = str | bytes | int | float
Reply = bytes | int | None | list["Reply"]

CONNECT_TIMEOUT_S = 1.0
CALL_TIMEOUT_S = 0.05
# Overdue calls are looked for this often: a timer for each call would cost more than a call.
_WATCH_S = 0.025
# A server that answers nothing for so long is gone, whatever its socket says.
SILENCE_S = 1.0
IN_FLIGHT_MAX = 20_000


_NOTHING_YET = object()


class WireError(Exception):
    """The connection could not be made or was lost; commands in flight may have run."""


class WireTimeoutError(WireError):
    """No reply in time; the command may have run."""


class CommandRefusedError(Exception):
    """Redis answered with an error; the message starts with its code."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Redis is: redis://[user:password@]host:port/db, or rediss:// for TLS."""

    host: str
    port: int
    db: int
    user: str
    password: str
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read a Redis URL. Raises ValueError naming what is wrong, never the password."""
        parts = urlsplit(url)
        if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
            raise ValueError("a Redis URL looks like redis://host:6379/0 or rediss://host:6379/0")
        path = parts.path.strip("/")
        if path and not path.isdigit():
            raise ValueError(f"the database of a Redis URL is a number, not {path!r}")
        return cls(
            host=parts.hostname,
            port=parts.port or 6379,
            db=int(path or 0),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "rediss",
        )

    def greeting(self) -> Iterator[tuple[Argument, ...]]:
        """Yield the commands that every new connection begins with."""
        if self.password:
            yield ("AUTH", self.user, self.password) if self.user else ("AUTH", self.password)
        if self.db:
            yield ("SELECT", self.db)
        yield ("PING",)


class Wire(asyncio.Protocol):
    """A connection and its queue of waiting callers. Bound to the loop that made it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reader = hiredis.Reader(notEnoughData=_NOTHING_YET)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[asyncio.Future[Reply], float]] = deque()
        self._outgoing: list[bytes] = []
        self._flush_set = False
        self._watch: asyncio.TimerHandle | None = None
        self.lost = False
        self.run_id: str | None = None

    @classmethod
    async def open(cls, address: Address) -> "Wire":
        """Connect and greet. Raises WireError, or CommandRefusedError for a wrong password."""
        loop = asyncio.get_running_loop()
        context = ssl.create_default_context() if address.tls else None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, wire = await loop.create_connection(
                    lambda: cls(loop), address.host, address.port, ssl=context
                )
        except (OSError, TimeoutError) as error:
            raise WireError(f"no Redis at {address.host}:{address.port}") from error
        try:
            await asyncio.gather(
                *(wire.send(command, timeout_s=SILENCE_S) for command in address.greeting())
            )
        except BaseException:
            wire.close()
            raise
        return wire

    def send(
        self, command: tuple[Argument, ...], *, timeout_s: float = CALL_TIMEOUT_S
    ) -> asyncio.Future[Reply]:
        """Queue one command and return the future of its reply.

        Raises TypeError for an argument that is no text, bytes or number, before anything is
        queued; WireError when the connection is gone or its queue is full.
        """
        packed = hiredis.pack_command(command)  # type: ignore[arg-type]  # its stub means one item
        if self.lost:
            raise WireError("the connection to Redis is lost")
        if len(self._waiting) >= IN_FLIGHT_MAX:
            raise WireError("too many commands wait for Redis")
        future: asyncio.Future[Reply] = self._loop.create_future()
        self._waiting.append((future, self._loop.time() + timeout_s))
        self._outgoing.append(packed)
        if not self._flush_set:
            self._flush_set = True
            self._loop.call_soon(self._flush)
        if self._watch is None:
            self._watch_later()
        return future

    def _flush(self) -> None:
        self._flush_set = False
        if self._transport is not None and self._outgoing and not self.lost:
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def _watch_later(self) -> None:
        self._watch = self._loop.call_later(_WATCH_S, self._expire, self._loop.time() + _WATCH_S)

    def _expire(self, expected_at: float) -> None:
        """Time out the calls that waited too long; their places stay."""
        self._watch = None
        now = self._loop.time()
        if now - expected_at > _WATCH_S:
            # Our own loop stood still: the replies may lie in the socket unread.
            self._watch_later()
            return
        if self._waiting and now - self._waiting[0][1] > SILENCE_S:
            self._lose(WireTimeoutError("Redis stopped answering"))
            return
        for future, deadline in self._waiting:
            if deadline <= now and not future.done():
                future.set_exception(WireTimeoutError("Redis did not answer in time"))
        if self._waiting:
            self._watch_later()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (called by the loop)."""
        # uvloop's transport is one by duck typing only, so an isinstance check would refuse it.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand each reply to the caller whose turn it is (called by the loop)."""
        try:
            self._reader.feed(data)
            reply = self._reader.gets()
            while reply is not _NOTHING_YET:
                self._settle(reply)
                reply = self._reader.gets()
        except (hiredis.ProtocolError, IndexError) as error:
            # After one unreadable or unasked-for reply nothing says whose the next one is.
            self._lose(WireError(f"Redis sent something unreadable: {type(error).__name__}"))

    def _settle(self, reply: object) -> None:
        if isinstance(reply, hiredis.PushNotification):
            return
        future, _ = self._waiting.popleft()
        if future.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            future.set_exception(CommandRefusedError(str(reply)))
        else:
            # What a command answers is known to who sent it, not to this queue of futures.
            future.set_result(reply)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail all in flight (called by the loop)."""
        self._lose(WireError("the connection to Redis was lost"), cause=exc)

    def _lose(self, error: WireError, *, cause: Exception | None = None) -> None:
        self.lost = True
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._outgoing.clear()
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                # One instance each: a shared one would collect everybody's traceback.
                mine = type(error)(*error.args)
                mine.__cause__ = cause
                future.set_exception(mine)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection; whoever still waits gets WireError."""
        self._lose(WireError("the connection to Redis is closed"))


def run_id_of(info: bytes) -> str | None:
    """Return the run id in a reply to INFO server; None when the server names none."""
    for line in info.decode("ascii", "replace").splitlines():
        if line.startswith("run_id:"):
            return line.removeprefix("run_id:").strip()
    return None
