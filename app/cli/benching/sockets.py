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

    ended_at: float = 0.0
    body: bytes = b""
    """The stream as it was framed."""

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
    chunks: list[bytes] = []
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
                chunks.append(chunk)
                rest = (rest + chunk)[-16:]
            ended_at = time.perf_counter()
    finally:
        writer.close()
    body = _unchunked(b"".join(chunks))
    return Reading(sent_at, tuple(stamps), len(stamps), failed, tuple(words), ended_at, body)


def _unchunked(content: bytes) -> bytes:
    """Return what chunks carry; RFC 9112, without extensions and trailers."""
    parts: list[bytes] = []
    at = 0
    while (end := content.find(b"\r\n", at)) >= 0 and (size := int(content[at:end], 16)) > 0:
        parts.append(content[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(parts)


def request_of(path: str, *, body: bytes = b"", token: str = "", method: str = "POST") -> bytes:
    """Return a request as bytes; the connection closes after it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json", "Connection: close"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + body
