"""Talking to chat over real sockets: a served application and a reader of its streams."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.domains.chat.service import ChatService
from app.services import AppServices
from tests.factories.people import Person, make_person
from tests.fakes.chat.engines import Cast


@asynccontextmanager
async def served(
    app: FastAPI, *, close: Callable[[], None] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with real sockets, in this loop; `close` ends its open streams."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, http="httptools")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    (close or app.state.services.chat.close)()
    server.should_exit = True
    await task


def chat_of(services: AppServices, cast: Cast | None, **more: Any) -> ChatService:
    """Return another chat of the same installation, as another process would have it.

    `more` replaces ports of the cast.
    """
    return ChatService(
        db=services.db,
        gate=services.gate,
        clock=services.clock,
        envelope=services.identity.envelope,
        ports=None if cast is None else replace(cast.ports(), **more),
    )


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
async def browser(
    app: FastAPI, services: AppServices, cast: Cast
) -> AsyncIterator[httpx.AsyncClient]:
    object.__setattr__(services, "chat", chat_of(services, cast))
    async with served(app) as client:
        yield client


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services, second_factor=False)


class Talk:
    """One person in one conversation."""

    def __init__(self, client: httpx.AsyncClient, person: Person, conversation: str) -> None:
        self.client, self.person = client, person
        self.url = f"/v1/conversations/{conversation}"

    @asynccontextmanager
    async def saying(
        self, text: str = "How much?", *, message: str = "message-1", locale: str = "en"
    ) -> AsyncIterator["Stream"]:
        body = {"client_message_id": message, "text": text, "locale": locale}
        async with self.client.stream(
            "POST", f"{self.url}/messages", json=body, headers=self.person.headers
        ) as answer:
            yield Stream(answer)

    @asynccontextmanager
    async def resuming(self, turn: str, after: str | None = None) -> AsyncIterator["Stream"]:
        headers = {**self.person.headers, **({"last-event-id": after} if after else {})}
        async with self.client.stream(
            "GET", f"{self.url}/turns/{turn}/events", headers=headers
        ) as answer:
            yield Stream(answer)

    async def said(self, text: str = "How much?", **more: str) -> list[dict[str, Any]]:
        """Return all events of a turn."""
        async with self.saying(text, **more) as stream:
            return await stream.all()

    async def turns(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{self.url}/messages", headers=self.person.headers)
        found: list[dict[str, Any]] = answer.json()["turns"]
        return found

    async def ended(self) -> dict[str, Any]:
        """Return the newest turn once it is stored."""
        async with asyncio.timeout(15):
            while (found := (await self.turns())[0])["open"]:  # noqa: ASYNC110 - nobody to tell
                await asyncio.sleep(0.02)
        return found


class Stream:
    """Reads one answer event by event, and keeps its bytes."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.raw = b""
        self._chunks = answer.aiter_bytes()

    async def problem(self) -> tuple[int, str]:
        body = json.loads(await self.answer.aread())
        return self.answer.status_code, body["code"]

    async def next(self) -> dict[str, Any] | None:
        async with asyncio.timeout(20):
            while True:
                block, found, rest = self._rest.partition(b"\n\n")
                if found:
                    self._rest = rest
                    if event := _read(block):
                        return event
                    continue
                try:
                    chunk = await anext(self._chunks)
                except StopAsyncIteration:
                    return None
                self.raw += chunk
                self._rest += chunk

    _rest = b""

    async def all(self) -> list[dict[str, Any]]:
        assert self.answer.status_code == 200, await self.answer.aread()
        found = []
        while (event := await self.next()) is not None:
            found.append(event)
        return found

    async def until(self, name: str) -> dict[str, Any]:
        while (event := await self.next()) is not None:
            if event["event"] == name:
                return event
        raise AssertionError(f"the stream ended without {name}")


def _read(block: bytes) -> dict[str, Any] | None:
    lines = [line.partition(": ") for line in block.decode().split("\n")]
    fields = {name: value for name, _, value in lines}
    if "event" not in fields:
        return None
    return {**fields, "data": json.loads(fields["data"])}


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


def text_of(events: list[dict[str, Any]]) -> str:
    """Return the text a client shows after all deltas."""
    shown = ""
    for event in events:
        if event["event"] == "delta":
            data = event["data"]
            if data["op"] == "append":
                assert data["at"] == len(shown)
                shown += data["text"]
            else:
                shown = shown[: data["at"]]
    return shown
