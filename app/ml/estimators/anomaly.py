"""The anomaly channel fitted on legit behaviour, and compared with PyOD's detectors."""

import numpy as np
from numpy.typing import NDArray
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest

from app.ml.features import behaviour
from app.ml.serving.anomaly import TailAnomaly

SAMPLE_MAX = 20_000
COMPARED_MAX = 5_000
TWO_SIDED: NDArray[np.bool_] = np.array(
    [name in behaviour.TWO_SIDED for name in behaviour.NAMES], dtype=np.bool_
)


def fit_anomaly(legit: NDArray[np.float32], *, seed: int) -> TailAnomaly:
    """Return the channel frozen on at most SAMPLE_MAX legit behaviour rows (n, 17)."""
    if len(legit) > SAMPLE_MAX:
        rng = np.random.default_rng(seed)
        legit = legit[np.sort(rng.choice(len(legit), SAMPLE_MAX, replace=False))]
    columns = np.ascontiguousarray(np.sort(legit, axis=0).T)
    return TailAnomaly(sorted_columns=columns, two_sided=TWO_SIDED)


def pyod_scores(
    legit: NDArray[np.float32], rows: NDArray[np.float32], *, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Return what PyOD's ECOD and isolation forest, fitted on legit rows, say of behaviour rows.

    Keep both small: PyOD's ECOD carries its training set through every call, which is why
    it is a yardstick here and never served.
    """
    rng = np.random.default_rng(seed)
    fit = legit[rng.permutation(len(legit))[:COMPARED_MAX]]
    return {
        "pyod_ecod": ECOD().fit(fit).decision_function(rows),
        "pyod_iforest": IForest(random_state=seed).fit(fit).decision_function(rows),
    }
