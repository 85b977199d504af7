"""The bare stream beside the product: the same events, and only on its own path."""

import asyncio

import httpx

from app.cli.benching.answer_server import BARE, Beside, bare_application
from app.cli.benching.answer_world import MESSAGES_A_MINUTE, Customer, Login
from app.cli.benching.chat_world import served
from app.cli.benching.sockets import read_stream, request_of

ANSWER = b"retry: 3000\n\nid: t:0\nevent: meta\ndata: {}\n\nid: t:1\nevent: delta\ndata: {}\n\n"


async def _product(scope: object, receive: object, send: object) -> None:
    raise AssertionError("the bare path is not the product's")


class TestBareStream:
    async def test_kept_answer_comes_back_byte_for_byte(self) -> None:
        transport = httpx.ASGITransport(app=Beside(_product, bare_application()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            kept = await client.put(BARE, content=ANSWER)
            found = await client.post(BARE)

        assert kept.status_code == 204
        assert found.content == ANSWER

    async def test_reader_of_sockets_takes_the_stream_out_of_its_chunks(self) -> None:
        async with served(bare_application()) as port:
            await _sent(port, request_of(BARE, body=ANSWER, method="PUT"))
            reading = await read_stream(port, request_of(BARE))

        assert reading.body == ANSWER
        assert (reading.events, len(reading.words_at)) == (2, 1)
        assert reading.sent_at <= reading.event_at[0] <= reading.ended_at


class TestCustomer:
    def test_message_past_a_minutes_budget_waits(self) -> None:
        customer = Customer(1, Login("a@example.org", "p", "s"), "en")

        for _ in range(MESSAGES_A_MINUTE):
            assert customer.wait_s() == 0
            customer.message("hello")

        assert customer.wait_s() > 0


async def _sent(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await reader.read()
    writer.close()
