"""Chat served over sockets by this process, and people who talk to it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn

from app.api.factory import build_api
from app.api.web import StaticSite
from app.cli.benching.sockets import Reading, read_stream, request_of
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.envelope import user_key_document
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.tokens import AccessTokens
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.turn_ports import ChatPorts
from app.domains.identity.service import AUDIENCE
from app.services import SPECS, AppServices, Ports, build, migrations_dir, open_database

TURNS_OF_ONE = 3
"""A person may have three answers at once, and twenty in a minute."""


def run_as_served(work: Coroutine[Any, Any, None]) -> None:
    """Run a bench on the loop that `finnami serve api` runs on."""
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop

    uvloop.run(work)


class ChatWorld:
    """The product with chat on a port, and prepared messages to it."""

    def __init__(self, services: AppServices, keys: KeyRing) -> None:
        self.services = services
        self.keys = keys
        self._tokens = AccessTokens(
            private_pems=(keys.token_pem,),
            issuer=services.settings.public_url,
            audience=AUDIENCE,
            clock=services.clock,
        )
        self.port = 0
        self.people: list[str] = []
        self._requests: list[bytes] = []

    async def talk(self, count: int, *, text: str = "Hello") -> None:
        """Prepare so many messages, each in a conversation of its own."""
        self._requests, self.people = [], []
        for number in range(count):
            if number % TURNS_OF_ONE == 0:
                user_id, token = await self._person()
                self.people.append(user_id)
            made = await self.services.chat.begin(user_id, title="Bench")
            body = {"client_message_id": f"bench-{number:06d}", "text": text, "locale": "en"}
            path = f"/v1/conversations/{made.id}/messages"
            self._requests.append(request_of(path, body=orjson.dumps(body), token=token))

    async def ask(self, number: int, *, port: int = 0) -> Reading:
        """Send a prepared message, perhaps to another server on the same database."""
        return await read_stream(port or self.port, self._requests[number])

    async def _person(self) -> tuple[str, str]:
        now = self.services.clock.now()
        user_id, session_id = new_id(), new_id()
        _, wrapped = await self.services.identity.envelope.new_key(user_id)
        await self.services.db.insert_one("user_keys", user_key_document(user_id, wrapped))
        value = f"user|{int(now.timestamp() * 1000)}|pwd".encode()
        await self.services.gate.refill_session(user_id, session_id, value)
        token = self._tokens.sign(
            user_id=user_id, session_id=session_id, token_id=new_id(), auth_time=now, amr=("pwd",)
        )
        return user_id, token


@asynccontextmanager
async def served(app: object) -> AsyncIterator[int]:
    """Serve an ASGI application on a free port; yields the port."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, http="httptools")  # type: ignore[arg-type]  # an ASGI application
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def chat_world(
    urls: tuple[str, str], ports: Callable[[ChatTools], ChatPorts]
) -> AsyncIterator[ChatWorld]:
    """Serve the product with these parts of chat, on an empty database."""
    head, _, query = urls[0].partition("?")
    settings = Settings(
        mongo_url=f"{head.rpartition('/')[0]}/bench_{new_id()}?{query}",
        redis_url=urls[1],
        mongo_embedded=True,
    )
    clock, keys = SystemClock(), KeyRing.generate()
    db = open_database(settings, clock)
    gate = await Gate.connect(urls[1])
    await migrate(
        db, SPECS, discover(migrations_dir()), clock=clock, owner="bench", progress=lambda _: None
    )
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports(chat=ports))
    site = StaticSite.load(settings.frontend_dir, public_url=settings.public_url)
    app = build_api(None, site=site, deadline_s=20)
    app.state.services, app.state.settings = services, settings
    world = ChatWorld(services, keys)
    try:
        async with served(app) as world.port:
            yield world
    finally:
        services.close()
        await gate.close()
        await db.close()
