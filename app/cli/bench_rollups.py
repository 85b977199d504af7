"""`finnami bench rollups`: a report from daily rollups beside the same sums from raw postings."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import click
from numpy.random import Generator, default_rng

from app.cli.analytics import on_database
from app.cli.benching.host import tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.report import Measured, Report, arm_of
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.db import Database
from app.core.ids import new_id
from app.core.migrate import create_collections
from app.core.mongo import long
from app.core.store import Document
from app.domains.analytics import service as analytics
from app.domains.analytics.types import RollupKind
from app.domains.ledger import service as ledger
from app.domains.ledger.usecases.flows import Flows

BATCH = 1_000
READ_BAR = 0.1
QUICK_ROWS, QUICK_DAYS, QUICK_ROUNDS = 4_000, 8, 2
CUSTOMERS = 1_000
KINDS = {"deposit": "funding", "withdrawal": "payout", "transfer": None, "order": "broker"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: `rows` postings spread evenly over `days` that are over."""

    rows: int
    days: int
    rounds: int
    budget_s: float

    def span(self) -> tuple[date, date]:
        """Return the first and the last day; the last is yesterday."""
        last = SystemClock().now().date() - timedelta(days=1)
        return last - timedelta(days=self.days - 1), last


def pairs(random: Generator, plan: Plan) -> Iterator[list[Document]]:
    """Yield invented movements, two balanced postings each, as the ledger stores them."""
    first, _ = plan.span()
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    step = timedelta(days=plan.days) / plan.rows
    names = list(KINDS)
    for number in range(0, plan.rows, 2):
        at = start + number * step
        kind = names[int(random.integers(len(names)))]
        customer = int(random.integers(CUSTOMERS))
        other = (customer + 1 + int(random.integers(CUSTOMERS - 1))) % CUSTOMERS
        purpose = KINDS[kind]
        house = f"house.{purpose}.{number % 16:02d}.USD"
        target = house if purpose else f"u{other}.USD"
        minor = int(random.integers(1, 100_000)) * (-1 if kind != "deposit" else 1)
        legs = ((f"u{customer}.USD", minor), (target, -minor))
        yield [
            {
                "_id": f"{account}:{number + leg:012d}", "account": account, "seq": number + leg,
                "journal": f"j{number}", "unit": "USD", "amount": long(amount),
                "balance": long(0), "prev": "", "kind": kind, "at": at,
            }
            for leg, (account, amount) in enumerate(legs)
        ]  # fmt: skip


async def fill(db: Database, plan: Plan, random: Generator, options: BenchOptions) -> None:
    """Put the movements of the plan into the database, without the ledger's checks."""
    zero = {"balance": long(0), "held": long(0), "available": long(0), "v": long(1)}
    await db.insert_many(
        "accounts",
        [
            {"_id": f"u{n}.USD", "owner": f"u{n}", "unit": "USD", "kind": "cash",
             "status": "open", "overdraft": False, **zero}
            for n in range(CUSTOMERS)
        ],
    )  # fmt: skip
    batch: list[Document] = []
    done = 0
    for pair in pairs(random, plan):
        batch += pair
        if len(batch) >= BATCH:
            await db.insert_many("postings", batch)
            done += len(batch)
            batch = []
            if done % (100 * BATCH) == 0:
                options.say(f"{done} of {plan.rows} postings written")
    await db.insert_many("postings", batch)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    """Yield an empty database of its own name; drop it afterwards where it is not private.

    A private server's folder goes with the run, and it drops no more than 700 rows a second.
    """
    name = f"bench_{new_id()}"
    db = Database.connect(url, name, transactions_at_once=1, clock=SystemClock())
    try:
        await create_collections(db, (*ledger.COLLECTIONS, *analytics.COLLECTIONS))
        yield db
    finally:
        if url == Settings().mongo_url:
            await db.driver.client.drop_database(name)
        await db.close()


async def _measure(report: Report, options: BenchOptions, plan: Plan, *, url: str) -> None:
    first, last = plan.span()
    async with _database(url) as db:
        options.say(f"writing {plan.rows} postings over {plan.days} days")
        await fill(db, plan, default_rng(options.seed), options)
        door, raw = on_database(db), Flows(db=db)
        with click.progressbar(length=plan.days, label="Rebuild", file=sys.stderr) as bar:
            began = time.perf_counter()
            built = await door.rebuilding.run(
                first, last, kinds=[RollupKind.FLOWS], progress=bar.update
            )
            rebuild_s = time.perf_counter() - began
        again = await door.rebuilding.run(first, last, kinds=[RollupKind.FLOWS])
        start = datetime(first.year, first.month, first.day, tzinfo=UTC)
        end = start + timedelta(days=plan.days)

        async def from_postings() -> None:
            await raw.of(start, end)

        async def from_rollups() -> None:
            await door.reports.flows(first, last)

        for name, role, read in (
            ("raw postings", "baseline", from_postings),
            ("rollups", "candidate", from_rollups),
        ):
            options.say(f"reading: {name}")
            report.add(arm_of(name, role, await _timed(read, plan.rounds)))
    report.note("rebuild", {"seconds": round(rebuild_s, 3), "days": built.days})
    report.check("rollups that a second rebuild changed", again.changed, bar=0, op="==")
    report.check_time("seconds to roll everything up", rebuild_s, bar=plan.budget_s)


async def _timed(read: Callable[[], Awaitable[None]], rounds: int) -> Measured:
    """Run one kind of read some times; its first run warms the server up."""
    await read()
    latencies: list[float] = []
    cpu_before = tree_cpu_s(os.getpid())
    began = time.perf_counter()
    for _ in range(rounds):
        at = time.perf_counter()
        await read()
        latencies.append(time.perf_counter() - at)
    elapsed = time.perf_counter() - began
    return Measured(latencies, elapsed, cpu_s=tree_cpu_s(os.getpid()) - cpu_before)


@click.command()
@click.option("--rows", default=20_000, show_default=True, type=click.IntRange(100, 10_000_000))
@click.option("--days", default=100, show_default=True, type=click.IntRange(1, 400))
@click.option(
    "--budget-s", default=60.0, show_default=True, type=click.FloatRange(0.1, 3_600),
    help="How long rolling everything up may take; decides with --gate all.",
)  # fmt: skip
@bench_options
def rollups(*, options: BenchOptions, rows: int, days: int, budget_s: float) -> None:
    """Compare a report over rollups with the same sums over raw postings.

    For the budget of a million rows name a MongoDB: set FINNAMI_MONGO_URL and FINNAMI_REDIS_URL
    and give --rows 1000000 --gate all.
    """
    plan = Plan(rows, days, options.rounds, budget_s)
    if options.quick:
        plan = Plan(min(rows, QUICK_ROWS), min(days, QUICK_DAYS), QUICK_ROUNDS, budget_s)
    with bench_servers(options) as urls:
        report = options.report("rollups", rows=plan.rows, days=plan.days)
        asyncio.run(_measure(report, options, plan, url=urls[0]))
    report.ratio(
        "report from rollups / from raw postings, p50",
        arm="rollups", baseline="raw postings", metric="p50_ms", bar=READ_BAR,
    )  # fmt: skip
    options.finish(report)
