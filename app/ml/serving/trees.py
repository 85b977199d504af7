"""Tree ensembles as flat arrays, evaluated level by level for one row or many.

Every library keeps its own comparison, or rows next to a threshold change sides:
XGBoost rounds the input to float32 and goes left on `x < t`, LightGBM compares float64
and goes left on `x <= t`. A missing value (NaN) follows the node's default direction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
CHUNK_ROWS = 2048
"""Rows walked at once: 2,048 × 500 trees of int32 node ids are 4 MB."""


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """Σ of trees plus a base, on the margin (raw score) scale.

    All node arrays have shape (n_nodes,). A leaf points to itself, so walking `depth`
    levels ends in a leaf for every row. `cover` is the training weight that reached a
    node: the measure of the exact contributions.
    """

    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    default_left: NDArray[np.bool_]
    value: FloatArray
    cover: FloatArray
    root: IntArray
    base: float
    strict: bool
    """True: `float32(x) < t` goes left (XGBoost). False: `x <= t` does (LightGBM)."""
    depth: int

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> "TreeEnsemble":
        """Rebuild from the arrays of `to_arrays`; ValueError when they contradict each other."""
        scalars = arrays["scalars"]
        ensemble = TreeEnsemble(
            feature=np.ascontiguousarray(arrays["feature"], dtype=np.int32),
            threshold=np.ascontiguousarray(arrays["threshold"], dtype=np.float64),
            left=np.ascontiguousarray(arrays["left"], dtype=np.int32),
            right=np.ascontiguousarray(arrays["right"], dtype=np.int32),
            default_left=np.ascontiguousarray(arrays["default_left"], dtype=np.bool_),
            value=np.ascontiguousarray(arrays["value"], dtype=np.float64),
            cover=np.ascontiguousarray(arrays["cover"], dtype=np.float64),
            root=np.ascontiguousarray(arrays["root"], dtype=np.int32),
            base=float(scalars[0]),
            strict=bool(scalars[1]),
            depth=int(scalars[2]),
        )
        ensemble.check()
        return ensemble

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as plain arrays for an artefact."""
        names = ("feature", "threshold", "left", "right", "default_left", "value", "cover", "root")
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in names}
        arrays["scalars"] = np.array([self.base, float(self.strict), float(self.depth)])
        return arrays

    def check(self) -> None:
        """Raise ValueError unless every walk stays inside the arrays and ends in a leaf."""
        n = self.feature.size
        for name in ("threshold", "left", "right", "default_left", "value", "cover"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"tree array {name} has shape {getattr(self, name).shape}")
        for name in ("left", "right", "root"):
            ids = getattr(self, name)
            if ids.size and (ids.min() < 0 or ids.max() >= n):
                raise ValueError(f"tree array {name} points outside the nodes")
        node = self.root.copy()
        reached = np.unique(node)
        for _ in range(self.depth):
            reached = np.unique(np.concatenate([self.left[reached], self.right[reached]]))
        if not (self.left[reached] == reached).all():
            raise ValueError(f"a branch is deeper than the stated depth {self.depth}")

    def goes_left(self, X: FloatArray, node: IntArray) -> NDArray[np.bool_]:
        """Return the decision of node[i, j] for row i; X (n, n_features), node (n, k)."""
        values = np.take_along_axis(X, self.feature[node], axis=1)
        threshold = self.threshold[node]
        left = values.astype(np.float32) < threshold if self.strict else values <= threshold
        missing = np.isnan(values)
        if missing.any():
            left |= missing & self.default_left[node]
        return left

    def margin(self, X: NDArray[Any]) -> FloatArray:
        """Return raw scores, shape (n,), for rows X of shape (n, n_features)."""
        rows = np.ascontiguousarray(X, dtype=np.float64)
        out = np.empty(len(rows))
        for start in range(0, len(rows), CHUNK_ROWS):
            chunk = rows[start : start + CHUNK_ROWS]
            node = np.broadcast_to(self.root, (len(chunk), self.root.size)).copy()
            for _ in range(self.depth):
                left = self.goes_left(chunk, node)
                node = np.where(left, self.left[node], self.right[node])
            out[start : start + CHUNK_ROWS] = self.value[node].sum(axis=1)
        return out + self.base
