"""The members fitted on an existing Dask cluster, rows spread over its workers.

Needs the extra `finnami[dask]` here and on every worker. Slices go out one at a time, so this
process never holds all rows; each worker holds its share. Dask speaks pickle: whoever controls
the scheduler controls this process, so connect to your own only.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from app.ml.estimators.engine import EngineError
from app.ml.estimators.fraud import (
    LIGHTGBM_ROUNDS,
    XGBOOST,
    XGBOOST_ROUNDS,
    FraudMembers,
    light_settings,
)
from app.ml.estimators.parts import RowReader, linear_from_rows
from app.ml.estimators.trees import from_lightgbm, from_xgboost
from app.ml.serving.trees import FloatArray

SEND_S = 300.0
FIT_S = 6 * 3600.0
PART_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class _Spread:
    """Rows, labels and weights as Dask arrays whose parts lie on the workers, side by side."""

    X: Any
    y: Any
    weight: Any


class DaskEngine:
    """Boosters over the workers, the logistic member here: its rows are few.

    Which worker sees which rows decides what subsampling draws, so the same bytes are not
    promised; docs/decisions/0018 has the measured distance to the local engine.
    """

    name = "dask"

    def __init__(self, client: Any, *, part_rows: int = PART_ROWS, fit_s: float = FIT_S) -> None:
        self._client, self._part_rows, self._fit_s = client, part_rows, fit_s

    def fit(
        self, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
    ) -> FraudMembers:
        """Fit over the cluster; ValueError when a class is absent, EngineError when it fails."""
        if not 0 < int(y.sum()) < y.size:
            raise ValueError(f"{y.size} training payments hold {int(y.sum())} frauds: need both")
        spread = self._guarded(lambda: self._spread(rows, y, weight))
        booster = self._guarded(lambda: self._xgboost(spread, seed))
        light = self._guarded(lambda: self._lightgbm(spread, seed))
        return FraudMembers(
            xgboost=from_xgboost(booster),
            lightgbm=from_lightgbm(light),
            linear=linear_from_rows(rows, y, weight, seed=seed),
        )

    def _spread(self, rows: RowReader, y: NDArray[np.int64], weight: FloatArray) -> _Spread:
        import dask.array as da
        from dask import delayed

        workers = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        # Every worker needs a part, or XGBoost and LightGBM wait for it in vain.
        size = max(1, min(self._part_rows, -(-rows.count // len(workers))))
        parts: list[list[Any]] = [[], [], []]
        for number, start in enumerate(range(0, rows.count, size)):
            stop = min(start + size, rows.count)
            blocks: list[Any] = [rows.slice(start, stop), y[start:stop], weight[start:stop]]
            owner = [workers[number % len(workers)]]
            for held, block in zip(parts, blocks, strict=True):
                future = self._client.scatter(block, workers=owner, hash=False, timeout=SEND_S)
                held.append(da.from_delayed(delayed(future), block.shape, block.dtype))
        return _Spread(*(da.concatenate(part, axis=0) for part in parts))

    def _xgboost(self, spread: _Spread, seed: int) -> Any:
        from xgboost import dask as distributed_xgboost

        data = distributed_xgboost.DaskQuantileDMatrix(
            self._client, spread.X, spread.y, weight=spread.weight, max_bin=XGBOOST["max_bin"]
        )
        found = distributed_xgboost.train(
            self._client, {**XGBOOST, "seed": seed}, data, num_boost_round=XGBOOST_ROUNDS
        )
        return found["booster"]

    def _lightgbm(self, spread: _Spread, seed: int) -> Any:
        from lightgbm.dask import DaskLGBMClassifier

        # The classifier takes the number of threads from the worker.
        settings = {k: v for k, v in light_settings(seed).items() if k != "num_threads"}
        model = DaskLGBMClassifier(
            client=self._client, n_estimators=LIGHTGBM_ROUNDS, tree_learner="data", **settings
        )
        return model.fit(spread.X, spread.y, sample_weight=spread.weight).booster_

    def _guarded(self, work: Callable[[], Any]) -> Any:
        """Return the work's result, or EngineError when it fails or takes too long."""
        from distributed import CancelledError, KilledWorker

        def current() -> Any:
            # Both libraries look for the client of the thread that calls them.
            with self._client.as_current():
                return work()

        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(current).result(self._fit_s)
        except TimeoutError as exc:
            raise EngineError(f"the cluster was not done after {self._fit_s:.0f} s") from exc
        except (
            OSError,
            RuntimeError,
            ImportError,
            ValueError,
            KilledWorker,
            CancelledError,
        ) as exc:
            line = (str(exc).strip() or type(exc).__name__).splitlines()[0]
            raise EngineError(f"training on the cluster failed: {line}") from exc
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def connected(address: str, *, timeout_s: float = 10.0) -> Iterator[DaskEngine]:
    """Connect to the scheduler for one run.

    Raises EngineError when the extra is missing, nothing answers in time, or there is no worker.
    """
    try:
        from distributed import Client
    except ImportError as exc:
        raise EngineError("the dask engine needs its extra: pip install 'finnami[dask]'") from exc
    # Without a logger LightGBM prints, and stdout is for the result.
    lgb.register_logger(logging.getLogger("lightgbm"))
    try:
        # The client's own timeout ends at the TCP connection: a silent peer would hold it for ever.
        asyncio.run(asyncio.wait_for(_identity(address), timeout_s))
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError, TypeError) as exc:
        raise EngineError(
            f"no Dask scheduler answers at {address} within {timeout_s:.0f} s"
        ) from exc
    try:
        try:
            client.wait_for_workers(1, timeout=timeout_s)
        except TimeoutError as exc:
            raise EngineError(f"the Dask scheduler at {address} has no worker") from exc
        yield DaskEngine(client)
    finally:
        client.close(timeout=timeout_s)


async def _identity(address: str) -> None:
    from distributed.core import rpc

    async with rpc(address) as scheduler:
        await scheduler.identity()
