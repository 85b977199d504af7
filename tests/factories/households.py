"""Invented survey households with near copies, like the implicates of a real survey."""

import numpy as np
import pandas as pd

from app.ml.features.risk import SOURCE_COLUMNS

COPIES = 5


def households(count: int = 240, *, seed: int = 3) -> pd.DataFrame:
    """Return `count` × 5 rows with features, targets, weights and the groups of the report.

    Wealth and knowledge make people say they would take risk, so there is something to learn.
    """
    rng = np.random.default_rng(seed)
    wealth, knowledge = rng.normal(size=count), rng.integers(0, 11, size=count)
    appetite = wealth + 0.25 * (knowledge - 5) + rng.normal(scale=0.7, size=count)
    stated = np.digitize(appetite, np.quantile(appetite, [0.4, 0.85]))
    columns = {name: rng.integers(0, 3, size=count).astype(float) for name in SOURCE_COLUMNS}
    columns |= {
        "YY1": np.arange(1, count + 1, dtype=float),
        "KNOWL": knowledge.astype(float),
        "AGE": rng.integers(20, 90, size=count).astype(float),
        "MARRIED": rng.integers(1, 3, size=count).astype(float),
        "HHSEX": rng.integers(1, 3, size=count).astype(float),
        "RACECL": rng.integers(1, 3, size=count).astype(float),
        "WGT": rng.uniform(500, 2000, size=count),
        "NOFINRISK": (stated == 0).astype(float),
        "YESFINRISK": (stated == 2).astype(float),
    }
    frame = pd.DataFrame(columns).loc[np.repeat(np.arange(count), COPIES)].reset_index(drop=True)
    copies = len(frame)
    frame["Y1"] = frame["YY1"] * 10 + np.tile(np.arange(1, COPIES + 1), count)
    money = np.exp(np.repeat(wealth, COPIES) + 10 + rng.normal(scale=0.05, size=copies))
    for name, share in (("ASSET", 4.0), ("NETWORTH", 3.0), ("LIQ", 0.4), ("INCOME", 0.8)):
        frame[name] = money * share
    frame["NORMINC"] = frame["INCOME"]
    frame["FIN"] = money
    frame["EQUITY"] = frame["FIN"] * np.clip(np.repeat(appetite, COPIES) / 6 + 0.3, 0, 1)
    return frame.astype({"YY1": "int64", "Y1": "int64"})
