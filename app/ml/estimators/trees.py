"""Trained XGBoost and LightGBM boosters turned into the flat arrays that are served."""

import json
from collections.abc import Iterator
from typing import Any

import lightgbm as lgb
import numpy as np
import xgboost as xgb

from app.ml.serving.trees import TreeEnsemble


class _Nodes:
    """Grows the node arrays of an ensemble, one node at a time."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, int, int, bool, float, float]] = []
        self.root: list[int] = []
        self.depth = 0

    def leaf(self, *, value: float, cover: float) -> int:
        node = len(self.rows)
        self.rows.append((0, 0.0, node, node, True, value, cover))
        return node

    def split(self) -> int:
        self.rows.append((0, 0.0, 0, 0, True, 0.0, 0.0))
        return len(self.rows) - 1

    def build(self, *, base: float, strict: bool) -> TreeEnsemble:
        columns = list(zip(*self.rows, strict=True))
        ensemble = TreeEnsemble(
            feature=np.array(columns[0], dtype=np.int32),
            threshold=np.array(columns[1], dtype=np.float64),
            left=np.array(columns[2], dtype=np.int32),
            right=np.array(columns[3], dtype=np.int32),
            default_left=np.array(columns[4], dtype=np.bool_),
            value=np.array(columns[5], dtype=np.float64),
            cover=np.array(columns[6], dtype=np.float64),
            root=np.array(self.root, dtype=np.int32),
            base=base,
            strict=strict,
            depth=self.depth,
        )
        ensemble.check()
        return ensemble


def from_xgboost(booster: xgb.Booster) -> TreeEnsemble:
    """Return the margin of a gbtree booster with one output and numerical splits.

    The base score is stored as a probability for binary:logistic and as it is for
    regression. Raises ValueError for anything else.
    """
    model = json.loads(booster.save_raw(raw_format="json"))["learner"]
    if model["gradient_booster"]["name"] != "gbtree":
        raise ValueError(f"only gbtree is exported, not {model['gradient_booster']['name']}")
    if int(model["learner_model_param"]["num_class"]) > 1:
        raise ValueError("multi-class boosters are not exported")
    objective = model["objective"]["name"]
    base = float(str(model["learner_model_param"]["base_score"]).strip("[]"))
    if objective in {"binary:logistic", "reg:logistic"}:
        base = float(np.log(base / (1 - base)))
    nodes = _Nodes()
    for tree in model["gradient_booster"]["model"]["trees"]:
        if any(tree["split_type"]):
            raise ValueError("categorical splits are not exported")
        nodes.root.append(len(nodes.rows))
        _add_xgboost_tree(nodes, tree)
    return nodes.build(base=base, strict=True)


def from_xgboost_classes(booster: xgb.Booster) -> list[TreeEnsemble]:
    """Return one margin per class of a gbtree booster trained with multi:softprob.

    Raises ValueError for anything else.
    """
    model = json.loads(booster.save_raw(raw_format="json"))["learner"]
    classes = int(model["learner_model_param"]["num_class"])
    if model["gradient_booster"]["name"] != "gbtree" or classes < 2:
        raise ValueError("only a gbtree with several classes has a margin per class")
    stored = str(model["learner_model_param"]["base_score"]).strip("[]").split(",")
    # One number for all classes, or one per class, depending on the library's version.
    bases = [float(part) for part in stored] * (classes if len(stored) == 1 else 1)
    grown = [_Nodes() for _ in range(classes)]
    trees = model["gradient_booster"]["model"]
    for tree, owner in zip(trees["trees"], trees["tree_info"], strict=True):
        if any(tree["split_type"]):
            raise ValueError("categorical splits are not exported")
        grown[owner].root.append(len(grown[owner].rows))
        _add_xgboost_tree(grown[owner], tree)
    return [nodes.build(base=base, strict=True) for nodes, base in zip(grown, bases, strict=True)]


def from_lightgbm_classes(booster: lgb.Booster) -> list[TreeEnsemble]:
    """Return one raw score per class of a booster trained with the multiclass objective.

    Raises ValueError for categorical splits or zero-as-missing.
    """
    dump = booster.dump_model()
    classes = int(dump["num_tree_per_iteration"])
    grown = [_Nodes() for _ in range(classes)]
    for number, tree in enumerate(dump["tree_info"]):
        nodes = grown[number % classes]
        nodes.root.append(_add_lightgbm_tree(nodes, tree["tree_structure"]))
    return [nodes.build(base=0.0, strict=False) for nodes in grown]


def _add_xgboost_tree(nodes: _Nodes, tree: dict[str, Any]) -> None:
    offset = len(nodes.rows)
    depth = {0: 0}
    for i, (left, right) in enumerate(
        zip(tree["left_children"], tree["right_children"], strict=True)
    ):
        cover = float(tree["sum_hessian"][i])
        # In a leaf the split condition field holds the leaf's value.
        number = float(np.float32(tree["split_conditions"][i]))
        if left == -1:
            nodes.leaf(value=number, cover=cover)
            continue
        depth[left] = depth[right] = depth[i] + 1
        feature = int(tree["split_indices"][i])
        default_left = bool(tree["default_left"][i])
        nodes.rows.append(
            (feature, number, offset + left, offset + right, default_left, 0.0, cover)
        )
    nodes.depth = max(nodes.depth, *depth.values())


def from_lightgbm(booster: lgb.Booster) -> TreeEnsemble:
    """Return the raw score of a booster with one output and numerical splits.

    Raises ValueError for categorical splits, several outputs or zero-as-missing.
    """
    dump = booster.dump_model()
    if dump["num_tree_per_iteration"] != 1:
        raise ValueError("multi-class boosters are not exported")
    nodes = _Nodes()
    for tree in dump["tree_info"]:
        nodes.root.append(_add_lightgbm_tree(nodes, tree["tree_structure"]))
    return nodes.build(base=0.0, strict=False)


def _add_lightgbm_tree(nodes: _Nodes, structure: dict[str, Any]) -> int:
    numbers = {id(part): level for part, level in _lightgbm_levels(structure)}
    nodes.depth = max(nodes.depth, *numbers.values())
    return _add_lightgbm_node(nodes, structure)


def _lightgbm_levels(structure: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    stack = [(structure, 0)]
    while stack:
        part, level = stack.pop()
        yield part, level
        if "split_index" in part:
            stack += [(part["left_child"], level + 1), (part["right_child"], level + 1)]


def _add_lightgbm_node(nodes: _Nodes, part: dict[str, Any]) -> int:
    if "split_index" not in part:
        # A tree that found no split is one leaf and carries no count.
        return nodes.leaf(value=float(part["leaf_value"]), cover=float(part.get("leaf_count", 1)))
    if part["decision_type"] != "<=" or part["missing_type"] == "Zero":
        raise ValueError(f"not exported: {part['decision_type']}, {part['missing_type']} missing")
    node = nodes.split()
    left = _add_lightgbm_node(nodes, part["left_child"])
    right = _add_lightgbm_node(nodes, part["right_child"])
    threshold = float(part["threshold"])
    # Without missing values in training LightGBM reads a NaN as 0.
    default_left = threshold >= 0 if part["missing_type"] == "None" else bool(part["default_left"])
    cover = float(part["internal_count"])
    nodes.rows[node] = (
        int(part["split_feature"]),
        threshold,
        left,
        right,
        default_left,
        0.0,
        cover,
    )
    return node


def joined(first: TreeEnsemble, more: TreeEnsemble) -> TreeEnsemble:
    """Return one ensemble of both's trees with the first's base; both of one library.

    What `more` starts from is left out: it was grown on the first's margins.
    """
    if first.strict != more.strict:
        raise ValueError("trees of two libraries compare differently and cannot be joined")
    offset = np.int32(first.feature.size)
    grown = TreeEnsemble(
        feature=np.concatenate([first.feature, more.feature]),
        threshold=np.concatenate([first.threshold, more.threshold]),
        left=np.concatenate([first.left, more.left + offset]),
        right=np.concatenate([first.right, more.right + offset]),
        default_left=np.concatenate([first.default_left, more.default_left]),
        value=np.concatenate([first.value, more.value]),
        cover=np.concatenate([first.cover, more.cover]),
        root=np.concatenate([first.root, more.root + offset]),
        base=first.base,
        strict=first.strict,
        depth=max(first.depth, more.depth),
    )
    grown.check()
    return grown
