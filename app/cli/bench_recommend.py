"""`finnami bench recommend`: one recommendation with its explanation, beside the usual way."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.benching.advice_world import World, demo_prices, world_of
from app.cli.benching.options import USAGE, BenchOptions, bench_options
from app.cli.benching.report import Measured, Report, arm_of

if TYPE_CHECKING:
    from app.cli.benching.advice_world import Ask

NAIVE_ASKS, QUICK_NAIVE_ASKS = 30, 6
COLD_ASKS, QUICK_COLD_ASKS = 20, 4
FASTER_BAR, COLD_BAR = 20.0, 1.0 / 0.6
P99_BAR_MS, CACHED_BAR_MS = 25.0, 5.0
SAME_BAR, LOSS_BAR = 0.99, 0.01


@dataclass(slots=True)
class _Spent:
    """What an arm gave over all rounds."""

    latencies: list[float]
    elapsed: float = 0.0
    cpu: float = 0.0
    cpu_us: float = float("inf")

    def measured(self) -> Measured:
        return Measured(self.latencies, self.elapsed, self.cpu, self.cpu_us)


@click.command()
@click.option("--profiles", default=200, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--concurrency", default="1,50", show_default=True, help="Callers at once, listed.")
@click.option("--prices", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="date + one column an asset; default: the simulated market.")  # fmt: skip
@bench_options
def recommend(
    *, options: BenchOptions, profiles: int, concurrency: str, prices: Path | None
) -> None:
    """Recommend a mix with reasons, costs and record: the naive way, cold, uncached and cached.

    naive: DataFrames, library wrappers and new explainers for every request. cold: our path with
    nothing prepared, the day's frontier included. uncached: the day's frontier is there, nothing
    of this person is. cached: a repeated request, its sealed answer is kept.
    """
    from app.ml.features.prices import StalePriceError
    from app.ml.features.universe import UniverseError
    from app.ml.training.pricefile import PriceFileError, read_prices
    from app.ml.training.volatility import TrainingError

    try:
        at_once = [int(part) for part in concurrency.split(",")]
        if not at_once or min(at_once) < 1 or max(at_once) > 1000:
            raise ValueError
    except ValueError:
        click.echo("Error: --concurrency is a list like 1,50; each from 1 to 1000", err=True)
        raise SystemExit(USAGE) from None
    options.say("training the members on the prices (the same for every arm)")
    try:
        table = read_prices(prices) if prices else demo_prices(options.seed)
        world = world_of(table, profiles=40 if options.quick else profiles, seed=options.seed)
    except (PriceFileError, TrainingError, StalePriceError, UniverseError) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(USAGE) from error
    source = prices.name if prices else "simulated market"
    report = options.report("recommend", profiles=len(world.asks), prices=source)
    arms = {"cold": _Spent([]), "naive": _Spent([])}
    arms |= {f"{kind}@{n}": _Spent([]) for n in at_once for kind in ("uncached", "cached")}
    naive = _naive(report, world, options)
    for turn in range(2 if options.quick else options.rounds):
        options.say(f"round {turn + 1}")
        _round(arms, world, naive, at_once, options)
    _finish(report, options, world, arms, naive)


def _round(
    arms: dict[str, _Spent],
    world: World,
    naive: "Callable[[Ask], Any] | None",
    at_once: list[int],
    options: BenchOptions,
) -> None:
    if naive is not None:
        count = QUICK_NAIVE_ASKS if options.quick else NAIVE_ASKS
        _run(arms["naive"], world.asks[:count], naive, 1)
    count = QUICK_COLD_ASKS if options.quick else COLD_ASKS
    _run(arms["cold"], world.asks[:count], world.cold, 1)
    for n in at_once:
        _run(arms[f"uncached@{n}"], world.asks, world.uncached, n)
        _run(arms[f"cached@{n}"], world.asks, world.cached, n)


def _run(spent: _Spent, asks: "list[Ask]", answer: "Callable[[Ask], Any]", at_once: int) -> None:
    """Let `at_once` callers ask again and again; a latency counts the wait for the others."""
    queue = iter(asks * max(1, at_once // 10))
    latencies: list[float] = []

    async def caller() -> None:
        for ask in queue:
            issued = time.perf_counter()
            await asyncio.sleep(0)
            answer(ask)
            latencies.append(time.perf_counter() - issued)

    async def everybody() -> None:
        await asyncio.gather(*(caller() for _ in range(at_once)))

    cpu, started = time.process_time(), time.perf_counter()
    asyncio.run(everybody())
    used = time.process_time() - cpu
    spent.latencies += latencies
    spent.elapsed += time.perf_counter() - started
    spent.cpu += used
    spent.cpu_us = min(spent.cpu_us, used / len(latencies) * 1e6)


def _naive(report: Report, world: World, options: BenchOptions) -> "Callable[[Ask], Any] | None":
    try:
        return world.naive()
    except ImportError as error:
        options.say("the naive arm is skipped")
        report.skip("naive", f"needs the training extra and shap: {error}")
        return None


def _finish(
    report: Report,
    options: BenchOptions,
    world: World,
    arms: dict[str, _Spent],
    naive: "Callable[[Ask], Any] | None",
) -> None:
    for name in ("naive", *(name for name in arms if name != "naive")):
        if arms[name].latencies:
            role = "baseline" if name == "naive" else "candidate"
            report.add(arm_of(name, role, arms[name].measured()))
    first = next(name for name in arms if name.startswith("uncached"))
    for metric in ("p50_ms", "p95_ms", "cpu_us_per_op"):
        for arm, bar in ((first, FASTER_BAR), ("cold", COLD_BAR)):
            report.ratio(
                f"naive / {arm}, {metric}", arm="naive", baseline=arm, metric=metric,
                bar=bar, op=">=",
            )  # fmt: skip
    for name in arms:
        if "@50" in name:
            bar = P99_BAR_MS if name.startswith("uncached") else CACHED_BAR_MS
            report.check_time(f"{name} p99 ms", report.value(name, "p99_ms"), bar=bar)
    if naive is not None:
        same, loss, parts = world.quality(naive)
        report.check("same top allocation as naive", same, bar=SAME_BAR, op=">=")
        report.check("predicted volatility lost, max points", loss, bar=LOSS_BAR)
        report.check("reasons against shap, max log points", parts, bar=1e-5)
    report.check("cached equals uncached, differing bytes", world.cached_differs(), bar=0)
    report.check("stale answers after a trade", world.stale_after_trade(), bar=0)
    options.finish(report)
