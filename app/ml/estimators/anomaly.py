"""The anomaly channel fitted on legit behaviour, and compared with PyOD's detectors."""

import numpy as np
from numpy.typing import NDArray
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest

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


def pyod_scores(
    legit: NDArray[np.float32], X: NDArray[np.float32], *, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Return what PyOD's ECOD and isolation forest, fitted on legit rows, say of rows X.

    Keep both small: PyOD's ECOD carries its training set through every call, which is why
    it is a yardstick here and never served.
    """
    rng = np.random.default_rng(seed)
    fit = legit[rng.permutation(len(legit))[:COMPARED_MAX]][:, fraud.BEHAVIOUR]
    columns = X[:, fraud.BEHAVIOUR]
    return {
        "pyod_ecod": ECOD().fit(fit).decision_function(columns),
        "pyod_iforest": IForest(random_state=seed).fit(fit).decision_function(columns),
    }
