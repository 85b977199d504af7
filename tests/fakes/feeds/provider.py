"""One local server with a websocket and a REST side; what a provider says is scripted by tests."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


class HangupError(Exception):
    """Raised by a script to cut the line without a goodbye."""


class FakeProvider:
    """Speaks the greeting of one provider; tests push messages and cut lines.

    `refuse_with` is an HTTP status for the next handshakes; `rest` answers GETs by path.
    """

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.heard: list[Any] = []
        self.subscribed: list[set[str]] = []
        self.refuse_with: deque[int] = deque()
        self.rest_calls: list[str] = []
        self.rest: Callable[[str, dict[str, str]], tuple[int, object]] = lambda *_: (404, {})
        self.paths: list[str] = []
        self._live: ServerConnection | None = None
        self._greeted = asyncio.Event()

    @property
    def stream_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/stream"

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def greet(self, line: ServerConnection) -> None:
        """Answer the client's greeting until it is subscribed; providers override it."""
        raise NotImplementedError

    async def hear(self, line: ServerConnection) -> Any:
        message = json.loads(await line.recv())
        self.heard.append(message)
        return message

    async def push(self, message: object) -> None:
        """Send to the subscribed client: text as it is, everything else as JSON."""
        async with asyncio.timeout(10):
            await self._greeted.wait()
            assert self._live is not None
            await self._live.send(message if isinstance(message, str) else json.dumps(message))

    async def subscribed_again(self, times: int) -> None:
        """Wait until a client has subscribed so many times."""
        async with asyncio.timeout(10):
            while len(self.subscribed) < times:  # noqa: ASYNC110 - nobody to tell us
                await asyncio.sleep(0.005)

    async def cut(self) -> None:
        """Drop the line as a network does: no closing handshake."""
        assert self._live is not None
        self._greeted.clear()
        self._live.transport.abort()

    async def _serve_one(self, line: ServerConnection) -> None:
        self.connections += 1
        try:
            await self.greet(line)
            self._live = line
            self._greeted.set()
            async for message in line:
                self.heard.append(json.loads(message))
        except (HangupError, ConnectionClosed):
            line.transport.abort()

    def _answer(self, line: ServerConnection, request: Request) -> Response | None:
        address = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path != "/stream":
            self.rest_calls.append(request.path)
            status, body = self.rest(address.path, query)
            text = body if isinstance(body, str) else json.dumps(body)
            return _response(status, text)
        self.paths.append(request.path)
        if self.refuse_with:
            return _response(self.refuse_with.popleft(), "no")
        return None


def _response(status: int, text: str) -> Response:
    data = text.encode()
    headers = Headers({"content-length": str(len(data)), "connection": "close"})
    if status == 429:
        headers["retry-after"] = "7"
    return Response(status, HTTPStatus(status).phrase, headers, data)


Greeting = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def running(provider: FakeProvider) -> AsyncIterator[FakeProvider]:
    server: Server
    async with serve(
        provider._serve_one,
        "127.0.0.1",
        0,
        process_request=provider._answer,
        close_timeout=0.2,
        ping_interval=None,
    ) as server:
        provider.port = next(iter(server.sockets)).getsockname()[1]
        yield provider
