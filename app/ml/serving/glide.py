"""Paths of a plan that grows calmer on its way: several mixes, one history, one set of futures.

Every stage of the plan is a mix of its own. A drawn year begins in the same month of history for
all of them, so a change of mix changes what is held in a crash, never whether the crash comes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ml.serving.projection import (
    BLOCK_MONTHS,
    FloatArray,
    ProjectionError,
    check_draw,
    mean_uncertainty,
)

#: Profiles 1..10: a plan cannot have more stages than that.
MOST_STAGES: Final = 10


@dataclass(frozen=True, slots=True)
class Stages:
    """What is held when.

    returns : (stages, history) monthly simple returns of each mix, over the same months
    stage : (months,) which mix is held in a month from now
    kept : (months,) what trading leaves of the value at the beginning of a month, 1 without
    """

    returns: FloatArray
    stage: NDArray[np.int64]
    kept: FloatArray


@dataclass(frozen=True, slots=True)
class GlidePaths:
    """Drawn paths of a plan, kept as their blocks.

    factor : (stages, history + 12) growth of each month; start : (blocks, paths) where blocks
    begin; shift : (stages, paths) each path's own factor for the uncertain mean of a mix.
    """

    factor: FloatArray
    start: NDArray[np.int64]
    shift: FloatArray
    stages: Stages
    seed: int

    @property
    def count(self) -> int:
        """Return how many paths there are."""
        return int(self.shift.shape[1])

    @property
    def months(self) -> int:
        """Return how many months the paths last."""
        return len(self.stages.stage)

    def growth(self, month: int, out: FloatArray) -> None:
        """Write every path's growth factor of month 0, 1 ... into `out`, shape (paths,)."""
        block, step = divmod(month, BLOCK_MONTHS)
        stage = self.stages.stage[month]
        np.take(self.factor[stage, step:], self.start[block], out=out, mode="clip")
        np.multiply(out, self.shift[stage], out=out)
        if self.stages.kept[month] != 1.0:
            out *= self.stages.kept[month]


def draw_glide(stages: Stages, *, paths: int, seed: int) -> GlidePaths:
    """Return paths of a plan; one stage without costs gives what `draw_paths` gives.

    A path that is lucky with the mean of one mix is as lucky with the others': the mixes share
    their assets. Raises ProjectionError as `draw_paths` does.
    """
    months, count = len(stages.stage), stages.returns.shape[-1]
    if stages.returns.ndim != 2 or not 1 <= len(stages.returns) <= MOST_STAGES:
        raise ProjectionError(f"a plan has 1 to {MOST_STAGES} stages")
    for returns in stages.returns:
        check_draw(returns, months, paths)
    logs = np.log1p(stages.returns)
    rng = np.random.default_rng(seed)
    start = rng.integers(0, count, size=(-(-months // BLOCK_MONTHS), paths))
    luck = rng.standard_t(count // BLOCK_MONTHS - 1, size=paths)
    errors = np.array([mean_uncertainty(row) for row in logs])
    factor = np.exp(np.concatenate([logs, logs[:, :BLOCK_MONTHS]], axis=1))
    return GlidePaths(factor, start, np.exp(errors[:, None] * luck), stages, seed)
