"""The way a fraud score is usually put together: the yardstick of `finnami bench score`.

Library wrappers on a one-row DataFrame, PyOD's ECOD, shap for the reasons. Same members
and sizes as the served model, never served itself.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from pyod.models.ecod import ECOD
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from app.ml.estimators.fraud import LIGHTGBM_ROUNDS, XGBOOST_ROUNDS
from app.ml.features import behaviour, fraud

DEPTH = 4
REASONS = 4


NaiveScorer = Callable[[NDArray[np.float32], NDArray[np.float32]], tuple[float, float, list[str]]]


def naive_scorer(
    X: NDArray[np.float32], behaviours: NDArray[np.float32], y: NDArray[np.int64], *, seed: int
) -> NaiveScorer:
    """Fit on rows X (n, 50) and behaviours (n, 17); the scorer gives probability, anomaly, reasons.

    Raises ImportError without shap, which only developers install.
    """
    import shap

    frame = pd.DataFrame(X, columns=list(fraud.NAMES))
    boosted = XGBClassifier(
        n_estimators=XGBOOST_ROUNDS, max_depth=DEPTH, n_jobs=1, random_state=seed
    ).fit(frame, y)
    light = LGBMClassifier(
        n_estimators=LIGHTGBM_ROUNDS, max_depth=DEPTH, num_leaves=16, n_jobs=1,
        random_state=seed, verbose=-1,
    ).fit(frame, y)  # fmt: skip
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(frame, y)
    anomaly = ECOD().fit(pd.DataFrame(behaviours, columns=list(behaviour.NAMES)))
    explainers = [shap.TreeExplainer(boosted), shap.TreeExplainer(light)]

    def score(
        vector: NDArray[np.float32], seen: NDArray[np.float32]
    ) -> tuple[float, float, list[str]]:
        row = pd.DataFrame([vector], columns=list(fraud.NAMES))
        acts = pd.DataFrame([seen], columns=list(behaviour.NAMES))
        members = [np.asarray(m.predict_proba(row))[0, 1] for m in (boosted, light, linear)]
        strange = anomaly.decision_function(acts)[0]
        shares = sum(np.asarray(explainer.shap_values(row))[0] for explainer in explainers)
        top = np.argsort(-np.abs(shares))[:REASONS]
        return float(np.mean(members)), float(strange), [fraud.NAMES[i] for i in top]

    return score
