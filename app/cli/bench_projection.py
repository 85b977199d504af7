"""`finnami bench projection`: the fan of a goal, its time and whether its probabilities hold."""

import time

import click
import numpy as np

from app.cli.benching.options import BenchOptions, bench_options
from app.cli.benching.report import Measured, arm_of
from app.ml.serving.glide import Stages, draw_glide
from app.ml.serving.projection import (
    INLINE_PATHS,
    WORKER_PATHS,
    Goal,
    draw_paths,
    project,
    required_monthly_minor,
)
from app.ml.training.projection_calibration import calibration

MONTHS, PLAIN_PATHS = 360, 100
BAR_MS = 60.0
GOAL_BAR_MS = 150.0
GOAL_POINTS = 120
COVER_LOW, COVER_HIGH = 0.7, 0.9
GOAL = Goal(start_minor=10_000_00, monthly_minor=200_00, target_minor=250_000_00, months=MONTHS)


@click.command()
@click.option("--worlds", default=400, show_default=True, type=click.IntRange(50, 100_000))
@bench_options
def projection(*, options: BenchOptions, worlds: int) -> None:
    """Project 10,000 paths over 360 months beside plain Python, and count how goals end.

    The history is drawn from the seed. Calibration runs in invented worlds whose truth is known.
    """
    history = np.random.default_rng(options.seed).normal(0.005, 0.03, size=180)
    report = options.report("projection", months=MONTHS, paths=WORKER_PATHS, worlds=worlds)
    arms: dict[str, tuple[int, list[float]]] = {
        "plain": (PLAIN_PATHS, []), "worker": (WORKER_PATHS, []), "inline": (INLINE_PATHS, []),
        "goal": (WORKER_PATHS, []),
    }  # fmt: skip
    work = {"plain": _plain, "goal": _goal}
    for _ in range(2 if options.quick else options.rounds):
        for name, (paths, spent) in arms.items():
            for _ in range(1 if name == "plain" else 5):
                started = time.perf_counter()
                work.get(name, _fan)(history, paths, options.seed)
                spent.append(time.perf_counter() - started)
    for name, (_, spent) in arms.items():
        role = "baseline" if name == "plain" else "candidate"
        report.add(arm_of(name, role, Measured(spent, sum(spent))))
    fan = project(GOAL, draw_paths(history, months=MONTHS, paths=WORKER_PATHS, seed=options.seed))
    report.note("plain_paths", PLAIN_PATHS)
    report.note(
        "fan",
        {
            "low": int(fan.low[-1]), "middle": int(fan.middle[-1]), "high": int(fan.high[-1]),
            "probability": fan.probability, "worst_minor": fan.worst_minor,
            "paid_in_minor": fan.paid_in_minor, "worst_loss_minor": fan.worst_loss_minor,
        },
    )  # fmt: skip
    report.check_time("10,000 paths x 360 months, p50 ms", report.value("worker", "p50_ms"),
                      bar=BAR_MS)  # fmt: skip
    report.check_time("one goal, four stages, 120 points, p50 ms", report.value("goal", "p50_ms"),
                      bar=GOAL_BAR_MS)  # fmt: skip
    plain = report.value("plain", "p50_ms")
    worker = report.value("worker", "p50_ms")
    if plain and worker:
        times = plain * WORKER_PATHS / PLAIN_PATHS / worker
        report.check("plain / ours, per path", times, bar=20.0, op=">=")
    found = calibration(worlds=100 if options.quick else worlds, seed=options.seed)
    sure = calibration(
        worlds=100 if options.quick else worlds, seed=options.seed, uncertain_mean=False
    )
    report.note("calibration", {"with_uncertain_mean": found, "with_known_mean": sure})
    report.check("Brier minus climatology", found["brier"] - found["brier_climatology"], bar=0.0)
    report.check("10-90 fan covers", found["fan_10_90_covers"], bar=COVER_LOW, op=">=")
    report.check("10-90 fan covers, at most", found["fan_10_90_covers"], bar=COVER_HIGH)
    options.finish(report)


def _fan(history: np.ndarray, paths: int, seed: int) -> None:
    drawn = draw_paths(history, months=MONTHS, paths=paths, seed=seed)
    project(GOAL, drawn)
    required_monthly_minor(GOAL, drawn, probability=0.8)


def _goal(history: np.ndarray, paths: int, seed: int) -> None:
    """What the API draws for one goal: a path that grows calmer, told at 120 points."""
    returns = history * np.array([[1.0], [0.7], [0.4], [0.1]])
    stage = np.repeat(np.arange(4), MONTHS // 4)
    drawn = draw_glide(Stages(returns, stage, np.ones(MONTHS)), paths=paths, seed=seed)
    project(GOAL, drawn, every=-(-MONTHS // GOAL_POINTS))
    required_monthly_minor(GOAL, drawn, probability=0.8)


def _plain(history: np.ndarray, paths: int, seed: int) -> None:
    """The same paths one month at a time, the way a first version would be written."""
    rng = np.random.default_rng(seed)
    growth = [1.0 + float(value) for value in history]
    ends = []
    for _ in range(paths):
        value, start = float(GOAL.start_minor), 0
        for month in range(MONTHS):
            if month % 12 == 0:
                start = int(rng.integers(0, len(growth)))
            value = value * growth[(start + month % 12) % len(growth)] + GOAL.monthly_minor
        ends.append(value)
    sorted(ends)
