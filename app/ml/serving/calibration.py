"""From class scores to the probability that the best label is right and the text in scope."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Share of the plain logistic curve, so that texts inside one step keep their order.
TIE_SHARE: Final = 1e-3


class Calibration:
    """A logistic curve over what the scores show, corrected by a monotone step curve.

    Arrays: `weights`, `bias`, `knots`, `heights`, `temperature`.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._weights = arrays["weights"].astype(float)
        self._bias = float(arrays["bias"])
        self._knots = arrays["knots"].astype(float)
        self._heights = arrays["heights"].astype(float)
        self._temperature = float(arrays["temperature"])

    def confidence(self, scores: FloatArray, outside: FloatArray) -> FloatArray:
        """Return one probability for each row of class scores; higher scores never lower it."""
        signal = evidence(scores, outside) @ self._weights + self._bias
        stepped = np.interp(signal, self._knots, self._heights)
        return np.asarray((1 - TIE_SHARE) * stepped + TIE_SHARE * logistic(signal))

    def margin(self, scores: FloatArray) -> FloatArray:
        """Return the likelihood of the best class minus that of the second, both in scope."""
        likely = np.sort(softmax(scores / self._temperature), axis=1)
        return np.asarray(likely[:, -1] - likely[:, -2])


def evidence(scores: FloatArray, outside: FloatArray) -> FloatArray:
    """Return what says how sure a row is: best, lead over the next two, mean, out of scope."""
    top = -np.sort(-scores, axis=1)
    third = top[:, 2] if scores.shape[1] > 2 else top[:, 1]
    return np.column_stack(
        [top[:, 0], top[:, 0] - top[:, 1], top[:, 0] - third, scores.mean(axis=1), outside]
    )


def softmax(scores: FloatArray) -> FloatArray:
    """Return rows that sum to one."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def logistic(signal: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-signal)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * signal)))
