"""The three supervised members fitted on rows that stay on disk."""

from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from app.ml.estimators.fraud import (
    LIGHTGBM_ROUNDS,
    MEMBER_WEIGHTS,
    XGBOOST,
    XGBOOST_ROUNDS,
    FraudMembers,
    fit_linear,
    light_settings,
)
from app.ml.estimators.trees import from_lightgbm, from_xgboost
from app.ml.serving.fraud_scorer import Linear, MemberWeights
from app.ml.serving.trees import FloatArray

BATCH_ROWS = 16_384
LINEAR_ROWS = 60_000
"""The logistic member learns from at most so many rows; 51 numbers need no more."""


class RowReader(Protocol):
    """Float32 rows read in slices."""

    count: int

    def slice(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows [start, stop), cut at the end."""
        ...

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ascending rows."""
        ...


class RowIter(xgb.DataIter):
    """Feeds XGBoost one slice at a time; only its binned form stays in memory."""

    def __init__(
        self, rows: RowReader, y: NDArray[Any], weight: NDArray[Any] | None = None,
        *, margin: NDArray[Any] | None = None, batch: int = BATCH_ROWS, cache: str | None = None,
    ) -> None:  # fmt: skip
        self._rows, self._y = rows, y
        extra = {"weight": weight, "base_margin": margin}
        self._extra = {name: values for name, values in extra.items() if values is not None}
        self._batch, self._at = batch, 0
        super().__init__(cache_prefix=cache, release_data=True)

    def next(self, input_data: Any) -> bool:
        """Hand over the next slice; False when there is none."""
        start, stop = self._at, min(self._at + self._batch, self._rows.count)
        if start >= stop:
            return False
        extra = {name: values[start:stop] for name, values in self._extra.items()}
        input_data(data=self._rows.slice(start, stop), label=self._y[start:stop], **extra)
        self._at = stop
        return True

    def reset(self) -> None:
        """Begin again."""
        self._at = 0


class RowSequence(lgb.Sequence):
    """Lets LightGBM sample and bin rows slice by slice."""

    batch_size = BATCH_ROWS

    def __init__(self, rows: RowReader) -> None:
        self._rows = rows

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows.count

    def __getitem__(self, index: Any) -> FloatArray:
        """Return one row, a slice of rows or a list of rows; LightGBM takes float64 only."""
        if isinstance(index, slice):
            start, stop, _ = index.indices(self._rows.count)
            return self._rows.slice(start, stop).astype(np.float64)
        if isinstance(index, (list, np.ndarray)):
            return np.stack([self[int(one)] for one in index])
        row: FloatArray = self._rows.slice(int(index), int(index) + 1)[0].astype(np.float64)
        return row


def fit_from_rows(
    rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> FraudMembers:
    """Fit as FraudMembers.fit does, never holding the rows; ValueError when a class is absent."""
    if not 0 < int(y.sum()) < y.size:
        raise ValueError(f"{y.size} training payments hold {int(y.sum())} frauds: need both")
    booster = xgb.train(
        {**XGBOOST, "seed": seed},
        xgb.QuantileDMatrix(
            RowIter(rows, y, weight), max_bin=XGBOOST["max_bin"], nthread=XGBOOST["nthread"]
        ),
        XGBOOST_ROUNDS,
    )
    ensemble = from_xgboost(booster)
    del booster
    light = lgb.train(
        light_settings(seed), lgb.Dataset(RowSequence(rows), y, weight=weight), LIGHTGBM_ROUNDS
    )
    return FraudMembers(
        xgboost=ensemble,
        lightgbm=from_lightgbm(light),
        linear=linear_from_rows(rows, y, weight, seed=seed),
    )


def linear_from_rows(
    rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
) -> Linear:
    """Fit the logistic member exactly, on LINEAR_ROWS drawn rows when there are more."""
    chosen = np.arange(y.size)
    if y.size > LINEAR_ROWS:
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(y.size, LINEAR_ROWS, replace=False))
    return fit_linear(rows.take(chosen), y[chosen], weight[chosen])


def log_odds_of(
    members: FraudMembers, rows: RowReader, *, weights: MemberWeights = MEMBER_WEIGHTS,
    at_once: int = BATCH_ROWS,
) -> FloatArray:  # fmt: skip
    """Return the mean log-odds of all rows."""
    parts = [
        members.log_odds(rows.slice(start, start + at_once), weights)
        for start in range(0, rows.count, at_once)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
