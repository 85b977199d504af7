"""The product's own server with a bare stream beside it: what `bench chat-answer` measures.

The bare route sends the bytes of an answer again, event by event, and does nothing else: same
process, same loop, same socket.
"""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.cli.launch import process
from app.cli.launch.threads import keep_to_one_thread
from app.cli.serve import APPLICATION as PRODUCT
from app.cli.serve import configuration
from app.core.config import Settings

BARE = "/bench/answer"
APPLICATION = "app.cli.benching.answer_server:create_app"


class Beside:
    """The product, and one path that is not its own; `state` is the product's."""

    def __init__(self, product: ASGIApp, bare: ASGIApp) -> None:
        self._product = product
        self._bare = bare
        self.state = getattr(product, "state", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live the product's life."""
        app = self._bare if scope.get("path") == BARE else self._product
        await app(scope, receive, send)


def bare_application() -> Starlette:
    """Return an application that keeps one answer by PUT and streams it by POST."""
    kept: list[bytes] = []

    async def keep(request: Request) -> Response:
        body = await request.body()
        kept[:] = [event + b"\n\n" for event in body.split(b"\n\n") if event]
        return Response(status_code=204)

    async def stream(_: Request) -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            for event in kept:
                yield event

        return StreamingResponse(events(), media_type="text/event-stream")

    return Starlette(
        routes=[Route(BARE, keep, methods=["PUT"]), Route(BARE, stream, methods=["POST"])]
    )


def create_app() -> Beside:
    """Return both applications as one."""
    from uvicorn.importer import import_from_string

    return Beside(import_from_string(PRODUCT)(), bare_application())


def start_server(port: int, settings: dict[str, str], *, log: Path) -> subprocess.Popen[bytes]:
    """Start the server as a process of its own."""
    return process.start(
        [sys.executable, "-m", "app.cli.benching.answer_server", str(port)],
        log=log,
        settings=settings,
    )


def main(port: int) -> None:
    """Serve until SIGTERM, as `finnami serve api` does."""
    import uvicorn

    keep_to_one_thread()
    config = configuration(APPLICATION, Settings(), host="127.0.0.1", port=port)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
