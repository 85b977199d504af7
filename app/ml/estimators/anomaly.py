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


def sample_of(rows: int, *, seed: int) -> NDArray[np.int64]:
    """Return at most SAMPLE_MAX of the rows, ascending; all of them when they are few."""
    if rows <= SAMPLE_MAX:
        return np.arange(rows)
    chosen = np.random.default_rng(seed).choice(rows, SAMPLE_MAX, replace=False)
    return np.sort(chosen).astype(np.int64)


def fit_anomaly(legit: NDArray[np.float32], *, seed: int) -> TailAnomaly:
    """Return the channel frozen on at most SAMPLE_MAX legit behaviour rows (n, 17)."""
    legit = legit[sample_of(len(legit), seed=seed)]
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
