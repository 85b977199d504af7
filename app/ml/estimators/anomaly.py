"""The anomaly channel fitted on legit behaviour, and compared with PyOD's detectors."""

import numpy as np
from numpy.typing import NDArray
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest

from app.ml.evaluation import Roc
from app.ml.features import fraud
from app.ml.serving.anomaly import TwoTailAnomaly

SAMPLE_MAX = 20_000
COMPARED_MAX = 5_000


def fit_anomaly(legit: NDArray[np.float32], *, seed: int) -> TwoTailAnomaly:
    """Return the channel frozen on at most SAMPLE_MAX legit rows (n, 50)."""
    if len(legit) > SAMPLE_MAX:
        rng = np.random.default_rng(seed)
        legit = legit[np.sort(rng.choice(len(legit), SAMPLE_MAX, replace=False))]
    columns = np.ascontiguousarray(np.sort(legit[:, fraud.BEHAVIOUR], axis=0).T)
    return TwoTailAnomaly(sorted_columns=columns, columns=fraud.BEHAVIOUR)


def compare_with_pyod(
    ours: TwoTailAnomaly,
    legit: NDArray[np.float32],
    X: NDArray[np.float32],
    y: NDArray[np.bool_],
    *,
    seed: int,
) -> dict[str, float]:
    """Return the AUC of our frozen form, PyOD's ECOD and its isolation forest on rows X.

    All see the same legit rows; legit rows of X beyond COMPARED_MAX are left out, because
    PyOD's ECOD carries its training set through every call.
    """
    rng = np.random.default_rng(seed)
    fit = legit[rng.permutation(len(legit))[:COMPARED_MAX]][:, fraud.BEHAVIOUR]
    negatives = rng.permutation(np.nonzero(~y)[0])[:COMPARED_MAX]
    rows = np.sort(np.r_[np.nonzero(y)[0], negatives])
    columns = X[rows][:, fraud.BEHAVIOUR]
    scores = {
        "two_tail": ours.score_rows(X[rows]),
        "pyod_ecod": ECOD().fit(fit).decision_function(columns),
        "pyod_iforest": IForest(random_state=seed).fit(fit).decision_function(columns),
    }
    return {name: Roc.of(y[rows], score).auc() for name, score in scores.items()}
