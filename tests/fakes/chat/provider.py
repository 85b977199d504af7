"""A scripted server that speaks chat completions over a real socket, well or badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def chunk(delta: Json, finish: str | None = None) -> bytes:
    body = {
        "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "far-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }  # fmt: skip
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def usage(tokens_in: int, tokens_out: int) -> bytes:
    told = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": 0}
    return b"data: " + json.dumps({"choices": [], "usage": told}).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Says:
    """Text in pieces; `pause_s` between them. `then` is what is sent in the place of an end."""

    pieces: Sequence[str]
    pause_s: float = 0.0
    tokens: tuple[int, int] = (120, 30)
    then: bytes | None = None

    async def send(self, write: Callable[[bytes], Any]) -> None:
        for piece in self.pieces:
            await write(chunk({"content": piece}))
            if self.pause_s:
                await asyncio.sleep(self.pause_s)
        end = chunk({}, "stop") + usage(*self.tokens) + DONE
        await write(end if self.then is None else self.then)


@dataclass(frozen=True)
class Calls:
    """Calls of tools, each (name, arguments); arguments come in two pieces."""

    calls: Sequence[tuple[str, Json | str]]

    async def send(self, write: Callable[[bytes], Any]) -> None:
        for n, (name, arguments) in enumerate(self.calls):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            head = {"index": n, "id": f"call_{n}", "type": "function"}
            function = {"name": name, "arguments": text[:1]}
            await write(chunk({"tool_calls": [{**head, "function": function}]}))
            rest = {"index": n, "function": {"arguments": text[1:]}}
            await write(chunk({"tool_calls": [rest]}))
        await write(chunk({}, "tool_calls") + usage(100, 10) + DONE)


@dataclass(frozen=True)
class Raw:
    """Any bytes, then silence for `stall_s`, then the connection ends."""

    content: bytes
    stall_s: float = 0.0

    async def send(self, write: Callable[[bytes], Any]) -> None:
        await write(self.content)
        await asyncio.sleep(self.stall_s)


@dataclass(frozen=True)
class Status:
    """An answer that is no stream."""

    status: int
    body: bytes = b'{"error": {"message": "no"}}'
    headers: str = ""


Reply = Says | Calls | Raw | Status
Script = Callable[[Json, int], Reply]


@dataclass
class Provider:
    """What it answers is `script`, given the request and its number; `bodies` is what it saw."""

    script: Script = lambda body, n: Says(["Hello."])
    bodies: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client leaves before the end."""

    url: str = ""

    @property
    def seen(self) -> bytes:
        return b"\n".join(self.bodies)

    @property
    def requests(self) -> list[Json]:
        return [json.loads(body) for body in self.bodies]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        body = await reader.readexactly(int(lines[b"content-length"]))
        self.heads.append(head)
        self.bodies.append(body)
        reply = self.script(json.loads(body), len(self.bodies) - 1)
        if isinstance(reply, Status):
            writer.write(
                f"HTTP/1.1 {reply.status} X\r\ncontent-length: {len(reply.body)}\r\n"
                f"{reply.headers}\r\n".encode()
                + reply.body
            )
            await writer.drain()
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )

        async def write(content: bytes) -> None:
            writer.write(b"%x\r\n%b\r\n" % (len(content), content))
            await writer.drain()

        sending = asyncio.create_task(_sent(reply, write))
        gone = asyncio.create_task(reader.read(1))
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        left = gone.done()
        for task in (sending, gone):
            # A cancelled read leaves the stream usable for the next request of the connection.
            task.cancel()
        await asyncio.gather(sending, gone, return_exceptions=True)
        if left:
            raise ConnectionResetError
        if isinstance(reply, Raw) or (isinstance(reply, Says) and reply.then is not None):
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


async def _sent(reply: Reply, write: Callable[[bytes], Any]) -> None:
    await reply.send(write)


@asynccontextmanager
async def provider(script: Script | None = None) -> AsyncIterator[Provider]:
    """A provider on a port of its own."""
    made = Provider() if script is None else Provider(script)
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(made.answer(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
