"""The logistic member learnt batch by batch, from nothing or from a model that exists."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDClassifier

from app.ml.estimators.parts import BATCH_ROWS, RowReader
from app.ml.serving.fraud_scorer import CLIP, Linear
from app.ml.serving.trees import FloatArray

CLASSES = np.array([0, 1])
STEP = 1e-4
"""Step of an update: small, because the member it starts from has converged."""
FIRST_STEP = 1e-2
"""Step of a fit from nothing, falling with the fourth root of the rows seen."""
PENALTY_ROWS = 100_000
PASSES = 5


class OnlineLinear:
    """Logistic regression by stochastic gradient: only the batch at hand is in memory.

    Inputs are standardised with `scale`'s centre and spread, which stay. A batch may lack a class.
    """

    def __init__(
        self, scale: Linear, *, seed: int, step: float = STEP, falling: bool = False
    ) -> None:
        self._scale = scale
        self._model = SGDClassifier(
            loss="log_loss", alpha=1 / PENALTY_ROWS, random_state=seed,
            learning_rate="invscaling" if falling else "constant", eta0=step, power_t=0.25,
        )  # fmt: skip
        # One row makes the model's arrays; then they take the start's numbers.
        width = scale.weights.size
        self._model.partial_fit(np.zeros((1, width)), [0], classes=CLASSES)
        self._model.coef_ = scale.weights.reshape(1, -1).astype(np.float64).copy()
        self._model.intercept_ = np.array([scale.base - float(scale.weights @ scale.middle)])

    def partial_fit(
        self, X: NDArray[np.float32], y: NDArray[np.int64], weight: FloatArray
    ) -> "OnlineLinear":
        """Learn one batch (rows, features); an empty one changes nothing."""
        if y.size:
            self._model.partial_fit(standardised(self._scale, X), y, sample_weight=weight)
        return self

    def linear(self) -> Linear:
        """Return what has been learnt, as it is served."""
        weights = self._model.coef_[0].copy()
        scale = self._scale
        return Linear(
            weights=weights, centre=scale.centre, spread=scale.spread, middle=scale.middle,
            base=float(self._model.intercept_[0] + weights @ scale.middle),
        )  # fmt: skip


def standardised(scale: Linear, X: NDArray[np.float32]) -> FloatArray:
    """Return the clipped standard scores, shape of X."""
    z: FloatArray = np.clip((X.astype(np.float64) - scale.centre) / scale.spread, -CLIP, CLIP)
    return z


def update_linear(
    member: Linear, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> Linear:
    """Return the member after one pass over new rows, in their order."""
    online = OnlineLinear(member, seed=seed)
    _one_pass(online, rows, y, weight)
    return online.linear()


def fit_linear_online(
    rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> Linear:
    """Fit from nothing, however many rows: one pass for the scale, PASSES to learn.

    Less precise than the exact fit on a sample (docs/decisions/0018).
    """
    scale = scale_of(rows)
    online = OnlineLinear(scale, seed=seed, step=FIRST_STEP, falling=True)
    for _ in range(PASSES):
        _one_pass(online, rows, y, weight)
    return online.linear()


def scale_of(rows: RowReader) -> Linear:
    """Return a member of zeros with the centre, spread and middle of the rows, read twice."""
    width = rows.slice(0, 1).shape[1]
    count, centre, squares = 0, np.zeros(width), np.zeros(width)
    for start in range(0, rows.count, BATCH_ROWS):
        block = rows.slice(start, start + BATCH_ROWS).astype(np.float64)
        # Chan, Golub & LeVeque 1979: means and squares of two parts put together.
        mean, held = block.mean(axis=0), len(block)
        squares += ((block - mean) ** 2).sum(axis=0)
        squares += (mean - centre) ** 2 * count * held / (count + held)
        centre += (mean - centre) * held / (count + held)
        count += held
    spread = np.sqrt(squares / count)
    spread[spread == 0] = 1.0
    zeros = np.zeros(width)
    scale = Linear(weights=zeros, centre=centre, spread=spread, middle=zeros, base=0.0)
    middle = np.zeros(width)
    for start in range(0, rows.count, BATCH_ROWS):
        middle += standardised(scale, rows.slice(start, start + BATCH_ROWS)).sum(axis=0)
    return Linear(weights=zeros, centre=centre, spread=spread, middle=middle / count, base=0.0)


def _one_pass(
    online: OnlineLinear, rows: RowReader, y: NDArray[np.int64], weight: FloatArray
) -> None:
    for start in range(0, rows.count, BATCH_ROWS):
        part = slice(start, start + BATCH_ROWS)
        online.partial_fit(rows.slice(part.start, part.stop), y[part], weight[part])
