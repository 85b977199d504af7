"""Reads an event stream from a bare socket and notes when each event came."""

import asyncio
import time
from dataclasses import dataclass

READ_S = 60.0


@dataclass(frozen=True, slots=True)
class Reading:
    """When a request was sent and when each named event came, in seconds of one clock."""

    sent_at: float
    event_at: tuple[float, ...]
    events: int
    failed: bool
    """Whether the stream ended in an error."""

    words_at: tuple[float, ...] = ()
    """When each piece of text came."""

    @property
    def first_s(self) -> float:
        """Return the time to the first event."""
        return self.event_at[0] - self.sent_at

    @property
    def per_event_s(self) -> float:
        """Return the mean time of an event after the first."""
        return (self.event_at[-1] - self.event_at[0]) / max(1, self.events - 1)


async def read_stream(port: int, request: bytes) -> Reading:
    """Send one request and read its stream to the end. Raises RuntimeError for another answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stamps: list[float] = []
    words: list[float] = []
    rest = b""
    failed = False
    try:
        async with asyncio.timeout(READ_S):
            sent_at = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"no stream: {head[:60]!r} {await reader.read(300)!r}")
            while not rest.endswith(b"0\r\n\r\n"):
                chunk = await reader.read(65_536)
                if not chunk:
                    break
                now = time.perf_counter()
                stamps += [now] * chunk.count(b"event: ")
                words += [now] * chunk.count(b"event: delta\n")
                failed = failed or b"event: error\n" in chunk
                rest = (rest + chunk)[-16:]
    finally:
        writer.close()
    return Reading(sent_at, tuple(stamps), len(stamps), failed, tuple(words))


def request_of(path: str, *, body: bytes = b"", token: str = "") -> bytes:
    """Return a POST as bytes; the connection closes after it."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json", "Connection: close"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + body
