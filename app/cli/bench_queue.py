"""`finnami bench queue`: from commit to start through outbox and queue, beside stock arq."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import click

from app.cli.bench_queue_worker import STARTED, start_worker
from app.cli.benching.host import rss_mb, tree_cpu_s
from app.cli.benching.options import USAGE, BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.cli.launch import process
from app.core import outbox
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.events import Event
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.migrate import discover, migrate
from app.core.sidecar import Sidecar
from app.core.store import Document
from app.services import SPECS, migrations_dir
from app.worker.arq_queue import ArqQueue
from app.worker.stock_arq import STARTED as STOCK_STARTED
from app.worker.stock_arq import StockQueue

SUBSCRIBED = (("bench_job", "fast"),)
PATIENCE_S = 60.0
# The embedded database carries about 50 journalled writes a second and a job costs three
# (its row, its claim, its mark): at 50 jobs/s the quick run would measure the database.
QUICK_RATE, QUICK_SECONDS, QUICK_ROUNDS, QUICK_DRAIN = 15.0, 4, 2, 100
START_BAR_MS = 100.0
COMMIT_BAR_MS = 150.0
QUICKER_BAR = 0.25

Publish = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BenchJobAsked(Event):
    """One measured job."""

    name: ClassVar[str] = "bench.job_asked.v1"
    job_id: str


@dataclass
class Side:
    """One arm: how a job is asked for, when it was, and the worker that runs it."""

    name: str
    started_key: str
    publish: Publish
    worker: subprocess.Popen[bytes]
    asked: dict[str, float] = field(default_factory=dict)
    queued: dict[str, float] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)
    drain_per_s: float = 0.0


class Bench:
    """Both sides over one pair of servers."""

    def __init__(self, gate: Gate, db: Database, queue: ArqQueue, stock: StockQueue) -> None:
        self._gate = gate
        self._db = db
        self._queue = queue
        self._stock = stock
        self.product: Side
        self.stock: Side
        db.nudge_with(self._nudge)

    def sides(
        self, product: subprocess.Popen[bytes], stock: subprocess.Popen[bytes]
    ) -> tuple[Side, Side]:
        """Return the two arms, the baseline first."""
        self.product = Side("product", STARTED, self._publish, product)
        self.stock = Side("arq stock", STOCK_STARTED, self._enqueue_stock, stock)
        return self.stock, self.product

    async def _nudge(self, rows: list[Document]) -> None:
        """Note the commit before the queue hears of it."""
        committed = time.monotonic()
        for row in rows:
            self.product.asked[row["ids"]["job_id"]] = committed
        await self._queue.nudge(rows)
        for row in rows:
            self.product.queued[row["ids"]["job_id"]] = time.monotonic()

    async def _publish(self, job: str) -> None:
        await self._db.transaction(lambda tx: _tell(tx.publish, BenchJobAsked(job)))

    async def _enqueue_stock(self, job: str) -> None:
        self.stock.asked[job] = time.monotonic()
        await self._stock.enqueue(job)
        self.stock.queued[job] = time.monotonic()

    async def publish_many(self, side: Side, count: int) -> None:
        """Ask for many jobs at once; the product's rows are left to the relay."""
        jobs = [new_id() for _ in range(count)]
        if side is self.stock:
            await asyncio.gather(*(side.publish(job) for job in jobs))
            return
        at = SystemClock().now()
        rows = [outbox.row(BenchJobAsked(job), jobs=SUBSCRIBED, at=at) for job in jobs]
        await self._db.insert_many(outbox.COLLECTION, rows)
        side.asked.update(dict.fromkeys(jobs, time.monotonic()))

    async def steady(self, side: Side, *, rate: float, seconds: float) -> None:
        """Ask for jobs at a steady rate and wait until all have begun."""
        began = time.monotonic()
        waiting: set[asyncio.Future[None]] = set()
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            waiting.add(asyncio.ensure_future(side.publish(new_id())))
        await asyncio.gather(*waiting)
        await self.settle(side)

    async def drain(self, side: Side, count: int) -> None:
        """Measure jobs per second when many are due at once."""
        began = time.monotonic()
        await self.publish_many(side, count)
        await self.settle(side)
        side.drain_per_s = count / (time.monotonic() - began)

    async def settle(self, side: Side) -> None:
        """Wait until every asked job has begun, or patience ends."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            await self._collect(side)
            if len(side.starts) >= len(side.asked):
                return
            await asyncio.sleep(0.02)

    async def _collect(self, side: Side) -> None:
        popped = await self._gate.call("LPOP", side.started_key, 5000, timeout_s=5.0)
        for entry in popped if isinstance(popped, list) else []:
            assert isinstance(entry, bytes)  # noqa: S101 (what our own workers pushed)
            job, _, at = entry.decode().partition(" ")
            side.starts.setdefault(job, []).append(float(at))

    async def open_rows(self) -> int:
        """Return how many rows are still open."""
        return len(await self._db.find_many(outbox.COLLECTION, {"open": True}, limit=10_000))


async def _tell(publish: Callable[[Event], None], event: Event) -> None:
    publish(event)


def _latencies(side: Side, since: dict[str, float]) -> list[float]:
    """Return seconds from `since` to each first start; a nudge that was missed counts too."""
    return [max(0.0, side.starts[job][0] - at) for job, at in since.items() if job in side.starts]


async def _measure(bench: Bench, report: Report, options: BenchOptions, plan: "Plan") -> None:
    sides = (bench.stock, bench.product)
    cpu = {side.name: tree_cpu_s(side.worker.pid) for side in sides}
    for number in range(plan.rounds):
        options.say(f"round {number + 1} of {plan.rounds}")
        for side in sides:
            await bench.steady(side, rate=plan.rate, seconds=plan.seconds / plan.rounds)
    steady = {side.name: _latencies(side, side.asked) for side in sides}
    queued_p99_ms = percentile_ms(_latencies(bench.product, bench.product.queued), 0.99)
    used = {side.name: tree_cpu_s(side.worker.pid) - cpu[side.name] for side in sides}
    memory = {side.name: rss_mb(side.worker.pid) for side in sides}
    for side in sides:
        options.say(f"draining {plan.drain} jobs: {side.name}")
        await bench.drain(side, plan.drain)
    for side in sides:
        measured = Measured(
            steady[side.name],
            plan.seconds,
            cpu_s=used[side.name],
            cpu_us_per_op=used[side.name] / max(1, len(steady[side.name])) * 1e6,
            rss_mb=memory[side.name],
        )
        report.add(arm_of(side.name, "baseline" if side is bench.stock else "candidate", measured))
    report.note("drain_jobs_per_s", {side.name: round(side.drain_per_s, 1) for side in sides})
    report.check_time("queued to start p99 ms", queued_p99_ms, bar=START_BAR_MS)
    await _bars(bench, report)


async def _bars(bench: Bench, report: Report) -> None:
    product = bench.product
    report.ratio(
        "commit to start p99 / stock enqueue to start p99",
        arm="product",
        baseline="arq stock",
        metric="p99_ms",
        bar=QUICKER_BAR,
    )
    report.check_time(
        "commit to start p99 ms", report.value("product", "p99_ms"), bar=COMMIT_BAR_MS
    )
    never = len(product.asked.keys() - product.starts.keys())
    twice = sum(len(starts) > 1 for starts in product.starts.values())
    report.check("jobs that never began", never, bar=0, op="==")
    report.check("jobs that began twice", twice, bar=0, op="==")
    # The mark follows the start by one transaction.
    await asyncio.sleep(1.0)
    report.check("rows left open", await bench.open_rows(), bar=0, op="==")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rate: float
    seconds: float
    drain: int
    rounds: int


async def _run(
    report: Report, options: BenchOptions, plan: Plan, *, urls: tuple[str, str], folder: Path
) -> None:
    name = f"finnami_bench_{new_id()}"
    head, _, query = urls[0].partition("?")
    mongo_url = f"{head.rpartition('/')[0]}/{name}?{query}"
    clock = SystemClock()
    db = Database.connect(
        mongo_url,
        name,
        transactions_at_once=4,
        sidecar=Sidecar({BenchJobAsked.name: SUBSCRIBED}),
        clock=clock,
    )
    await migrate(
        db, SPECS, discover(migrations_dir()), clock=clock, owner="bench", progress=options.say
    )
    gate = await Gate.connect(urls[1], timeout_s=5.0)
    queue, stock = await ArqQueue.connect(urls[1]), await StockQueue.connect(urls[1])
    await gate.call("DEL", STARTED, STOCK_STARTED)
    bench = Bench(gate, db, queue, stock)
    with ExitStack() as stack:
        product_worker = start_worker(stack, "product", (mongo_url, urls[1]), folder)
        stock_worker = start_worker(stack, "stock", (mongo_url, urls[1]), folder)
        for side in bench.sides(product_worker, stock_worker):
            # The first job waits for its worker's start: it is not measured.
            await side.publish(new_id())
            await bench.settle(side)
            _require_started(side, folder)
            for times in (side.asked, side.queued, side.starts):
                times.clear()
        await _measure(bench, report, options, plan)
    await stock.close()
    await queue.close()
    await gate.close()
    await db.driver.client.drop_database(name)
    await db.close()


def _require_started(side: Side, folder: Path) -> None:
    """End with 2 and the worker's last words when its first job never began."""
    if side.starts:
        return
    click.echo(f"finnami: the worker of {side.name!r} ran no job", err=True)
    for log in folder.glob("*.log"):
        for line in process.last_lines(log, 5):
            click.echo(f"  {log.stem}: {line[:300]}", err=True)
    sys.exit(USAGE)


@click.command()
@click.option("--rate", default=50.0, show_default=True, type=click.FloatRange(1, 1000))
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(1, 3600))
@click.option("--drain", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@bench_options
def queue(*, options: BenchOptions, rate: float, seconds: float, drain: int) -> None:
    """Compare commit-to-start through the outbox with stock arq's enqueue-to-start."""
    plan = Plan(rate, seconds, drain, options.rounds)
    if options.quick:
        plan = Plan(min(rate, QUICK_RATE), QUICK_SECONDS, QUICK_DRAIN, QUICK_ROUNDS)
    with bench_servers(options) as urls, tempfile.TemporaryDirectory() as folder:
        report = options.report("queue", rate=plan.rate, seconds=plan.seconds, drain=plan.drain)
        asyncio.run(_run(report, options, plan, urls=urls, folder=Path(folder)))
    options.finish(report)
