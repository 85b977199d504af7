"""`finnami bench chat-answer`: an embedded answer over HTTP beside its bare bytes."""

import asyncio
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from numpy.random import default_rng

from app.cli.benching.answer_server import BARE, start_server
from app.cli.benching.answer_world import Customer, World, answer_world
from app.cli.benching.host import rss_mb, tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of
from app.cli.benching.sockets import Reading, read_stream, request_of
from app.cli.launch import process
from app.cli.launch.plan import answers_ready
from app.cli.launch.ports import free_port
from app.core.config import Settings
from app.domains.chat.evaluation.questions import read_questions
from app.domains.chat.talk_types import LANGUAGES, Understander
from app.domains.chat.understanding.understander import load_understander
from app.services import model_store

FIRST_BAR_MS, FIRST_P95_BAR_MS, WHOLE_BAR_MS = 30.0, 80.0, 150.0
COLD_BAR_MS = 1_000.0
READING = "text read alone"
# The bars in milliseconds over the 15 that reading a text may take: both wait for the same cores.
FIRST_RATIO_BAR, WHOLE_RATIO_BAR = FIRST_BAR_MS / 15.0, WHOLE_BAR_MS / 15.0
A_ROUND, QUICK_A_ROUND, QUICK_ROUNDS = 3, 1, 1
FIRST_OF_ALL, FIRST_OF_ALL_BAR = "first in a language, whole", 2.0
READY_S, LOOK_S, RESTS_S = 120.0, 1.0, 0.1


@dataclass
class Side:
    """What one way of answering gave: seconds to the first event, first text and the end."""

    first_s: list[float] = field(default_factory=list)
    text_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def note(self, reading: Reading) -> None:
        """Take an answer."""
        self.first_s.append(reading.first_s)
        if reading.words_at:
            self.text_s.append(reading.words_at[0] - reading.sent_at)
        self.whole_s.append(reading.ended_at - reading.sent_at)


class Run:
    """Customers of eight languages at one server."""

    def __init__(self, port: int, pid: int, options: BenchOptions) -> None:
        self._port = port
        self._pid = pid
        self._options = options
        self.customers: dict[str, Customer] = {}
        self.ends: Counter[str] = Counter()
        self.sizes: list[int] = []

    def sign_in(self, world: World, languages: Sequence[str]) -> None:
        """Sign one customer in for each language; the logins of a world serve once."""
        for language in languages:
            login = world.logins.pop()
            self.customers[language] = customer = Customer(self._port, login, language)
            customer.sign_in()
            customer.begin()

    async def ask(self, side: Side, language: str, text: str) -> Reading:
        """Ask one question and read the answer to its end."""
        customer = self.customers[language]
        wait_s = customer.wait_s()
        if wait_s > 0:
            self._options.say(f"a minute's messages are used up: {wait_s:.0f} s of waiting")
            await asyncio.sleep(wait_s)
        reading = await self._read(side, customer.message(text))
        self.ends[_finish(reading)] += 1
        self.sizes.append(len(reading.body))
        return reading

    async def again(self, side: Side, answer: Reading) -> None:
        """Have the same bytes streamed by a route that does nothing else."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request_of(BARE, body=answer.body, method="PUT"))
        await reader.read()
        writer.close()
        await self._read(side, request_of(BARE))

    async def _read(self, side: Side, request: bytes) -> Reading:
        before = tree_cpu_s(self._pid)
        reading = await read_stream(self._port, request)
        side.cpu_s += tree_cpu_s(self._pid) - before
        side.note(reading)
        return reading


def _understander() -> Understander:
    """Return what reads a text in this process, warm."""
    settings = Settings()
    found = load_understander(settings.models_dir, trust=model_store(settings).trust)
    found.read("hello")
    return found


def _finish(reading: Reading) -> str:
    """Return how an answer ended, as its last event tells it."""
    last = reading.body.rstrip().rpartition(b"\n\n")[2]
    name = last.partition(b"event: ")[2].partition(b"\n")[0].decode()
    return last.partition(b'"finish":"')[2].partition(b'"')[0].decode() or name or "cut"


def _questions(seed: int) -> dict[str, list[str]]:
    """Return the shipped questions of each language, in an order drawn by the seed."""
    random = default_rng(seed)
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for one in read_questions(None):
        if one.category == "happy":
            found[one.lang].append(one.turns[0][0])
    return {
        language: [texts[place] for place in random.permutation(len(texts))]
        for language, texts in found.items()
    }


@contextmanager
def _server(
    world: World, options: BenchOptions, folder: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    options.say("starting the server")
    child = start_server(port, world.settings, log=folder / "server.log")
    try:
        process.wait_until_ready(
            child, lambda: answers_ready(port), name="the server", timeout_s=READY_S
        )
        yield child, port
    finally:
        process.stop(child)


async def _measure(report: Report, options: BenchOptions, urls: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="finnami-bench-") as place:
        folder = Path(place)
        async with answer_world(urls, folder) as world:
            options.say("making customers with money, shares and a goal")
            await world.fill(len(LANGUAGES) + 1)
            with _server(world, options, folder) as (child, port):
                await _at_once(report, world, Run(port, child.pid, options), options.seed)
            with _server(world, options, folder) as (child, port):
                before = rss_mb(child.pid)
                await _rested(child.pid)
                await _rounds(report, options, world, Run(port, child.pid, options))
                # With it come prices and whatever else answers read: `bench understand` has the
                # memory of understanding alone.
                report.note("server_rss_mb", {"ready": before, "after": rss_mb(child.pid)})


async def _rested(pid: int) -> None:
    """Wait until the server has done what it does by itself after its start."""
    async with asyncio.timeout(READY_S):
        before = -RESTS_S
        while (spent := tree_cpu_s(pid)) - before >= RESTS_S:
            before = spent
            await asyncio.sleep(LOOK_S)


async def _at_once(report: Report, world: World, run: Run, seed: int) -> None:
    """Time the very first message: what it needs is being loaded."""
    run.sign_in(world, LANGUAGES[:1])
    side = Side()
    await run.ask(side, LANGUAGES[0], _questions(seed)[LANGUAGES[0]][0])
    whole_ms = 1000 * side.whole_s[0]
    report.note("first_after_start_ms", round(whole_ms, 1))
    report.check_time("a message right after a start, whole, ms", whole_ms, bar=COLD_BAR_MS)


async def _rounds(report: Report, options: BenchOptions, world: World, run: Run) -> None:
    questions = _questions(options.seed)
    run.sign_in(world, LANGUAGES)
    options.say("the first message in each language")
    began = time.perf_counter()
    cold = Side()
    for language in LANGUAGES:
        await run.ask(cold, language, questions[language][0])
    cold_s = time.perf_counter() - began
    answered, bare, reads = Side(), Side(), _understander()
    alone_s: list[float] = []
    rounds = QUICK_ROUNDS if options.quick else options.rounds
    count = QUICK_A_ROUND if options.quick else A_ROUND
    began = time.perf_counter()
    for number in range(rounds):
        options.say(f"round {number + 1} of {rounds}: {count} questions in each language")
        await world.quote()
        for customer in run.customers.values():
            customer.begin()
        for step in range(count):
            for language in LANGUAGES:
                texts = questions[language]
                text = texts[(number * count + step) % len(texts)]
                at = time.perf_counter()
                reads.read(text)
                alone_s.append(time.perf_counter() - at)
                await run.again(bare, await run.ask(answered, language, text))
    elapsed_s = time.perf_counter() - began
    report.add(arm_of(READING, "baseline", Measured(alone_s, elapsed_s)))
    _arms(report, (bare, answered), elapsed_s)
    report.add(arm_of(FIRST_OF_ALL, "candidate", Measured(cold.whole_s, cold_s)))
    report.note("ended", dict(run.ends))
    report.note("answer_bytes", {"smallest": min(run.sizes), "largest": max(run.sizes)})
    report.check("answers that ended in an error", run.ends["error"] + run.ends["cut"], bar=0)
    _bars(report)


def _arms(report: Report, sides: Sequence[Side], elapsed_s: float) -> None:
    for name, role, side in zip(("bare", "answer"), ("baseline", "candidate"), sides, strict=True):
        for part, seconds in (
            ("first byte", side.first_s), ("first text", side.text_s), ("whole", side.whole_s)
        ):  # fmt: skip
            # The server's CPU says more than a clock where others use the machine.
            cpu_us = 1e6 * side.cpu_s / len(seconds) if part == "whole" else None
            measured = Measured(seconds, elapsed_s, cpu_us_per_op=cpu_us)
            report.add(arm_of(f"{name}, {part}", role, measured))


def _bars(report: Report) -> None:
    for part, bar in (("first byte", FIRST_RATIO_BAR), ("whole", WHOLE_RATIO_BAR)):
        report.ratio(
            f"{part} / {READING}", arm=f"answer, {part}", baseline=READING,
            metric="p50_ms", bar=bar,
        )  # fmt: skip
    first, whole = "answer, first byte", "answer, whole"
    # What only first messages do was to be done at the start.
    report.ratio(
        "first in a language / later ones", arm=FIRST_OF_ALL, baseline=whole, metric="p50_ms",
        bar=FIRST_OF_ALL_BAR,
    )  # fmt: skip
    report.check_time("first byte p50 ms", report.value(first, "p50_ms"), bar=FIRST_BAR_MS)
    report.check_time("first byte p95 ms", report.value(first, "p95_ms"), bar=FIRST_P95_BAR_MS)
    report.check_time("whole answer p50 ms", report.value(whole, "p50_ms"), bar=WHOLE_BAR_MS)


@click.command()
@bench_options
def chat_answer(*, options: BenchOptions) -> None:
    """Ask a running server questions in eight languages; no key, no provider.

    The server is a process of its own with everything it has in production; one customer a
    language signs in and asks the questions that ship for evaluation. Beside each answer the same
    bytes are streamed by a bare route of the same server, and before it this process reads the
    text alone: by far the longest part of what an answer waits for. The first byte is that of the
    first event; time begins when a message is sent over an open connection.
    """
    with bench_servers(options) as urls:
        report = options.report("chat-answer", a_round=A_ROUND)
        asyncio.run(_measure(report, options, urls))
    options.finish(report)
