"""`finnami bench chat-stream`: a turn over HTTP beside its scripted engine alone; many at once."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import click
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from app.api.event_stream import EventStream, event
from app.api.factory import build_api
from app.api.web import StaticSite
from app.cli.benching.chat_script import Paced, bench_ports
from app.cli.benching.host import tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.cli.benching.sockets import Reading, read_stream, request_of
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.envelope import user_key_document
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import create_collections
from app.core.tokens import AccessTokens
from app.domains.identity.service import AUDIENCE
from app.services import SPECS, AppServices, Ports, build, open_database

FIRST_BAR_MS, EVENT_BAR_MS, JITTER_BAR_MS = 3.0, 0.2, 50.0
EVENTS, PAUSE_S, PACED_EVENTS = 200, 0.05, 40
TURNS_OF_ONE = 3
"""A person may have three answers at once, and twenty in a minute."""

Send = Callable[[int], Awaitable[Reading]]


@dataclass
class Side:
    """One arm: how it is asked, and what came of it."""

    name: str
    role: str
    send: Send
    readings: list[Reading] = field(default_factory=list)
    elapsed_s: float = 0.0
    cpu_s: float = 0.0


class World:
    """The product with a scripted engine, that engine alone, and people to talk to it."""

    def __init__(self, services: AppServices, keys: KeyRing, engine: Paced) -> None:
        self._services = services
        self._engine = engine
        self._tokens = AccessTokens(
            private_pems=(keys.token_pem,),
            issuer=services.settings.public_url,
            audience=AUDIENCE,
            clock=services.clock,
        )
        self.product_port = 0
        self.alone_port = 0
        self._requests: list[bytes] = []

    async def talk(self, count: int) -> None:
        """Prepare so many messages, each in a conversation of its own."""
        now = self._services.clock.now()
        self._requests = []
        for number in range(count):
            if number % TURNS_OF_ONE == 0:
                user_id, session_id = new_id(), new_id()
                envelope = self._services.identity.envelope
                _, wrapped = await envelope.new_key(user_id)
                await self._services.db.insert_one("user_keys", user_key_document(user_id, wrapped))
                value = f"user|{int(now.timestamp() * 1000)}|pwd".encode()
                await self._services.gate.refill_session(user_id, session_id, value)
                token = self._tokens.sign(
                    user_id=user_id, session_id=session_id, token_id=new_id(),
                    auth_time=now, amr=("pwd",),
                )  # fmt: skip
            made = await self._services.chat.begin(user_id, title="Bench")
            body = {"client_message_id": f"bench-{number:06d}", "text": "Hello", "locale": "en"}
            path = f"/v1/conversations/{made.id}/messages"
            self._requests.append(request_of(path, body=orjson.dumps(body), token=token))

    async def ask_product(self, number: int) -> Reading:
        """Send a prepared message to the product."""
        return await read_stream(self.product_port, self._requests[number])

    async def ask_alone(self, number: int) -> Reading:
        """Ask the scripted engine alone."""
        del number
        return await read_stream(self.alone_port, request_of("/"))

    def alone(self) -> Starlette:
        """Return an application that frames the engine's words and does nothing else."""

        async def frames() -> AsyncIterator[bytes]:
            number = 0
            async for word in self._engine.words():
                data = orjson.dumps({"op": "append", "at": number, "text": word})
                yield event(data, name="delta", event_id=f"t:{number}")
                number += 1

        async def answer(request: Request) -> EventStream:
            await request.body()
            return EventStream(frames(), release=lambda: None)

        return Starlette(routes=[Route("/", answer, methods=["POST"])])


@asynccontextmanager
async def _served(app: object) -> AsyncIterator[int]:
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
async def _world(urls: tuple[str, str], engine: Paced) -> AsyncIterator[World]:
    head, _, query = urls[0].partition("?")
    settings = Settings(
        mongo_url=f"{head.rpartition('/')[0]}/bench_{new_id()}?{query}",
        redis_url=urls[1],
        mongo_embedded=True,
    )
    clock, keys = SystemClock(), KeyRing.generate()
    db = open_database(settings, clock)
    gate = await Gate.connect(urls[1])
    await create_collections(db, SPECS)
    services = build(
        settings,
        db=db,
        gate=gate,
        keys=keys,
        clock=clock,
        ports=Ports(chat=lambda _tools: bench_ports(engine)),
    )
    site = StaticSite.load(settings.frontend_dir, public_url=settings.public_url)
    app = build_api(None, site=site, deadline_s=20)
    app.state.services, app.state.settings = services, settings
    world = World(services, keys, engine)
    try:
        async with _served(app) as product, _served(world.alone()) as alone:
            world.product_port, world.alone_port = product, alone
            yield world
    finally:
        services.close()
        await gate.close()
        await db.close()


async def _one_by_one(sides: list[Side], *, rounds: int, turns: int) -> None:
    """Ask both sides in turn, one stream at a time."""
    for number in range(rounds * turns):
        for side in sides:
            began, cpu = time.perf_counter(), tree_cpu_s(os.getpid())
            side.readings.append(await side.send(number))
            side.elapsed_s += time.perf_counter() - began
            side.cpu_s += tree_cpu_s(os.getpid()) - cpu


def _jitter_s(readings: list[Reading], *, skip: int) -> list[float]:
    """Return how far each gap between two events was from the engine's pause."""
    found: list[float] = []
    for reading in readings:
        stamps = reading.event_at[skip : skip + PACED_EVENTS]
        found += [abs(later - sooner - PAUSE_S) for sooner, later in pairwise(stamps)]
    return found


async def _measure(report: Report, options: BenchOptions, urls: tuple[str, str]) -> None:
    streams, turns = (40, 5) if options.quick else (200, 20)
    rounds = 2 if options.quick else options.rounds
    engine = Paced()
    async with _world(urls, engine) as world:
        alone = Side("engine alone", "baseline", world.ask_alone)
        product = Side("chat", "candidate", world.ask_product)
        options.say("one stream at a time")
        await world.talk(3)
        for number in range(3):
            await world.ask_product(number)
            await world.ask_alone(number)
        await world.talk(rounds * turns)
        await _one_by_one([alone, product], rounds=rounds, turns=turns)
        for side in (alone, product):
            first = [reading.first_s for reading in side.readings]
            report.add(arm_of(side.name, side.role, Measured(first, side.elapsed_s, side.cpu_s)))
        _overheads(report, alone, product)
        options.say(f"{streams} streams at once")
        engine.events, engine.pause_s = PACED_EVENTS, PAUSE_S
        await world.talk(streams)
        for side, skip in ((alone, 0), (product, 1)):
            began, cpu = time.perf_counter(), tree_cpu_s(os.getpid())
            readings = await asyncio.gather(*(side.send(n) for n in range(streams)))
            elapsed, cpu = time.perf_counter() - began, tree_cpu_s(os.getpid()) - cpu
            jitter = _jitter_s(list(readings), skip=skip)
            name = f"{side.name}, jitter of {streams}"
            report.add(arm_of(name, side.role, Measured(jitter, elapsed, cpu)))
            if side is product:
                failed = sum(reading.failed for reading in (*product.readings, *readings))
                report.check("turns that ended in an error", failed, bar=0, op="==")
                report.check_time(
                    f"jitter between events of {streams} streams, p95 ms",
                    percentile_ms(jitter, 0.95),
                    bar=JITTER_BAR_MS,
                )


def _overheads(report: Report, alone: Side, product: Side) -> None:
    """Hold what the product adds against its bars: medians of both sides of one run."""

    def median_ms(side: Side, of: Callable[[Reading], float]) -> float:
        return 1000 * statistics.median(of(reading) for reading in side.readings)

    first = [median_ms(side, lambda r: r.first_s) for side in (alone, product)]
    each = [median_ms(side, lambda r: r.per_event_s) for side in (alone, product)]
    report.note("first_event_ms", {"alone": round(first[0], 3), "chat": round(first[1], 3)})
    report.note("per_event_ms", {"alone": round(each[0], 4), "chat": round(each[1], 4)})
    report.check_time("overhead to the first event, ms", first[1] - first[0], bar=FIRST_BAR_MS)
    report.check_time("overhead of an event, ms", each[1] - each[0], bar=EVENT_BAR_MS)


@click.command()
@bench_options
def chat_stream(*, options: BenchOptions) -> None:
    """Compare an answer through the whole product with its scripted engine alone.

    Both are served over sockets by this process, which reads them too: times are upper bounds.
    First events of one stream at a time, then gaps between events of many at once.
    """
    with bench_servers(options) as urls:
        report = options.report("chat-stream", events=EVENTS, pause_s=PAUSE_S)
        asyncio.run(_measure(report, options, urls))
    options.finish(report)
