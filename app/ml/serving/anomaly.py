"""The label-free anomaly score: how much stranger each behaviour is than an ordinary one.

Tail form of ECOD (Li et al. 2022, "Unsupervised outlier detection using empirical
cumulative distribution functions"), frozen on n training values per behaviour. A behaviour
as far out as x has the surprise −ln((r+1)/(n+1)), r = #(≥ x); a two-sided one the larger of
that and −ln((l+1)/(n+1)), l = #(≤ x). An ordinary payment has a surprise of one nat in
every behaviour, so the score is what lies above it:

    score = Σ max(surprise − 1, 0).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORDINARY = 1.0
"""Expected −ln U of a uniform U: the surprise of a payment like all others."""


@dataclass(frozen=True, slots=True)
class TailAnomaly:
    """Sorted training columns (k, n), float32, and which of them are strange at both ends (k,)."""

    sorted_columns: NDArray[np.float32]
    two_sided: NDArray[np.bool_]

    def score(self, behaviour: NDArray[np.float32]) -> float:
        """Return the score of one behaviour row (k,); larger = stranger, never clipped."""
        n = self.sorted_columns.shape[1]
        total = 0.0
        for value, values, both in zip(behaviour, self.sorted_columns, self.two_sided, strict=True):
            rarer = n - int(values.searchsorted(value, side="left"))
            if both:
                rarer = min(rarer, int(values.searchsorted(value, side="right")))
            total += max(-math.log((rarer + 1) / (n + 1)) - ORDINARY, 0.0)
        return total

    def surprises(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Return the surprise of every behaviour, of the shape of `rows` (n, k)."""
        n = self.sorted_columns.shape[1]
        out = np.empty(rows.shape)
        for j, (values, both) in enumerate(zip(self.sorted_columns, self.two_sided, strict=True)):
            rarer = n - values.searchsorted(rows[:, j], side="left")
            if both:
                rarer = np.minimum(rarer, values.searchsorted(rows[:, j], side="right"))
            out[:, j] = -np.log((rarer + 1) / (n + 1))
        return out

    def score_rows(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Return the scores (n,) of behaviour rows (n, k)."""
        above = np.maximum(self.surprises(rows) - ORDINARY, 0.0)
        scores: NDArray[np.float64] = above.sum(axis=1)
        return scores
