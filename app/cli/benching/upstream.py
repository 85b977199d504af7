"""A scripted provider of chat completions on a bare socket, and a reader of it alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import orjson

from app.cli.benching.sockets import READ_S, Reading

WORD: Final = "word after "
END: Final = (
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":400,"completion_tokens":200}}\n\n'
    b"data: [DONE]\n\n"
)


class Upstream:
    """Says `events` words, one each `pause_s`; `sent_at` is when each left, of the last answer."""

    def __init__(self) -> None:
        self.events = 100
        self.pause_s = 0.005
        self.sent_at: list[float] = []
        self.asked_at = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        """Return the base of its API."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
                await reader.readexactly(int(length))
                await self._say(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        self.asked_at = time.perf_counter()
        stamps = self.sent_at = []
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        for _ in range(self.events):
            body = {"choices": [{"index": 0, "delta": {"content": WORD}, "finish_reason": None}]}
            stamps.append(time.perf_counter())
            _chunk(writer, b"data: " + orjson.dumps(body) + b"\n\n")
            await writer.drain()
            await asyncio.sleep(self.pause_s)
        _chunk(writer, END)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    """Serve one on a free port."""
    made = Upstream()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def read_alone(up: Upstream) -> Reading:
    """Ask it over a bare socket, and note when each word came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", up.port)
    stamps: list[float] = []
    try:
        async with asyncio.timeout(READ_S):
            sent_at = time.perf_counter()
            writer.write(b"POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 2\r\n\r\n{}")
            rest = b""
            while not rest.endswith(b"0\r\n\r\n"):
                chunk = await reader.read(65_536)
                stamps += [time.perf_counter()] * chunk.count(b'"content"')
                rest = (rest + chunk)[-16:]
    finally:
        writer.close()
    return Reading(sent_at, tuple(stamps), len(stamps), failed=False)


def _chunk(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(content), content))
