"""Exact contributions of shallow trees by looking them up.

A tree of depth ≤ 4 falls into at most four groups: one per node of level 2, holding the
two splits above it and the up to three below. Five yes/no answers make 32 masks, so the
summed Shapley values of the group's leaves fit in 32 rows of at most five features. At
run time: all answers at once, one row per group, one weighted count. The margin comes
with it, because base + Σ contributions is the margin.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.serving.path_shap import leaf_paths, shapley
from app.ml.serving.trees import FloatArray, IntArray, TreeEnsemble

SPLITS = 5
MASKS = 1 << SPLITS
DEPTH_MAX = 4
_CHUNK_LEAVES = 512


@dataclass(slots=True)
class _Group:
    """The splits of one group and, for each leaf, the answers that lead to it."""

    prefix: list[tuple[int, bool]]
    nodes: list[int]
    leaves: list[tuple[list[tuple[int, bool]], float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableShap:
    """Contributions and margin of one row in tens of microseconds.

    `node` and `feature` are (SPLITS, n_groups): the split behind each answer and the
    feature each column of `table` (n_groups · MASKS, SPLITS) belongs to.
    """

    ensemble: TreeEnsemble
    node: IntArray
    feature: IntArray
    table: FloatArray
    base: float
    n_features: int
    split_feature: NDArray[np.intp]
    split_threshold: NDArray[np.floating]
    split_default_left: NDArray[np.bool_]
    table_feature: NDArray[np.intp]
    offset: NDArray[np.int64]

    @staticmethod
    def of(ensemble: TreeEnsemble, n_features: int) -> "TableShap":
        """Build the tables; ValueError when a tree is deeper than DEPTH_MAX."""
        if ensemble.depth > DEPTH_MAX:
            raise ValueError(
                f"tables need depth <= {DEPTH_MAX}, the trees have depth {ensemble.depth}"
            )
        groups = [group for root in ensemble.root.tolist() for group in _groups(ensemble, root)]
        node = np.zeros((SPLITS, len(groups)), dtype=np.int32)
        feature = np.zeros((SPLITS, len(groups)), dtype=np.int32)
        for column, group in enumerate(groups):
            node[: len(group.nodes), column] = group.nodes
            distinct = list(dict.fromkeys(int(ensemble.feature[n]) for n in group.nodes))
            feature[: len(distinct), column] = distinct
        paths = leaf_paths(ensemble)
        base = float((paths.absent.prod(axis=1) * paths.value).sum()) + ensemble.base
        threshold = ensemble.threshold[node]
        return TableShap(
            ensemble=ensemble,
            node=node,
            feature=feature,
            table=_tables(ensemble, groups),
            base=base,
            n_features=n_features,
            # Indices of the platform's own width: others are converted at every call.
            split_feature=ensemble.feature[node].astype(np.intp),
            split_threshold=threshold.astype(np.float32) if ensemble.strict else threshold,
            split_default_left=ensemble.default_left[node],
            table_feature=np.ascontiguousarray(feature.T).reshape(-1).astype(np.intp),
            offset=np.arange(len(groups), dtype=np.int64) * MASKS,
        )

    def contributions(self, x: NDArray[np.floating]) -> FloatArray:
        """Return φ of shape (n_features,) for one row x of that shape."""
        strict = self.ensemble.strict
        row: NDArray[Any] = x.astype(np.float32 if strict else np.float64, copy=False)
        values = row.take(self.split_feature)
        left = values < self.split_threshold if strict else values <= self.split_threshold
        if np.isnan(row).any():
            left |= np.isnan(values) & self.split_default_left
        # The five answers of a group are the bits of its row in the table. A padded answer is
        # never asked for: its two halves of the table are the same.
        found = self.offset + np.packbits(left, axis=0, bitorder="little")[0]
        phi: FloatArray = np.bincount(
            self.table_feature,
            weights=self.table.take(found, axis=0).reshape(-1),
            minlength=self.n_features,
        ).astype(np.float64, copy=False)
        return phi


def _groups(ensemble: TreeEnsemble, root: int) -> list[_Group]:
    groups: list[_Group] = []
    stack: list[tuple[int, list[tuple[int, bool]]]] = [(root, [])]
    while stack:
        node, prefix = stack.pop()
        left, right = int(ensemble.left[node]), int(ensemble.right[node])
        if left != node and len(prefix) < DEPTH_MAX - 2:
            stack.append((right, [*prefix, (node, False)]))
            stack.append((left, [*prefix, (node, True)]))
            continue
        group = _Group(prefix=prefix, nodes=[above for above, _ in prefix])
        _collect(ensemble, group, node, list(prefix))
        groups.append(group)
    return groups


def _collect(
    ensemble: TreeEnsemble, group: _Group, node: int, path: list[tuple[int, bool]]
) -> None:
    left, right = int(ensemble.left[node]), int(ensemble.right[node])
    if left == node:
        group.leaves.append((path, float(ensemble.value[node])))
        return
    group.nodes.append(node)
    _collect(ensemble, group, left, [*path, (node, True)])
    _collect(ensemble, group, right, [*path, (node, False)])


def _tables(ensemble: TreeEnsemble, groups: list[_Group]) -> FloatArray:
    """Return Σ over each group's leaves of their Shapley values, per mask and feature."""
    table = np.zeros((len(groups), MASKS, SPLITS))
    jobs = [(g, path, value) for g, group in enumerate(groups) for path, value in group.leaves]
    masks = np.arange(MASKS)
    for start in range(0, len(jobs), _CHUNK_LEAVES):
        chunk = jobs[start : start + _CHUNK_LEAVES]
        present = np.ones((len(chunk), MASKS, SPLITS))
        absent = np.ones((len(chunk), SPLITS))
        for i, (g, path, _) in enumerate(chunk):
            bits = {node: bit for bit, node in enumerate(groups[g].nodes)}
            names = [int(ensemble.feature[n]) for n in groups[g].nodes]
            slots = {name: slot for slot, name in enumerate(dict.fromkeys(names))}
            for node, wants_left in path:
                slot = slots[int(ensemble.feature[node])]
                child = int(ensemble.left[node] if wants_left else ensemble.right[node])
                absent[i, slot] *= ensemble.cover[child] / ensemble.cover[node]
                present[i, :, slot] *= ((masks >> bits[node]) & 1) == wants_left
        value = np.array([leaf_value for _, _, leaf_value in chunk])
        phi = shapley(
            present.reshape(-1, SPLITS), np.repeat(absent, MASKS, axis=0), np.repeat(value, MASKS)
        )
        where = np.array([g for g, _, _ in chunk])
        np.add.at(table, where, phi.reshape(len(chunk), MASKS, SPLITS))
    return table.reshape(-1, SPLITS)
