"""A trained text classifier served from flat arrays: tf-idf rows, int8 weights, neighbours.

Nothing here imports what trained it. The arrays are:
    <block>.grams, <block>.idf      vocabulary of the blocks `word`, `char`, `sound`
    linear.weights, .scale, .bias   int8 (grams x classes), a scale for each class; one column
                                    more tells what is out of scope, when such rows were known
    vector.weights, vector.mean     float32 (dimensions x columns); absent without vectors
    near.rows, .scale, .start, .weight  int8 training rows sorted by class, first row of each,
    near.projection                     along the axes of the projection, or as they are and
                                        along them
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.sparse import GRAMS, Vocabulary, unpack
from app.ml.features.vectors import centred, projected

FloatArray = NDArray[np.float64]
NEAREST: Final = 3

Arrays = Mapping[str, NDArray[Any]]


class TextModel:
    """Scores of normalised texts: margins of a linear model, plus closeness to its examples."""

    def __init__(self, arrays: Arrays, *, classes: int) -> None:
        self._blocks: list[tuple[int, Vocabulary]] = []
        offset = 0
        for name, grams in GRAMS.items():
            known = unpack(arrays[f"{name}.grams"])
            idf = arrays[f"{name}.idf"].astype(float)
            self._blocks.append((offset, Vocabulary.of(known, idf, grams)))
            offset += len(known)
        self._classes = classes
        self._weights = arrays["linear.weights"]
        self._scale = arrays["linear.scale"].astype(float)
        self._bias = arrays["linear.bias"].astype(float)
        if self._weights.shape != (offset, len(self._bias)) or len(self._bias) < classes:
            raise ValueError(f"weights of {self._weights.shape}, {offset} grams, {classes} labels")
        self.uses_vectors = "near.rows" in arrays
        if self.uses_vectors:
            self._mean = arrays["vector.mean"]
            self._vector_weights = arrays["vector.weights"].astype(float)
            self._near_weight = float(arrays["near.weight"])
            self._projection = arrays["near.projection"]
            self._beside = arrays["near.rows"].shape[1] > self._projection.shape[1]
            scale = arrays["near.scale"].astype(np.float32)
            self._near = arrays["near.rows"].astype(np.float32) * scale[:, None]
            self._starts: Sequence[int] = [int(s) for s in arrays["near.start"]]

    def margins(self, normalised: str) -> FloatArray:
        """Return what the text's words say for each column of the linear model."""
        total = np.zeros(len(self._bias))
        for offset, block in self._blocks:
            at, values = block.row(normalised)
            total += values @ self._weights[at + offset].astype(float)
        return np.asarray(total * self._scale + self._bias)

    def scores(
        self, normalised: Sequence[str], vectors: NDArray[np.float32] | None
    ) -> tuple[FloatArray, FloatArray]:
        """Return class scores, one row a text, and how much each looks out of scope (or 0)."""
        found = np.array([self.margins(text) for text in normalised])
        if self.uses_vectors and vectors is not None:
            rows = centred(vectors, self._mean)
            found += rows.astype(float) @ self._vector_weights
            placed = projected(rows, self._projection, beside=self._beside)
            close = nearest_means(placed @ self._near.T, self._starts)
            found[:, : self._classes] += self._near_weight * close
        outside = found[:, self._classes] if found.shape[1] > self._classes else 0 * found[:, 0]
        return found[:, : self._classes], outside


def nearest_means(cosines: NDArray[np.float32], starts: Sequence[int]) -> FloatArray:
    """Return the mean of each class's highest cosines; columns are sorted by class.

    `starts` holds the first column of each class and the number of columns at its end.
    """
    out = np.empty((len(cosines), len(starts) - 1))
    for k in range(len(starts) - 1):
        block = cosines[:, starts[k] : starts[k + 1]]
        if block.shape[1] > NEAREST:
            block = np.partition(block, block.shape[1] - NEAREST, axis=1)[:, -NEAREST:]
        out[:, k] = block.mean(axis=1)
    return out
