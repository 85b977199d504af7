"""The worker's own port: three pages, and nothing that a slow or odd client can hold open."""

import asyncio

import pytest

from app.worker import probes
from app.worker.probes import Probes


@pytest.fixture
async def port():
    async def ready() -> tuple[int, str]:
        return 503, "away: redis\n"

    async def alive() -> tuple[int, str]:
        return 200, "alive\n"

    server = await Probes({"/livez": alive, "/readyz": ready}).listen(0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def ask(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    answer = await reader.read()
    writer.close()
    return answer


class TestProbes:
    @pytest.mark.parametrize(
        ("line", "status", "body"),
        [
            (b"GET /livez HTTP/1.1", b"200 OK", b"alive"),
            (b"GET /livez?x=1 HTTP/1.1", b"200 OK", b"alive"),
            (b"GET /readyz HTTP/1.1", b"503 Service Unavailable", b"away: redis"),
            (b"GET /other HTTP/1.1", b"404 Not Found", b"not found"),
            (b"POST /livez HTTP/1.1", b"404 Not Found", b"not found"),
        ],
    )
    async def test_pages(self, port, line, status, body):
        answer = await ask(port, line + b"\r\nHost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert answer.rstrip().endswith(body)

    async def test_a_head_without_end_is_cut(self, port):
        assert await ask(port, b"GET /livez HTTP/1.1\r\nX: " + b"x" * 100_000) == b""

    async def test_a_silent_client_is_let_go(self, port, monkeypatch):
        monkeypatch.setattr(probes, "REQUEST_TIMEOUT_S", 0.02)
        assert await ask(port, b"GET /livez") == b""
