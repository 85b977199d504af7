"""The label-free anomaly score: how far out each behaviour lies, on either side.

Two-tail form of ECOD (Li et al. 2022, "Unsupervised outlier detection using empirical
cumulative distribution functions"), frozen on n training values per feature:

    score = Σ max(−ln((l+1)/(n+1)), −ln((r+1)/(n+1))),  l = #(≤ x), r = #(≥ x).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TwoTailAnomaly:
    """Sorted training columns (k, n), float32, and the columns of a vector they judge (k,)."""

    sorted_columns: NDArray[np.float32]
    columns: NDArray[np.intp]

    def score(self, vector: NDArray[np.float32]) -> float:
        """Return the score of one full feature vector; larger = stranger, never clipped."""
        n = self.sorted_columns.shape[1]
        total = 0.0
        for column, values in zip(self.columns, self.sorted_columns, strict=True):
            at_most = values.searchsorted(vector[column], side="right")
            below = values.searchsorted(vector[column], side="left")
            rarer = min(at_most, n - below)
            total -= math.log((rarer + 1) / (n + 1))
        return total

    def score_rows(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Return the scores (rows,) of full feature vectors X (rows, n_features)."""
        n = self.sorted_columns.shape[1]
        total = np.zeros(len(X))
        for column, values in zip(self.columns, self.sorted_columns, strict=True):
            at_most = values.searchsorted(X[:, column], side="right")
            below = values.searchsorted(X[:, column], side="left")
            total -= np.log((np.minimum(at_most, n - below) + 1) / (n + 1))
        return total
