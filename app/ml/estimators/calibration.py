"""Fit the curve from class scores to confidence on rows the classifier has not learnt from."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from app.ml.serving.calibration import FloatArray, evidence, softmax

#: Steps of the curve are at least this share of the rows, so that one row moves nothing.
_STEP_SHARE: Final = 0.01
_MIN_STEP_ROWS: Final = 10


def fit_calibration(
    scores: FloatArray, outside: FloatArray, truth: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of app/ml/serving/calibration.py.

    `truth` is the number of the right class of each row, -1 for a text out of scope.
    """
    right = (scores.argmax(axis=1) == truth).astype(int)
    signs = evidence(scores, outside)
    if right.min() == right.max():
        # Everything right, or nothing: one probability, shrunk towards what was not seen.
        weights, bias = np.zeros(signs.shape[1]), 0.0
        weights[0] = 1.0
        height = (right.sum() + 1) / (len(right) + 2)
        knots, heights = np.array([0.0]), np.array([height])
    else:
        weights, bias = _logistic(signs, right)
        knots, heights = _steps(signs @ weights + bias, right)
    return {
        "weights": weights,
        "bias": np.array(bias),
        "knots": knots,
        "heights": heights,
        "temperature": np.array(_temperature(scores, truth)),
    }


def _logistic(signs: FloatArray, right: NDArray[np.int64]) -> tuple[FloatArray, float]:
    centre, spread = signs.mean(axis=0), signs.std(axis=0)
    spread[spread < 1e-9] = 1.0
    model = LogisticRegression(C=1.0, max_iter=1000).fit((signs - centre) / spread, right)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ centre)


def _steps(signal: FloatArray, right: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Return a rising curve through the means of bins: isotonic, and strict between its knots."""
    order = np.argsort(signal, kind="stable")
    size = max(_MIN_STEP_ROWS, int(len(signal) * _STEP_SHARE))
    bins = np.array_split(order, max(1, len(order) // size))
    knots = np.array([signal[one].mean() for one in bins])
    means = np.array([right[one].mean() for one in bins])
    counts = np.array([len(one) for one in bins])
    rising = IsotonicRegression(y_min=0, y_max=1).fit(knots, means, sample_weight=counts)
    return knots, np.asarray(rising.predict(knots), np.float64)


def _temperature(scores: FloatArray, truth: NDArray[np.int64]) -> float:
    """Return the scale of scores under which the softmax fits the rows in scope best."""
    inside = truth >= 0
    if not inside.any():
        return 1.0
    rows, classes = scores[inside], truth[inside]

    def loss(log_scale: float) -> float:
        likely = softmax(rows / np.exp(log_scale))[np.arange(len(rows)), classes]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 3.0), method="bounded").x))
