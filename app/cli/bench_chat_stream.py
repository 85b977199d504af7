"""`finnami bench chat-stream`: a turn over HTTP beside its scripted engine alone; many at once."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

import click
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from app.api.event_stream import EventStream, event
from app.cli.benching.chat_script import Paced, bench_ports
from app.cli.benching.chat_world import chat_world, run_as_served, served
from app.cli.benching.host import tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.cli.benching.sockets import Reading, read_stream, request_of

FIRST_BAR_MS, EVENT_BAR_MS, JITTER_BAR_MS = 3.0, 0.2, 50.0
EVENTS, PAUSE_S, PACED_EVENTS = 200, 0.05, 40

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


def _alone(engine: Paced) -> Starlette:
    """Return an application that frames the engine's words and does nothing else."""

    async def frames() -> AsyncIterator[bytes]:
        number = 0
        async for word in engine.words():
            data = orjson.dumps({"op": "append", "at": number, "text": word})
            yield event(data, name="delta", event_id=f"t:{number}")
            number += 1

    async def answer(request: Request) -> EventStream:
        await request.body()
        return EventStream(frames(), release=lambda: None)

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


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
    ports = bench_ports(engine)
    async with chat_world(urls, lambda _tools: ports) as world, served(_alone(engine)) as port:

        async def ask_alone(_: int) -> Reading:
            return await read_stream(port, request_of("/"))

        alone = Side("engine alone", "baseline", ask_alone)
        product = Side("chat", "candidate", world.ask)
        options.say("one stream at a time")
        await world.talk(3)
        for number in range(3):
            await world.ask(number)
            await ask_alone(number)
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
    # Both sides of one run: what is between them is the product, on any machine.
    report.check("overhead to the first event, ms", first[1] - first[0], bar=FIRST_BAR_MS)
    report.check("overhead of an event, ms", each[1] - each[0], bar=EVENT_BAR_MS)


@click.command()
@bench_options
def chat_stream(*, options: BenchOptions) -> None:
    """Compare an answer through the whole product with its scripted engine alone.

    Both are served over sockets by this process, which reads them too: times are upper bounds.
    First events of one stream at a time, then gaps between events of many at once.
    """
    with bench_servers(options) as urls:
        report = options.report("chat-stream", events=EVENTS, pause_s=PAUSE_S)
        run_as_served(_measure(report, options, urls))
    options.finish(report)
