"""What of a transformer layer is not a matrix product, there and back, compiled.

Rows of all texts stand below each other, (tokens, width) float32; `starts` (texts + 1,) tells
where each begins. A token reads its own text only. Functions fill what they are given.
"""

import math
from typing import Any, Final

import numba
import numpy as np

_jit = numba.njit(cache=True, nogil=True, parallel=True, fastmath=True)
_ROOT_HALF: Final = 0.7071067811865476
_ROOT_TWO_PI: Final = 0.3989422804014327


@_jit
def gelu(inner: Any, out: Any) -> None:
    """Fill out with x · Φ(x), Φ the normal distribution's."""
    for row in numba.prange(inner.shape[0]):
        for at in range(inner.shape[1]):
            x = inner[row, at]
            out[row, at] = np.float32(0.5) * x * np.float32(1.0 + math.erf(x * _ROOT_HALF))


@_jit
def gelu_back(inner: Any, grad: Any) -> None:
    """Multiply grad by the slope of gelu at inner: Φ(x) + x φ(x)."""
    for row in numba.prange(inner.shape[0]):
        for at in range(inner.shape[1]):
            x = inner[row, at]
            below = 0.5 * (1.0 + math.erf(x * _ROOT_HALF))
            grad[row, at] *= np.float32(below + x * math.exp(-0.5 * x * x) * _ROOT_TWO_PI)


@_jit
def norm(x: Any, weight: Any, bias: Any, eps: float, kept: Any) -> None:
    """Normalise each row of x in place; kept = (unscaled rows, inverse deviations)."""
    plain, inverse = kept
    width = x.shape[1]
    for row in numba.prange(x.shape[0]):
        mean = np.float32(0.0)
        for at in range(width):
            mean += x[row, at]
        mean /= width
        spread = np.float32(0.0)
        for at in range(width):
            off = x[row, at] - mean
            spread += off * off
        inv = np.float32(1.0 / math.sqrt(spread / width + eps))
        inverse[row] = inv
        for at in range(width):
            value = (x[row, at] - mean) * inv
            plain[row, at] = value
            x[row, at] = value * weight[at] + bias[at]


@_jit
def norm_back(grad: Any, weight: Any, kept: Any) -> None:
    """Turn the gradient of what norm gave into that of what it was given, in place."""
    plain, inverse = kept
    width = grad.shape[1]
    for row in numba.prange(grad.shape[0]):
        mean = np.float32(0.0)
        along = np.float32(0.0)
        for at in range(width):
            value = grad[row, at] * weight[at]
            mean += value
            along += value * plain[row, at]
        mean /= width
        along /= width
        for at in range(width):
            value = grad[row, at] * weight[at] - mean - plain[row, at] * along
            grad[row, at] = inverse[row] * value


@_jit
def attend(asked: Any, starts: Any, heads: int, out: Any, shares: Any) -> None:
    """Fill out (tokens, width) with each head's mix of its text's values.

    asked = (query, key, value). shares (heads, tokens, longest text) keeps who read whom.
    """
    query, key, value = asked
    size = query.shape[1] // heads
    scale = np.float32(1.0 / math.sqrt(size))
    for text in numba.prange(len(starts) - 1):
        first, last = starts[text], starts[text + 1]
        for head in range(heads):
            left = head * size
            for row in range(first, last):
                most = np.float32(-1e30)
                for other in range(first, last):
                    score = np.float32(0.0)
                    for at in range(left, left + size):
                        score += query[row, at] * key[other, at]
                    score *= scale
                    shares[head, row, other - first] = score
                    most = max(most, score)
                total = np.float32(0.0)
                for other in range(last - first):
                    share = np.float32(math.exp(shares[head, row, other] - most))
                    shares[head, row, other] = share
                    total += share
                for at in range(left, left + size):
                    out[row, at] = 0.0
                for other in range(first, last):
                    share = shares[head, row, other - first] / total
                    shares[head, row, other - first] = share
                    for at in range(left, left + size):
                        out[row, at] += share * value[other, at]


@_jit
def attend_back(asked: Any, starts: Any, shares: Any, grad: Any, found: Any) -> None:
    """Fill found = (query, key, value) with the gradients of what attend read.

    grad (tokens, width) is that of what attend gave.
    """
    query, key, value = asked
    to_query, to_key, to_value = found
    heads = shares.shape[0]
    size = query.shape[1] // heads
    scale = np.float32(1.0 / math.sqrt(size))
    for text in numba.prange(len(starts) - 1):
        first, last = starts[text], starts[text + 1]
        slopes = np.empty(last - first, np.float32)
        for row in range(first, last):
            for at in range(query.shape[1]):
                to_query[row, at] = 0.0
                to_key[row, at] = 0.0
                to_value[row, at] = 0.0
        for head in range(heads):
            left = head * size
            for row in range(first, last):
                mean = np.float32(0.0)
                for other in range(first, last):
                    slope = np.float32(0.0)
                    for at in range(left, left + size):
                        slope += grad[row, at] * value[other, at]
                    slopes[other - first] = slope
                    mean += slope * shares[head, row, other - first]
                for other in range(first, last):
                    share = shares[head, row, other - first]
                    pull = share * (slopes[other - first] - mean) * scale
                    for at in range(left, left + size):
                        to_value[other, at] += share * grad[row, at]
                        to_query[row, at] += pull * key[other, at]
                        to_key[other, at] += pull * query[row, at]


@_jit
def adam(weights: Any, grad: Any, moments: Any, rates: Any) -> None:
    """Take one AdamW step in place on flat arrays (Loshchilov and Hutter 2019).

    moments = (first, second); rates = (rate, decay, first's correction, second's correction).
    """
    first, second = moments
    rate, decay, unbias, unbias_square = rates
    for at in numba.prange(len(weights)):
        g = grad[at]
        m = np.float32(0.9) * first[at] + np.float32(0.1) * g
        v = np.float32(0.98) * second[at] + np.float32(0.02) * g * g
        first[at] = m
        second[at] = v
        step = (m * unbias) / (math.sqrt(v * unbias_square) + 1e-8)
        weights[at] -= np.float32(rate * (step + decay * weights[at]))
