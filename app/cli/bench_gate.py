"""`finnami bench gate`: session, limit and cached answer through the gate and through redis-py."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import click
import numpy as np

from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of
from app.core.gate import Gate
from app.core.gate_scripts import CHECK, LIMIT, RateLimit
from app.core.ids import new_id
from app.core.redis import SlowRedis, slow_redis

QUICK_OPS = 3_000
QUICK_ECHOES = 20_000
ECHOES = 100_000
BATCH = 200
BODY = b"x" * 200
USER, SESSION, ANSWER = "bench", "s1", "dashboard"
# So wide that no call is refused: the refused path is shorter.
LIMIT_OF_ALL = RateLimit("bench", 1_000_000, 1, 1_000_000)
CPU_BAR_US = 10.0
CHEAPER_BAR = 0.1

Operation = Callable[[], Awaitable[None]]


@dataclass
class Sample:
    """What one arm gathered over its rounds."""

    latencies_s: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    cpu_s: float = 0.0
    best_cpu_us: float = float("inf")

    def measured(self) -> Measured:
        """Return the merged rounds."""
        return Measured(
            self.latencies_s, self.elapsed_s, cpu_s=self.cpu_s, cpu_us_per_op=self.best_cpu_us
        )


class RedisPyArms:
    """The same work with redis-py's pool."""

    def __init__(self, client: SlowRedis) -> None:
        # redis-py types every command as "awaitable or not".
        self._client: Any = client
        self._keys = (f"{{u:{USER}}}:sess:{SESSION}", f"{{u:{USER}}}:rl:bench")
        self._cache = f"{{u:{USER}}}:c:{ANSWER}"
        self._numbers = tuple(str(number) for number in LIMIT_OF_ALL.args)

    async def prepare(self) -> None:
        """Teach the server both programs."""
        for script in (CHECK, LIMIT):
            await self._client.script_load(script.body)

    async def three_commands(self) -> None:
        """Session, limit and cached answer in three round trips."""
        session = await self._client.get(self._keys[0])
        await self._client.evalsha(LIMIT.sha, 1, self._keys[1], *self._numbers)
        body = await self._client.get(self._cache)
        _require(session, body)

    async def one_script(self) -> None:
        """The gate's own program, through redis-py."""
        reply = await self._client.evalsha(
            CHECK.sha, 3, *self._keys, self._cache, "1", *self._numbers
        )
        _require(reply[0], reply[4])


def _require(session: bytes | None, body: bytes | None) -> None:
    if session is None or body != BODY:
        raise RuntimeError("an arm read something else than was stored")


async def _round(operation: Operation, *, tasks: int, ops: int, sample: Sample) -> None:
    async def work(count: int) -> None:
        for _ in range(count):
            began = time.perf_counter()
            await operation()
            sample.latencies_s.append(time.perf_counter() - began)

    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(ops // tasks) for _ in range(tasks)))
    cpu_s = time.process_time() - cpu
    sample.elapsed_s += time.perf_counter() - began
    sample.cpu_s += cpu_s
    sample.best_cpu_us = min(sample.best_cpu_us, cpu_s / (ops // tasks * tasks) * 1e6)


async def echo_mix_ups(gate: Gate, *, calls: int, seed: int) -> tuple[int, int]:
    """Return (echoes answered, wrong answers) of calls that are good, bad or cancelled."""
    rng = np.random.default_rng(seed)
    answered = wrong = 0

    async def one(kind: float) -> None:
        nonlocal answered, wrong
        nonce = new_id()
        if kind < 0.1:
            try:
                await gate.call("ECHO", object())  # type: ignore[arg-type]  # bad on purpose
            except TypeError:
                return
        task = asyncio.ensure_future(gate.call("ECHO", nonce))
        if kind < 0.25:
            await asyncio.sleep(0)
            task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        if not isinstance(outcome, BaseException):
            answered += 1
            wrong += outcome != nonce.encode()

    for _ in range(calls // BATCH):
        await asyncio.gather(*(one(rng.random()) for _ in range(BATCH)))
    return answered, wrong


async def _run(report: Report, url: str, options: BenchOptions, tasks: list[int], ops: int) -> None:
    gate = await Gate.connect(url, timeout_s=5.0)
    client = slow_redis(url)
    redis_py = RedisPyArms(client)
    await redis_py.prepare()
    await gate.refill_session(USER, SESSION, b"0|user|1")
    await gate.cache_answer(USER, ANSWER, BODY, ttl_s=3600)

    async def own_gate() -> None:
        answer = await gate.check(USER, SESSION, LIMIT_OF_ALL, cache_key=ANSWER)
        _require(answer.session_value, answer.cached)

    arms: dict[str, Operation] = {
        "redis-py 3 commands": redis_py.three_commands,
        "redis-py 1 script": redis_py.one_script,
        "gate": own_gate,
    }
    samples = {(name, width): Sample() for name in arms for width in tasks}
    for number in range(options.rounds):
        options.say(f"round {number + 1} of {options.rounds}")
        for (name, width), sample in samples.items():
            await _round(arms[name], tasks=width, ops=ops // options.rounds, sample=sample)
    for (name, width), sample in samples.items():
        role = "candidate" if name == "gate" else "baseline"
        report.add(arm_of(f"{name} @{width}", role, sample.measured()))
    echoes = QUICK_ECHOES if options.quick else ECHOES
    options.say(f"{echoes} echoes with cancels and bad arguments")
    answered, wrong = await echo_mix_ups(gate, calls=echoes, seed=options.seed)
    report.note("echoes", {"sent": echoes, "answered": answered, "wrong": wrong})
    report.check("replies that reached another caller", wrong, bar=0, op="==")
    await client.aclose()
    await gate.close()


def _widths(text: str) -> list[int]:
    try:
        widths = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise click.BadParameter("numbers with commas between, such as 1,64") from None
    if not widths or widths[0] < 1 or widths[-1] > 64:
        raise click.BadParameter("between 1 and 64 tasks")
    return widths


@click.command()
@click.option("--tasks", default="1,64", show_default=True, help="Callers at once, each an arm.")
@click.option("--ops", default=50_000, show_default=True, type=click.IntRange(1000, 10_000_000))
@bench_options
def gate(*, options: BenchOptions, tasks: str, ops: int) -> None:
    """Compare the gate's one round trip with redis-py doing the same work."""
    widths = _widths(tasks)
    ops = QUICK_OPS if options.quick else ops
    with bench_servers(options) as (_, redis_url):
        report = options.report("gate", tasks=widths, ops=ops)
        asyncio.run(_run(report, redis_url, options, widths, ops))
    widest = widths[-1]
    report.ratio(
        "gate CPU / redis-py, the same three commands",
        arm=f"gate @{widest}",
        baseline=f"redis-py 3 commands @{widest}",
        metric="cpu_us_per_op",
        bar=CHEAPER_BAR,
    )
    report.check_time(
        "gate CPU us/op", report.value(f"gate @{widest}", "cpu_us_per_op"), bar=CPU_BAR_US
    )
    options.finish(report)
