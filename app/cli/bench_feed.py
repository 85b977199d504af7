"""`finnami bench feed`: a burst of ticks from a provider's socket to what can be read."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import click

from app.cli.bench_feed_provider import symbols_of
from app.cli.benching.host import rss_mb, tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.ids import new_id
from app.core.migrate import discover, migrate
from app.core.redis import slow_redis
from app.core.sidecar import Sidecar
from app.domains.market.adapters.alpaca import Alpaca
from app.domains.market.adapters.intake import Intake, gate_for
from app.domains.market.adapters.socket_feed import SocketFeed
from app.domains.market.adapters.tick_stream import MAX_ENTRIES, TickStream
from app.domains.market.service import MarketService
from app.domains.market.types import Quote, Source
from app.services import SPECS, migrations_dir
from app.worker.live_feed import HandOver
from app.worker.recorder import Recorder

KEY = "bench:ticks"
SLOW_S = 1.0
SAMPLE_S = 0.05
PATIENCE_S = 60.0
QUICK_RATE, QUICK_SECONDS = 2_000.0, 3.0
GROWTH_BAR_MB = 32.0
READABLE_BAR_MS = 500.0


class TimedMarket(MarketService):
    """Notes when each quote was recorded; `slow_s` makes a database that is busy."""

    def __init__(self, db: Database, clock: SystemClock, *, slow_s: float) -> None:
        super().__init__(db=db, clock=clock, seed=7, feed=Alpaca.name)
        self._clock = clock
        self._slow_s = slow_s
        self.lags_s: list[float] = []
        self.last: dict[str, Quote] = {}

    async def record_newer(self, batch: tuple[Quote, ...]) -> tuple[Quote, ...]:
        """Record, and note how old each quote is by then."""
        await asyncio.sleep(self._slow_s)
        kept = await super().record_newer(batch)
        now = self._clock.now()
        self.lags_s += [(now - quote.exchange_at).total_seconds() for quote in kept]
        self.last |= {quote.symbol: quote for quote in kept}
        return kept


@dataclass
class Seen:
    """What was watched during one arm."""

    lags_s: list[float] = field(default_factory=list)
    disorder: int = 0
    rss_mb: list[float] = field(default_factory=list)
    held_max: int = 0
    stream_max: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rate: float
    seconds: float
    symbols: int
    seed: int


async def _readers(stream: TickStream, seen: Seen) -> None:
    """Read as the API does, noting each quote's age and whether a symbol ever went back."""
    clock, position, newest = SystemClock(), "0-0", dict[str, Any]()
    while True:
        for entry_id, quote in await stream.tail(position):
            position = entry_id
            if quote is None:
                continue
            seen.lags_s.append((clock.now() - quote.exchange_at).total_seconds())
            seen.disorder += quote.exchange_at < newest.get(quote.symbol, quote.exchange_at)
            newest[quote.symbol] = quote.exchange_at


async def _sample(client: Any, intake: Intake, seen: Seen) -> None:
    while True:
        seen.rss_mb.append(rss_mb(os.getpid()) or 0.0)
        seen.held_max = max(seen.held_max, intake.held)
        seen.stream_max = max(seen.stream_max, int(await client.xlen(KEY)))
        await asyncio.sleep(SAMPLE_S)


def _start_provider(plan: Plan) -> tuple[subprocess.Popen[str], str]:
    arguments = json.dumps(
        {
            "symbols": plan.symbols,
            "rate": plan.rate,
            "seconds": plan.seconds,
            "seed": plan.seed,
        }
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "app.cli.bench_feed_provider", arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for
    return child, child.stdout.readline().strip()


async def _arm(
    name: str, report: Report, plan: Plan, *, db: Database, redis_url: str, slow_s: float
) -> None:
    """Run one burst from the provider's socket to the database and add its figures."""
    clock, client = SystemClock(), slow_redis(redis_url)
    await client.delete(KEY)
    child, port = await asyncio.to_thread(_start_provider, plan)
    market, stream, seen = (
        TimedMarket(db, clock, slow_s=slow_s),
        TickStream(client, key=KEY),
        Seen(),
    )
    symbols = symbols_of(plan.symbols)
    label = f"{name}-{new_id()}"
    source = Source(label, "import", "Bench", "USD", symbols, date.min, date.min, "")
    dialect = Alpaca(
        symbols,
        key="bench",
        secret="bench",  # noqa: S106 - our own child's
        stream_url=f"ws://127.0.0.1:{port}",
        rest_url="http://127.0.0.1:1",
    )
    intake = Intake(
        SocketFeed(dialect, clock, chance=lambda: 0.0),
        source,
        label=label,
        gate=gate_for(source, {}),
        hand_on=HandOver(market, stream).live,
        keep_apart=market.keep_suspects,
    )
    await stream.join()
    cpu_s = tree_cpu_s(os.getpid())
    tail = TickStream(slow_redis(redis_url), key=KEY)
    work = [
        asyncio.create_task(run)
        for run in (
            intake.run(),
            Recorder(market, stream, clock, consumer="bench").run(),
            _readers(tail, seen),
            _sample(client, intake, seen),
        )
    ]
    try:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        told = json.loads(await asyncio.to_thread(child.stdout.readline))
        await _settle(intake, stream)
        cpu_s = tree_cpu_s(os.getpid()) - cpu_s
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        child.terminate()
        child.wait(timeout=10)
        await client.delete(KEY)
        await tail.close()
        await client.aclose()
    _add(name, report, plan, (intake, market, seen), told=told, cpu_s=cpu_s)


async def _settle(intake: Intake, stream: TickStream) -> None:
    """Wait until nothing is on its way any more, or patience ends: then a check fails."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            quiet = 0
            while quiet < 5:
                await asyncio.sleep(0.1)
                quiet = quiet + 1 if not intake.held and await stream.behind() == 0 else 0


def _add(
    name: str,
    report: Report,
    plan: Plan,
    parts: tuple[Intake, TimedMarket, Seen],
    *,
    told: dict[str, Any],
    cpu_s: float,
) -> None:
    intake, market, seen = parts
    counts = intake.counts
    report.add(
        arm_of(
            name,
            "candidate",
            Measured(
                seen.lags_s,
                told["seconds"],
                cpu_s=cpu_s,
                cpu_us_per_op=cpu_s / max(1, counts.ticks) * 1e6,
                rss_mb=max(seen.rss_mb),
            ),
        )
    )
    if counts.connections > 1:
        report.invalidate(f"{name}: the connection was lost, this machine was too busy to keep it")
    # The first quarter warms caches and buffers up; what counts is whether it goes on growing.
    settled = seen.rss_mb[len(seen.rss_mb) // 4]
    growth_mb = max(seen.rss_mb) - settled
    wrong = sum(
        symbol not in market.last or float(market.last[symbol].price) != price
        for symbol, price in told["last"].items()
    )
    report.note(
        name,
        {
            **counts.facts(),
            "ticks_in_per_s": round(counts.ticks / told["seconds"], 1),
            "recorded_p50_ms": percentile_ms(market.lags_s, 0.50),
            "recorded_p99_ms": percentile_ms(market.lags_s, 0.99),
            "rss_growth_mb": round(growth_mb, 1),
            "held_max": seen.held_max,
            "stream_max": seen.stream_max,
        },
    )
    report.check(f"{name}: last prices that differ from the provider's", wrong, bar=0, op="==")
    report.check(f"{name}: a symbol's quotes out of order", seen.disorder, bar=0, op="==")
    lost = counts.ticks - counts.published - counts.conflated - counts.late
    report.check(f"{name}: ticks unaccounted for", lost, bar=0, op="==")
    report.check(f"{name}: quotes held at once", seen.held_max, bar=plan.symbols)
    report.check(f"{name}: entries in the stream", seen.stream_max, bar=MAX_ENTRIES + 1000)
    report.check(f"{name}: growth of memory MB", round(growth_mb, 1), bar=GROWTH_BAR_MB)
    if name == "usual":
        p99_ms = report.value(name, "p99_ms")
        report.check_time(f"{name}: tick to readable p99 ms", p99_ms, bar=READABLE_BAR_MS)


async def _run(report: Report, options: BenchOptions, plan: Plan, urls: tuple[str, str]) -> None:
    name = f"finnami_bench_{new_id()}"
    head, _, query = urls[0].partition("?")
    db = Database.connect(
        f"{head.rpartition('/')[0]}/{name}?{query}",
        name,
        transactions_at_once=1,
        sidecar=Sidecar(),
        clock=SystemClock(),
    )
    try:
        await migrate(
            db,
            SPECS,
            discover(migrations_dir()),
            clock=SystemClock(),
            owner="bench",
            progress=options.say,
        )
        for arm, slow_s in (("usual", 0.0), ("slow database", SLOW_S)):
            options.say(f"{arm}: {plan.rate:.0f} ticks/s for {plan.seconds:.0f} s")
            await _arm(arm, report, plan, db=db, redis_url=urls[1], slow_s=slow_s)
    finally:
        await db.driver.client.drop_database(name)
        await db.close()


@click.command()
@click.option("--rate", default=5000.0, show_default=True, type=click.FloatRange(100, 100_000))
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1, 600))
@click.option("--symbols", default=200, show_default=True, type=click.IntRange(1, 500))
@bench_options
def feed(*, options: BenchOptions, rate: float, seconds: float, symbols: int) -> None:
    """Send a burst of ticks through socket, judge, stream and database; twice.

    Once as it is, once with a database that takes a second for each write: then quotes are
    conflated and memory stays bounded. Times are from the trade to what a reader sees.
    """
    plan = Plan(rate, seconds, symbols, options.seed)
    if options.quick:
        plan = Plan(min(rate, QUICK_RATE), min(seconds, QUICK_SECONDS), symbols, options.seed)
    with bench_servers(options) as urls:
        report = options.report("feed", rate=plan.rate, seconds=plan.seconds, symbols=plan.symbols)
        asyncio.run(_run(report, options, plan, urls))
    options.finish(report)
