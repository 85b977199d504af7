"""Liveness, readiness and gauges of a worker on a port of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

REQUEST_TIMEOUT_S = 5.0
_HEAD_MAX = 8192

Page = Callable[[], Awaitable[tuple[int, str]]]


class Probes:
    """A few fixed GET pages; a worker needs no web framework for them."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages

    async def listen(self, port: int, *, host: str = "127.0.0.1") -> asyncio.Server:
        """Return the listening server. Raises OSError when the port is taken."""
        return await asyncio.start_server(self._answer, host, port, limit=_HEAD_MAX)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._page(head))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    async def _page(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0].decode("ascii", "replace")
        page = self._pages.get(path)
        if page is None or method != b"GET":
            status, text = 404, "not found\n"
        else:
            status, text = await page()
        body = text.encode()
        reason = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}[status]
        return (
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        ).encode() + body
