"""Members that go on from those of an earlier model: a few more trees, one more pass.

An artefact holds flat arrays, not the libraries' own files, so trees go on from the parent's
margins (`base_margin`, `init_score`). That is what `xgb_model=` and `init_model=` do inside:
the gradients of the next tree depend on the margins alone, and the tests hold both against it.
"""

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from app.ml.estimators.fraud import XGBOOST, FraudMembers, light_settings
from app.ml.estimators.online import update_linear
from app.ml.estimators.parts import BATCH_ROWS, RowIter, RowReader, RowSequence
from app.ml.estimators.trees import from_lightgbm, from_xgboost, joined
from app.ml.serving.trees import FloatArray, TreeEnsemble

CONTINUE_ROUNDS = 10
"""Trees that an update adds to each booster."""


def continue_members(
    parent: FraudMembers, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> FraudMembers:
    """Return the parent's members continued on new rows; either class may be absent in them."""
    return FraudMembers(
        xgboost=continue_xgboost(parent.xgboost, rows, y, weight, seed=seed),
        lightgbm=continue_lightgbm(parent.lightgbm, rows, y, weight, seed=seed),
        linear=update_linear(parent.linear, rows, y, weight, seed=seed),
    )


def continue_xgboost(
    parent: TreeEnsemble, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> TreeEnsemble:
    """Return the ensemble with CONTINUE_ROUNDS more trees."""
    data = xgb.QuantileDMatrix(
        RowIter(rows, y, weight, margin=_margins(parent, rows)),
        max_bin=XGBOOST["max_bin"], nthread=XGBOOST["nthread"],
    )  # fmt: skip
    # The margins stand for the start value; of one class none could be found.
    settings = {**XGBOOST, "seed": seed, "base_score": 0.5}
    return joined(parent, from_xgboost(xgb.train(settings, data, CONTINUE_ROUNDS)))


def continue_lightgbm(
    parent: TreeEnsemble, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> TreeEnsemble:
    """Return the ensemble with CONTINUE_ROUNDS more trees; as it was when a class is absent."""
    if not 0 < int(y.sum()) < y.size:
        # LightGBM trains nothing on one class.
        return parent
    data = lgb.Dataset(RowSequence(rows), y, weight=weight, init_score=_margins(parent, rows))
    return joined(parent, from_lightgbm(lgb.train(light_settings(seed), data, CONTINUE_ROUNDS)))


def _margins(parent: TreeEnsemble, rows: RowReader) -> FloatArray:
    parts = [
        parent.margin(rows.slice(start, start + BATCH_ROWS))
        for start in range(0, rows.count, BATCH_ROWS)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
