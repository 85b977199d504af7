"""Exact path-dependent Shapley contributions of a tree ensemble of any depth.

A leaf is a product game over the distinct features of its path: feature f is worth
o_f ∈ {0, 1} (the row meets all of f's conditions) when present and z_f (share of the
training weight that does) when absent. Owen's multilinear form gives its value as

    φ_f = v · (o_f − z_f) · ∫₀¹ Π_{g≠f} (t·o_g + (1−t)·z_g) dt,

a polynomial in t, so Gauss–Legendre with enough nodes is exact. Equal to TreeSHAP
(Lundberg et al. 2020, "tree_path_dependent") and to the libraries' pred_contribs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.ml.serving.trees import FloatArray, IntArray, TreeEnsemble


@dataclass(frozen=True, slots=True)
class LeafPaths:
    """Every leaf's conditions, padded to the longest path.

    `node`, `wants_left`, `slot` are (n_leaves, depth): the split, the side the leaf lies
    on, and which merged feature it belongs to (−1 = padding). `feature` and `absent` are
    (n_leaves, depth): the merged features (−1 = padding) and their z.
    """

    node: IntArray
    wants_left: NDArray[np.bool_]
    slot: IntArray
    feature: IntArray
    absent: FloatArray
    value: FloatArray


def leaf_paths(ensemble: TreeEnsemble) -> LeafPaths:
    """Walk every tree once and collect its leaves' paths."""
    leaves: list[tuple[list[tuple[int, bool]], float]] = []
    for root in ensemble.root.tolist():
        stack: list[tuple[int, list[tuple[int, bool]]]] = [(root, [])]
        while stack:
            node, path = stack.pop()
            left, right = int(ensemble.left[node]), int(ensemble.right[node])
            if left == node:
                leaves.append((path, float(ensemble.value[node])))
                continue
            stack.append((right, [*path, (node, False)]))
            stack.append((left, [*path, (node, True)]))
    width = max(1, max((len(path) for path, _ in leaves), default=1))
    shape = (len(leaves), width)
    paths = LeafPaths(
        node=np.zeros(shape, dtype=np.int32),
        wants_left=np.zeros(shape, dtype=np.bool_),
        slot=np.full(shape, -1, dtype=np.int32),
        feature=np.full(shape, -1, dtype=np.int32),
        absent=np.ones(shape),
        value=np.array([value for _, value in leaves]),
    )
    for row, (path, _) in enumerate(leaves):
        _fill_path(ensemble, paths, row, path)
    return paths


def _fill_path(
    ensemble: TreeEnsemble, paths: LeafPaths, row: int, path: list[tuple[int, bool]]
) -> None:
    slots: dict[int, int] = {}
    for step, (node, wants_left) in enumerate(path):
        feature = int(ensemble.feature[node])
        slot = slots.setdefault(feature, len(slots))
        child = int(ensemble.left[node] if wants_left else ensemble.right[node])
        paths.node[row, step] = node
        paths.wants_left[row, step] = wants_left
        paths.slot[row, step] = slot
        paths.feature[row, slot] = feature
        paths.absent[row, slot] *= ensemble.cover[child] / ensemble.cover[node]


def shapley(present: FloatArray, absent: FloatArray, value: FloatArray) -> FloatArray:
    """Return the value of each feature in each leaf's product game.

    present (o), absent (z): (n_leaves, k), 1 where padded; value: (n_leaves,). The sum
    over features is v·(Πo − Πz) for every leaf.
    """
    degree = present.shape[1] - 1
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    total = np.zeros_like(present)
    for t, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        factor = t * present + (1 - t) * absent
        # z > 0 for every branch that training rows took, and 0 < t < 1: no factor is zero.
        total += weight * factor.prod(axis=1, keepdims=True) / factor
    return (present - absent) * total * value[:, None]


@dataclass(frozen=True, slots=True)
class PathShap:
    """Contributions straight from the paths: any depth, a millisecond a row."""

    ensemble: TreeEnsemble
    paths: LeafPaths
    n_features: int
    base: float
    """Expected margin under the training cover; base + Σ contributions = margin."""

    @staticmethod
    def of(ensemble: TreeEnsemble, n_features: int) -> "PathShap":
        """Prepare an ensemble; `n_features` is the length of a row."""
        paths = leaf_paths(ensemble)
        expected = float((paths.absent.prod(axis=1) * paths.value).sum()) + ensemble.base
        return PathShap(ensemble=ensemble, paths=paths, n_features=n_features, base=expected)

    def contributions(self, x: NDArray[np.floating]) -> FloatArray:
        """Return φ of shape (n_features,) for one row x of that shape."""
        paths = self.paths
        row = np.ascontiguousarray(x, dtype=np.float64)[None, :]
        went_left = self.ensemble.goes_left(row, paths.node.reshape(1, -1))
        met = (went_left.reshape(paths.node.shape) == paths.wants_left) | (paths.slot < 0)
        present = np.ones_like(paths.absent)
        broken, step = np.nonzero(~met)
        present[broken, paths.slot[broken, step]] = 0.0
        phi = shapley(present, paths.absent, paths.value)
        used = paths.feature >= 0
        total: FloatArray = np.bincount(
            paths.feature[used], weights=phi[used], minlength=self.n_features
        ).astype(np.float64, copy=False)
        return total
