"""Server-sent events: hand-framed bytes, a heartbeat, an end, and a client who may leave."""

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
# A client that takes nothing for so long is gone, whatever its socket says.
SEND_TIMEOUT_S = 10.0


def event(data: bytes, *, name: str, event_id: str | None = None) -> bytes:
    """Return one event; `data` is a single line of JSON."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\n".encode() + b"data: " + data + b"\n\n"


class EventStream(Response):
    """Sends events until they end or the client leaves; `release` runs exactly once, at once.

    Starlette's own streaming answer notices a client that left only at its next event.
    """

    media_type = MEDIA_TYPE

    def __init__(self, events: AsyncIterator[bytes], *, release: Callable[[], None]) -> None:
        self._events = events
        self._release = release
        super().__init__(
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
            media_type=MEDIA_TYPE,
        )
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del scope
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        except (OSError, TimeoutError):
            pass  # the client is gone: nobody is left to be told
        finally:
            sending.cancel()
            leaving.cancel()
            self._release()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for data in self._events:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
