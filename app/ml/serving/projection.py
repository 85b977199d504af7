"""What a goal may be worth: a block bootstrap of a mix's own history, in money and without tips.

Twelve months are drawn as one block, so good and bad times keep their company. A history says
little about its own mean, so every path also draws a shift of the mean from its standard error:
without it the chance of falling short looks too small. The seed is the goal's: a slider moves
the fan, never the noise.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BLOCK_MONTHS: Final = 12
LEAST_MONTHS: Final = 36
MOST_MONTHS: Final = 600
MOST_PATHS: Final = 20_000
INLINE_PATHS: Final = 2_000
WORKER_PATHS: Final = 10_000
_BANDS: Final = (0.10, 0.50, 0.90)
_POOR: Final = 0.05
_WORST: Final = 0.01
#: Far above the rounding of six hundred months, far below a cent of any goal.
_ROUNDING: Final = 1e-12


class ProjectionError(ValueError):
    """A question that cannot be projected; the message says why."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is put in and what it is for, in whole minor units of one currency.

    `fee_rate` is the share of each monthly amount that buying costs.
    """

    start_minor: int
    monthly_minor: int
    target_minor: int
    months: int
    fee_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Fan:
    """The outcome of every path, told in money.

    month : (points,) months from now; low, middle, high : (points,) the 10th, 50th and 90th
    percentile of the value then. `worst_minor` is the end that 99 of 100 paths stay above,
    `poor_minor` 19 of 20; `paid_in_minor` is what was put in by then.
    """

    month: NDArray[np.int64]
    low: NDArray[np.int64]
    middle: NDArray[np.int64]
    high: NDArray[np.int64]
    probability: float
    worst_minor: int
    poor_minor: int
    paid_in_minor: int
    paths: int
    seed: int

    @property
    def worst_loss_minor(self) -> int:
        """Return what the worst case loses of everything put in; 0 when it loses nothing."""
        return max(self.paid_in_minor - self.worst_minor, 0)


class Drawn(Protocol):
    """Paths of one mix, or of a plan that changes it on the way."""

    @property
    def count(self) -> int:
        """Return how many paths there are."""
        ...

    @property
    def months(self) -> int:
        """Return how many months the paths last."""
        ...

    @property
    def seed(self) -> int:
        """Return the seed they were drawn from."""
        ...

    def growth(self, month: int, out: FloatArray) -> None:
        """Write every path's growth factor of a month into `out`, shape (paths,)."""
        ...


@dataclass(frozen=True, slots=True)
class Paths:
    """Drawn paths, kept as their blocks: the growth of a month is looked up when it is needed.

    Storing every month's growth of 10,000 paths would be 29 MB and cost more than the sums.
    factor : (history + 12,) growth of each month; start : (blocks, paths) where blocks begin;
    shift : (paths,) each path's own factor for the uncertain mean.
    """

    factor: FloatArray
    start: NDArray[np.int64]
    shift: FloatArray
    months: int
    seed: int

    @property
    def count(self) -> int:
        """Return how many paths there are."""
        return len(self.shift)

    def growth(self, month: int, out: FloatArray) -> None:
        """Write every path's growth factor of month 0, 1 ... into `out`, shape (paths,)."""
        block, step = divmod(month, BLOCK_MONTHS)
        np.take(self.factor[step:], self.start[block], out=out, mode="clip")
        np.multiply(out, self.shift, out=out)


def draw_paths(returns: FloatArray, *, months: int, paths: int, seed: int) -> Paths:
    """Return paths drawn from monthly simple returns, shape (history,).

    Raises ProjectionError when the history is too short or broken, or a size is out of range.
    """
    check_draw(returns, months, paths)
    rng = np.random.default_rng(seed)
    logs = np.log1p(returns)
    count = len(logs)
    blocks = -(-months // BLOCK_MONTHS)
    start = rng.integers(0, count, size=(blocks, paths))
    # Student's t, for the standard error itself is estimated from few years.
    error, freedom = mean_uncertainty(logs), count // BLOCK_MONTHS - 1
    shift = np.exp(error * rng.standard_t(freedom, size=paths))
    # A block that runs over the end goes on at the beginning: every month is equally likely.
    factor = np.exp(np.concatenate([logs, logs[:BLOCK_MONTHS]]))
    return Paths(factor, start, shift, months, seed)


def mean_uncertainty(logs: FloatArray) -> float:
    """Return the standard error of the monthly mean, from whole blocks: months hang together."""
    whole = len(logs) // BLOCK_MONTHS
    sums = logs[: whole * BLOCK_MONTHS].reshape(whole, BLOCK_MONTHS).mean(axis=1)
    return float(sums.std(ddof=1) / np.sqrt(whole))


def project(goal: Goal, drawn: Drawn, *, every: int = BLOCK_MONTHS) -> Fan:
    """Return the fan of a goal over drawn paths; money is put in at the end of each month.

    The fan is told every so many months, and at the end. Raises ProjectionError when the goal
    lies in the past, outlasts the paths, or is negative.
    """
    _check_goal(goal, drawn)
    value, growth = np.full(drawn.count, float(goal.start_minor)), np.empty(drawn.count)
    bought = goal.monthly_minor * (1.0 - goal.fee_rate)
    points = _points(goal.months, every)
    bands = np.empty((len(points), len(_BANDS)))
    row = 0
    for month in range(1, goal.months + 1):
        drawn.growth(month - 1, growth)
        value *= growth
        value += bought
        if month == points[row]:
            bands[row] = _percentiles(value, _BANDS)
            row += 1
    rounded = np.rint(bands).astype(np.int64)
    worst, poor = np.floor(_percentiles(value, (_WORST, _POOR)))
    return Fan(
        month=points,
        low=rounded[:, 0],
        middle=rounded[:, 1],
        high=rounded[:, 2],
        probability=float(np.mean(value >= goal.target_minor)),
        worst_minor=int(worst),
        poor_minor=int(poor),
        paid_in_minor=goal.start_minor + goal.monthly_minor * goal.months,
        paths=drawn.count,
        seed=drawn.seed,
    )


@dataclass(frozen=True, slots=True)
class Required:
    """A monthly amount, how many of the paths reach the target with it, and if they are enough."""

    monthly_minor: int
    reached: int
    enough: bool


def required_monthly(
    goal: Goal, drawn: Drawn, *, probability: float, most_minor: int | None = None
) -> Required:
    """Return the smallest monthly amount that reaches the target with a probability.

    Every path ends at start · G + monthly · A, so each has the amount it needs, and the answer
    is their quantile: no search. A margin for rounding makes sure that `project` counts the
    same paths. Above `most_minor` that amount is returned, with what it
    reaches. Raises ProjectionError as `project` does, or for a probability outside (0, 1).
    """
    _check_goal(goal, drawn)
    if not 0 < probability < 1:
        raise ProjectionError(f"a probability lies between 0 and 1, got {probability}")
    annuity, total, growth = np.zeros(drawn.count), np.ones(drawn.count), np.empty(drawn.count)
    for month in range(goal.months):
        drawn.growth(month, growth)
        annuity *= growth
        annuity += 1.0 - goal.fee_rate
        total *= growth
    margin = _ROUNDING * (goal.target_minor + goal.start_minor * total)
    lacking = goal.target_minor - goal.start_minor * total + margin
    needed = np.maximum(lacking / annuity, 0.0)
    # 0.55 of 10,000 is 5,500 and a hair in floating point: the hair is no path.
    wanted = min(int(np.ceil(round(probability * drawn.count, 6))), drawn.count)
    rank = max(wanted - 1, 0)
    amount = int(np.ceil(np.partition(needed, rank)[rank]))
    if most_minor is not None:
        amount = min(amount, most_minor)
    hits = int(np.count_nonzero(needed <= amount))
    return Required(amount, hits, enough=hits >= wanted)


def required_monthly_minor(goal: Goal, drawn: Drawn, *, probability: float) -> int:
    """Return the amount of `required_monthly` alone."""
    return required_monthly(goal, drawn, probability=probability).monthly_minor


def _points(months: int, every: int) -> NDArray[np.int64]:
    """Return the months the fan is told at: every year or so, and the end."""
    return np.append(np.arange(every, months, every, dtype=np.int64), months)


def _percentiles(value: FloatArray, shares: tuple[float, ...]) -> FloatArray:
    """Return nearest-rank percentiles: each is the end of one path, not between two."""
    ranks = [max(int(np.ceil(share * len(value))) - 1, 0) for share in shares]
    return np.asarray(np.partition(value, ranks)[ranks])


def check_draw(returns: FloatArray, months: int, paths: int) -> None:
    """Raise ProjectionError unless paths can be drawn from one mix's returns."""
    if returns.ndim != 1 or len(returns) < LEAST_MONTHS:
        raise ProjectionError(
            f"{returns.size} months of history are too few; {LEAST_MONTHS} are needed"
        )
    if not np.isfinite(returns).all() or (returns <= -1.0).any():
        raise ProjectionError("the history has a month without a return, or one of -100 % or less")
    if not 1 <= months <= MOST_MONTHS:
        raise ProjectionError(f"a goal lies 1 to {MOST_MONTHS} months ahead, not {months}")
    if not 1 <= paths <= MOST_PATHS:
        raise ProjectionError(f"1 to {MOST_PATHS} paths can be drawn, not {paths}")


def _check_goal(goal: Goal, drawn: Drawn) -> None:
    if not 1 <= goal.months <= drawn.months:
        raise ProjectionError(
            f"a goal {goal.months} months ahead does not fit {drawn.months} months of paths"
        )
    if min(goal.start_minor, goal.monthly_minor, goal.target_minor) < 0:
        raise ProjectionError("start, monthly amount and target cannot be negative")
