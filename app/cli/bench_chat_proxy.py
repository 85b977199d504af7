"""`finnami bench chat-proxy`: a provider alone, through our engine, and through the whole route."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click

from app.cli.benching.chat_script import nothing
from app.cli.benching.chat_world import TURNS_OF_ONE, ChatWorld, chat_world, run_as_served
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of
from app.cli.benching.server_apart import server_apart
from app.cli.benching.sockets import Reading
from app.cli.benching.upstream import Upstream, read_alone, upstream
from app.core.config import Settings
from app.domains.chat.assembling import house_ports
from app.domains.chat.consent_types import CONSENT_VERSION, Known
from app.domains.chat.grounded_gate import GroundedGate
from app.domains.chat.output.gates import CleanGate, Listener, StandInGate
from app.domains.chat.output.products import ProductScreen
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.talk_types import Budget, EventName, TalkEvent, Turn, Understood
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.turn_ports import ChatPorts, Tooling
from app.domains.chat.understanding.understander import load_understander
from app.services import model_store

FIRST_BAR_MS, FIRST_P95_BAR_MS, EVENT_BAR_MS = 3.0, 10.0, 0.2
PAUSE_S = 0.005
QUESTION = "Thank you, how do you work?"


@dataclass
class Side:
    """One arm: per answer, the time to its first word, and how much later each word came.

    `each_s` is what a word took of an answer whose words came without a pause.
    """

    name: str
    first_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    each_s: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0

    def note(self, up: Upstream, sent_at: float, words_at: Sequence[float]) -> None:
        """Take an answer: when it was asked for, when each word came."""
        if up.pause_s == 0.0:
            self.each_s.append((words_at[-1] - up.sent_at[0]) / len(up.sent_at))
            return
        self.first_s.append(words_at[0] - sent_at)
        # Words may come together: each is as late as the last piece that can hold it.
        count = len(up.sent_at)
        for place, left in enumerate(up.sent_at):
            at = words_at[min(len(words_at) - 1, place * len(words_at) // count)]
            self.late_s.append(max(0.0, at - left))
        self.elapsed_s += words_at[-1] - sent_at


class Stages:
    """Times what happens before a provider is asked."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return a plain function that notes how long it took."""

        def run(*args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            found = work(*args, **named)
            self.seconds.setdefault(name, []).append(time.perf_counter() - began)
            return found

        return run

    def awaited(self, name: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        """Return an async function that notes how long it took."""

        async def run(*args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            found = await work(*args, **named)
            self.seconds.setdefault(name, []).append(time.perf_counter() - began)
            return found

        return run

    def medians_ms(self) -> dict[str, float]:
        """Return the median of each stage."""
        return {
            name: round(1000 * statistics.median(found), 3) for name, found in self.seconds.items()
        }


class _Timed:
    """A port whose methods are given, some of them timed."""

    def __init__(self, **methods: Callable[..., Any]) -> None:
        self.__dict__.update(methods)


def _ports(up: Upstream, stages: Stages, tools: ChatTools) -> ChatPorts:
    settings = Settings()
    trust = model_store(settings).trust
    understander = load_understander(settings.models_dir, trust=trust)
    far = RemoteSettings(up.url, "scripted", "Scripted")
    ports = house_ports(tools, lambda: understander, far=far)
    assert ports.remote is not None  # noqa: S101 - there is a provider
    parts: dict[str, Any] = {
        "understander": _Timed(
            read=stages.timed("read", understander.read),
            understand=stages.timed("understand", understander.understand),
        ),
        "toolboxes": _Timed(for_turn=stages.awaited("desk", tools.for_turn)),
        "remote": _Timed(
            offered=stages.awaited("consent and known data", ports.remote.offered),
            agreed=ports.remote.agreed,
        ),
    }
    return replace(ports, **parts)


async def _through_engine(up: Upstream, side: Side) -> None:
    """Ask the engine with its gates in this process: no HTTP of ours, no database."""
    from app.domains.chat.engines.remote.engine import RemoteEngine

    masker = Masker(Known("bench"), share_figures=True)
    engine = RemoteEngine(
        RemoteSettings(up.url, "scripted", "Scripted"), _http(), masker, share_figures=True
    )
    turn = Turn(
        id="t", conversation="c", owner="bench", text=QUESTION, locale="en",
        received_at=datetime(2026, 11, 26, tzinfo=UTC), base_currency="USD",
        understood=Understood("en", "greeting_thanks", 1.0, False, "", False),
    )  # fmt: skip
    figures = GroundedGate(turn, Tooling(nothing()))
    gate = CleanGate(
        StandInGate(figures, engine.originals), Listener(ProductScreen({}, (QUESTION,)))
    )
    sent_at, stamps = time.perf_counter(), []
    async for item in engine.answer(turn, nothing(), Budget()):
        if isinstance(item, TalkEvent) and item.name is EventName.DELTA:
            steps = gate.push(item.data["text"])
            stamps += [time.perf_counter()] * len(steps)
    side.note(up, sent_at, stamps)


_CLIENTS: list[Any] = []


def _http() -> Any:
    from app.domains.chat.engines.remote.wire import client

    if not _CLIENTS:
        _CLIENTS.append(client())
    return _CLIENTS[0]


async def _through_route(
    up: Upstream, side: Side, world: ChatWorld, number: int, port: int
) -> Reading:
    reading = await world.ask(number, port=port)
    words = reading.words_at
    side.note(up, reading.sent_at, words)
    return reading


async def _measure(report: Report, options: BenchOptions, urls: tuple[str, str]) -> None:
    stages = Stages()
    turns = (6 if options.quick else 20) * (2 if options.quick else options.rounds)
    async with upstream() as up:
        up.events = 30 if options.quick else 100
        async with (
            chat_world(urls, partial(_ports, up, stages)) as world,
            AsyncExitStack() as own,
        ):
            options.say("starting a server apart")
            port = await own.enter_async_context(server_apart(world, provider_url=up.url))
            alone, engine = Side("provider alone"), Side("our engine")
            route, apart = Side("one process"), Side("whole route")
            await _talk(world, 2 * TURNS_OF_ONE)
            for number in range(TURNS_OF_ONE):
                await read_alone(up)
                await _through_engine(up, Side(""))
                await world.ask(number)
                await world.ask(number + TURNS_OF_ONE, port=port)
            stages.seconds.clear()
            # Timed where it stands: the route asks this very object.
            world.services.chat.ask = stages.awaited(  # type: ignore[method-assign]
                "budget, keys, insert", world.services.chat.ask
            )
            failed = 0
            options.say("one answer at a time, each way in turn")
            await _talk(world, 3 * turns)
            for number in range(2 * turns):
                # Every other answer comes as fast as it can be sent.
                up.pause_s = PAUSE_S * (number % 2 == 0)
                reading = await read_alone(up)
                alone.note(up, reading.sent_at, reading.event_at)
                await _through_engine(up, engine)
                if up.pause_s:
                    failed += (await _through_route(up, route, world, number // 2, 0)).failed
                failed += (await _through_route(up, apart, world, number + turns, port)).failed
        for side in (alone, engine, route, apart):
            role = "baseline" if side is alone else "candidate"
            report.add(arm_of(f"{side.name}, first word", role, _of(side.first_s, side)))
            report.add(arm_of(f"{side.name}, a word's delay", role, _of(side.late_s, side)))
            if side.each_s:
                report.add(arm_of(f"{side.name}, a word at once", role, _of(side.each_s, side)))
        report.note("stages_ms", stages.medians_ms())
        report.check("answers that ended in an error", failed, bar=0, op="==")
        _bars(report, alone, engine, apart)
        options.say(f"before the provider is asked, ms: {stages.medians_ms()}")


async def _talk(world: ChatWorld, turns: int) -> None:
    await world.talk(turns, text=QUESTION)
    for person in world.people:
        await world.services.chat.consenting.give(
            person, provider="Scripted", version=CONSENT_VERSION, language="en",
            share_figures=True,
        )  # fmt: skip


def _of(seconds: Sequence[float], side: Side) -> Measured:
    return Measured(seconds, side.elapsed_s)


def _bars(report: Report, alone: Side, engine: Side, route: Side) -> None:
    def median_ms(seconds: Sequence[float]) -> float:
        return 1000 * statistics.median(seconds)

    def p95_ms(seconds: Sequence[float]) -> float:
        return 1000 * statistics.quantiles(seconds, n=20)[-1]

    for side in (engine, route):
        name = side.name
        first = median_ms(side.first_s) - median_ms(alone.first_s)
        report.check(f"{name}: over the first word, p50 ms", first, bar=FIRST_BAR_MS)
        first = p95_ms(side.first_s) - p95_ms(alone.first_s)
        report.check(f"{name}: over the first word, p95 ms", first, bar=FIRST_P95_BAR_MS)
        late = median_ms(side.late_s) - median_ms(alone.late_s)
        report.check(f"{name}: over a word, p50 ms", late, bar=EVENT_BAR_MS)
        each = median_ms(side.each_s) - median_ms(alone.each_s)
        report.check(f"{name}: over a word at once, p50 ms", each, bar=EVENT_BAR_MS)


@click.command()
@bench_options
def chat_proxy(*, options: BenchOptions) -> None:
    """Compare an answer of a scripted provider alone, through our engine, and over HTTP.

    Provider and reader are this process, which has one clock for both ends. "one process" serves
    the route here too, for the stages before the provider is asked; "whole route" is a server of
    its own, as in production. Of every other answer the words come without a pause ("a word at
    once"): what each adds to a stream at full speed, from the first that leaves the provider to
    the last that arrives.
    """
    with bench_servers(options) as urls:
        report = options.report("chat-proxy", pause_s=PAUSE_S)
        run_as_served(_measure(report, options, urls))
    options.finish(report)
