"""Rows in memory, read as those on disk are."""

import numpy as np
from numpy.typing import NDArray


class Held:
    """A RowReader over an array."""

    def __init__(self, X: NDArray[np.float32]) -> None:
        self._X, self.count = X, len(X)

    def slice(self, start: int, stop: int) -> NDArray[np.float32]:
        return self._X[start:stop]

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._X[rows]
