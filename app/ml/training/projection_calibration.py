"""Does a goal of "80 %" succeed in 80 of 100 worlds? Counted in worlds whose truth is known.

Each world has its own mean and swings, one history to learn from and one future to be judged by.
A real market gives about four independent decades: these worlds say whether the sums are right,
not whether the next decade resembles the last.
"""

from typing import Any, Final

import numpy as np

from app.ml.serving.projection import (
    FloatArray,
    Goal,
    Paths,
    draw_paths,
    project,
    required_monthly_minor,
)

HISTORY_MONTHS: Final = 180
FUTURE_MONTHS: Final = 120
PATHS: Final = 500
START_MINOR: Final = 10_000_00
#: The chance that the screen plans for unless told otherwise.
PLANNED: Final = 0.8


def calibration(*, worlds: int, seed: int, uncertain_mean: bool = True) -> dict[str, Any]:
    """Return Brier score beside climatology's, coverage of the fan, and success by probability.

    `planned_came_true` is the share of savers who put in the monthly amount that was said to be
    enough in `planned` of the futures, and whose goal came true.

    Without `uncertain_mean` the paths take the history's mean as the truth: the comparison shows
    what the parameter uncertainty is for.
    """
    rng = np.random.default_rng(seed)
    said, came, inside = np.empty(worlds), np.empty(worlds, dtype=bool), 0
    saved = 0
    for number in range(worlds):
        mean, swings = rng.normal(0.004, 0.003), rng.uniform(0.01, 0.05)
        months = mean + swings * rng.standard_t(5, size=HISTORY_MONTHS + FUTURE_MONTHS) / 1.29
        returns = np.maximum(np.expm1(months), -0.9)
        drawn = draw_paths(returns[:HISTORY_MONTHS], months=FUTURE_MONTHS, paths=PATHS, seed=number)
        if not uncertain_mean:
            ones = np.ones_like(drawn.shift)
            drawn = Paths(drawn.factor, drawn.start, ones, drawn.months, drawn.seed)
        target = round(START_MINOR * np.exp(rng.normal(0.48, 0.35)))
        fan = project(Goal(START_MINOR, 0, target, FUTURE_MONTHS), drawn)
        end = START_MINOR * float(np.prod(1.0 + returns[HISTORY_MONTHS:]))
        said[number], came[number] = fan.probability, end >= target
        saved += _saver_reaches(target, drawn, returns[HISTORY_MONTHS:])
        inside += bool(fan.low[-1] <= end <= fan.high[-1])
    edges = np.linspace(0.0, 1.0, 6)
    bins = np.minimum(np.digitize(said, edges[1:-1]), 4)
    return {
        "worlds": worlds,
        "uncertain_mean": uncertain_mean,
        "brier": float(np.mean(np.square(said - came))),
        "brier_climatology": float(came.mean() * (1 - came.mean())),
        "fan_10_90_covers": inside / worlds,
        "planned": PLANNED,
        "planned_came_true": saved / worlds,
        "by_probability": [
            {
                "from": float(edges[b]), "to": float(edges[b + 1]), "goals": int((bins == b).sum()),
                "said": float(said[bins == b].mean()), "came_true": float(came[bins == b].mean()),
            }
            for b in range(5)
            if (bins == b).any()
        ],
    }  # fmt: skip


def _saver_reaches(target: int, drawn: Paths, came: FloatArray) -> bool:
    """Say whether the monthly amount that was said to be enough was, in the world that came."""
    monthly = required_monthly_minor(Goal(0, 0, target, FUTURE_MONTHS), drawn, probability=PLANNED)
    value = 0.0
    for growth in came:
        value = value * (1.0 + float(growth)) + monthly
    return value >= target
