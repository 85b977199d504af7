"""`finnami bench ledger`: transfers through the whole product beside bare transactions."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import click
from numpy.random import Generator, default_rng

from app.cli.benching.host import tree_cpu_s
from app.cli.benching.options import BenchOptions, bench_options, bench_servers
from app.cli.benching.people import cleared_people
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.cli.benching.transfers import (
    ApprovingFraud,
    Arm,
    BareArm,
    BareDatabase,
    ProductArm,
    TimedDatabase,
    run_clients,
)
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import create_collections
from app.core.sidecar import Sidecar
from app.domains.ledger.service import LedgerService
from app.services import SPECS, SUBSCRIPTIONS, Ports, build, stored_scorers

SPEED_BAR = 0.35
ATTEMPTS_BAR = 1.3
OPENING_MINOR = 1_000_000
QUICK_SECONDS, QUICK_ROUNDS = 4.0, 2


@dataclass
class Series:
    """What one arm gathered over its rounds under one setting."""

    latencies_s: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    inside_s: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    cpu_s: float = 0.0
    attempts: int = 0
    transactions: int = 0

    def facts(self) -> dict[str, object]:
        """Return what the shared report has no field for."""
        return {
            "ended": dict(self.ended),
            "attempts_per_transaction": round(self.attempts / max(1, self.transactions), 3),
            "inside_p50_ms": percentile_ms(self.inside_s, 0.50),
            "inside_p99_ms": percentile_ms(self.inside_s, 0.99),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which settings are measured, and for how long."""

    accounts: tuple[int, ...]
    limiters: tuple[int, ...]
    clients: int
    seconds: float
    rounds: int


@asynccontextmanager
async def _database(
    url: str, limiter: int, kind: type[TimedDatabase] = TimedDatabase
) -> AsyncIterator[TimedDatabase]:
    """Yield an empty database of its own name; drop it afterwards."""
    db = kind.connect(
        url,
        f"bench_{new_id()}",
        transactions_at_once=limiter,
        sidecar=Sidecar(SUBSCRIPTIONS),
        clock=SystemClock(),
    )
    db.inside_s = []
    try:
        yield db
    finally:
        await db.driver.client.drop_database(db.name)
        await db.close()


async def _product(db: TimedDatabase, gate: Gate, accounts: int) -> ProductArm:
    """Return the whole product on a database with funded people."""
    await create_collections(db, SPECS)
    clock, keys = SystemClock(), KeyRing.generate()
    settings = Settings(mongo_url=None, mongo_embedded=True, argon2="19m")
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports())
    fraud = ApprovingFraud(
        db=db,
        clock=clock,
        scorers=stored_scorers(settings),
        gate=gate,
        identity=services.identity,
    )
    await fraud.in_force.refresh()
    ledger = LedgerService(
        db=db,
        clock=clock,
        identity=services.identity,
        onboarding=services.onboarding,
        fraud=fraud,
        keys=keys,
    )
    arm = ProductArm(db, ledger, await cleared_people(services, accounts))
    services.close()
    await arm.fund(OPENING_MINOR)
    return arm


async def _bare(db: TimedDatabase, accounts: int) -> BareArm:
    arm = BareArm(db, accounts)
    await arm.open(OPENING_MINOR)
    return arm


async def _round(arm: Arm, series: Series, plan: Plan, accounts: int, random: Generator) -> None:
    db = arm.db
    db.inside_s = series.inside_s
    attempts, transactions = db.attempts_total, db.transactions_total
    cpu = tree_cpu_s(os.getpid())
    load = await run_clients(
        arm, accounts=accounts, clients=plan.clients, seconds=plan.seconds, random=random
    )
    series.cpu_s += tree_cpu_s(os.getpid()) - cpu
    series.latencies_s += load.latencies_s
    series.ended += load.ended
    series.elapsed_s += load.elapsed_s
    series.attempts += db.attempts_total - attempts
    series.transactions += db.transactions_total - transactions


async def _setting(
    report: Report,
    options: BenchOptions,
    plan: Plan,
    *,
    urls: tuple[str, str],
    accounts: int,
    limiter: int,
) -> None:
    """Measure both arms under one setting, in turns, and check the books of both."""
    random = default_rng(options.seed)
    label = f"@{accounts} accounts, limiter {limiter}"
    series = {"bare": Series(), "product": Series()}
    gate = await Gate.connect(urls[1])
    async with (
        _database(urls[0], limiter, BareDatabase) as bare_db,
        _database(urls[0], limiter) as product_db,
    ):
        arms: dict[str, Arm] = {
            "bare": await _bare(bare_db, accounts),
            "product": await _product(product_db, gate, accounts),
        }
        for number in range(plan.rounds):
            options.say(f"{label}: round {number + 1} of {plan.rounds}")
            for name, arm in arms.items():
                await _round(arm, series[name], plan, accounts, random)
        findings = [finding for arm in arms.values() for finding in await arm.findings()]
    await gate.close()
    for name, found in series.items():
        role = "baseline" if name == "bare" else "candidate"
        refused = {code: n for code, n in found.ended.items() if code not in ("ok", "duplicate")}
        measured = Measured(found.latencies_s, found.elapsed_s, cpu_s=found.cpu_s, errors=refused)
        report.add(arm_of(f"{name} {label}", role, measured))
        report.note(f"{name} {label}", found.facts())
    report.note(f"findings {label}", findings[:20])
    report.check(f"wrong rows in the books {label}", len(findings), bar=0, op="==")


def _bars(report: Report, plan: Plan) -> None:
    """Hold the limiter that the product runs with here against the bars."""
    for accounts in plan.accounts:
        label = f"@{accounts} accounts, limiter {plan.limiters[0]}"
        report.ratio(
            f"product / bare transfers per second {label}",
            arm=f"product {label}",
            baseline=f"bare {label}",
            metric="rps",
            bar=SPEED_BAR,
            op=">=",
        )
        facts = report.document().get(f"product {label}", {})
        report.check(
            f"attempts per transfer {label}", facts["attempts_per_transaction"], bar=ATTEMPTS_BAR
        )


def _numbers(text: str, *, top: int) -> tuple[int, ...]:
    try:
        numbers = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise click.BadParameter("numbers with commas between, such as 10,200") from None
    if not numbers or min(numbers) < 1 or max(numbers) > top:
        raise click.BadParameter(f"between 1 and {top}")
    return numbers


@click.command()
@click.option("--accounts", default="10,200", show_default=True, help="How many people, each.")
@click.option("--limiter", default="1,2,4,8", show_default=True, help="Transactions at once.")
@click.option("--clients", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option("--seconds", default=6.0, show_default=True, type=click.FloatRange(1, 600))
@bench_options
def ledger(
    *, options: BenchOptions, accounts: str, limiter: str, clients: int, seconds: float
) -> None:
    """Compare the product's transfer with a bare transaction; one call in five repeats a key.

    The bars hold for the first limiter given, which is the product's own on the embedded server.
    """
    plan = Plan(
        _numbers(accounts, top=2000), _numbers(limiter, top=64), clients, seconds, options.rounds
    )
    if min(plan.accounts) < 2:
        raise click.BadParameter("a transfer needs two accounts", param_hint="--accounts")
    if options.quick:
        plan = Plan(plan.accounts[:1], plan.limiters[:1], clients, QUICK_SECONDS, QUICK_ROUNDS)
    with bench_servers(options) as urls:
        report = options.report(
            "ledger", accounts=plan.accounts, limiter=plan.limiters, clients=clients,
            seconds=plan.seconds,
        )  # fmt: skip
        for count in plan.accounts:
            for size in plan.limiters:
                asyncio.run(
                    _setting(report, options, plan, urls=urls, accounts=count, limiter=size)
                )
    _bars(report, plan)
    options.finish(report)
