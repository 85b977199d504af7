"""One arm of `finnami bench train`, alone in its process, so that its peak memory is its own.

    python -m app.ml.training.memory_arms ARM FOLDER [HEADROOM_MB]

FOLDER holds part-*.parquet to learn from and test.parquet; prints one JSON line. With
HEADROOM_MB the kernel refuses the process more memory than it has after its imports and so
much more (RLIMIT_DATA): an arm that needs more ends with exit code 1 and names MemoryError.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sklearn.metrics
import xgboost as xgb
from numpy.typing import NDArray

from app.ml.estimators.online import fit_linear_online
from app.ml.estimators.parts import RowIter, RowSequence
from app.ml.training.batches.float_parts import FloatRows, append

ROUNDS = 8
XGB = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 6, "nthread": 1}
LGB = {"objective": "binary", "num_leaves": 63, "num_threads": 1, "verbose": -1}
BINS = 256
READ_ROWS = 32_768
BUFFER_BYTES = 65_536
RSS_UNIT = 1 if sys.platform == "darwin" else 1024

Rows = NDArray[np.float32]
Scores = Callable[[Rows], NDArray[np.float64]]


def pandas_dmatrix(folder: Path) -> Scores:
    """Load a DataFrame, copy it into a DMatrix: the usual way."""
    frame = pd.concat([pd.read_parquet(path) for path in _parts(folder)], ignore_index=True)
    data = xgb.DMatrix(frame.drop(columns="y"), frame["y"])
    model = xgb.train({**XGB, "max_bin": BINS}, data, ROUNDS)
    names = [name for name in frame.columns if name != "y"]
    return lambda X: model.predict(xgb.DMatrix(X, feature_names=names))


def pandas_lightgbm(folder: Path) -> Scores:
    """Load a DataFrame, copy it into a LightGBM Dataset."""
    frame = pd.concat([pd.read_parquet(path) for path in _parts(folder)], ignore_index=True)
    model = lgb.train(LGB, lgb.Dataset(frame.drop(columns="y"), frame["y"]), ROUNDS)
    return lambda X: np.asarray(model.predict(X))


def iterator_xgboost(folder: Path) -> Scores:
    """Bin slice by slice from the spilled rows, as `finnami train fraud` does."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        rows, y = _spilled(_parts(folder), Path(scratch))
        data = xgb.QuantileDMatrix(RowIter(rows, y), max_bin=BINS, nthread=1)
        model = xgb.train({**XGB, "max_bin": BINS}, data, ROUNDS)
    return lambda X: model.predict(xgb.DMatrix(X))


def disk_xgboost(folder: Path) -> Scores:
    """Keep the bins on disk as well; slower, for the smallest machines."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        rows, y = _spilled(_parts(folder), Path(scratch))
        cache = RowIter(rows, y, batch=rows.count // 16 + 1, cache=str(Path(scratch) / "bins"))
        data = xgb.ExtMemQuantileDMatrix(cache, max_bin=BINS, nthread=1)
        model = xgb.train({**XGB, "max_bin": BINS}, data, ROUNDS)
        del data
    return lambda X: model.predict(xgb.DMatrix(X))


def sequence_lightgbm(folder: Path) -> Scores:
    """Bin slice by slice from the spilled rows, as `finnami train fraud` does."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        rows, y = _spilled(_parts(folder), Path(scratch))
        model = lgb.train(LGB, lgb.Dataset(RowSequence(rows), y), ROUNDS)
    return lambda X: np.asarray(model.predict(X))


def parts_xgboost(folder: Path) -> Scores:
    """Grow each tree on the next share of the files, as a daily update does (`xgb_model=`)."""
    model: xgb.Booster | None = None
    settings = {**XGB, "max_bin": BINS}
    files = _parts(folder)
    for share in np.array_split(np.arange(len(files)), min(ROUNDS, len(files))):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            rows, y = _spilled([files[i] for i in share], Path(scratch))
            with rows:
                data = xgb.QuantileDMatrix(RowIter(rows, y), max_bin=BINS, nthread=1)
            model = grown = xgb.train(settings, data, 1, xgb_model=model)
            del data
    return lambda X: grown.predict(xgb.DMatrix(X))


def online_linear(folder: Path) -> Scores:
    """Learn a logistic regression by `partial_fit`: one batch in memory."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        rows, y = _spilled(_parts(folder), Path(scratch))
        with rows:
            label = y.astype(np.int64)
            member = fit_linear_online(rows, label, np.ones(y.size), seed=7)
    return lambda X: member.base + member.contributions(X).sum(axis=1)


ARMS: dict[str, Callable[[Path], Scores]] = {
    "pandas + DMatrix": pandas_dmatrix,
    "pandas + lgb.Dataset": pandas_lightgbm,
    "DataIter + QuantileDMatrix": iterator_xgboost,
    "DataIter + ExtMemQuantileDMatrix": disk_xgboost,
    "lgb.Sequence": sequence_lightgbm,
    "XGBoost, a tree per share": parts_xgboost,
    "SGD partial_fit": online_linear,
}


def write_parts(
    folder: Path, *, rows: int, files: int, seed: int, width: int = 20
) -> Iterator[int]:
    """Write invented rows in `files` Parquet files and a test file; yield after each file."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 0.8, width)
    each = -(-rows // files)
    for number in range(files + 1):
        name = "test" if number == files else f"part-{number:03d}"
        count = min(each, 100_000) if number == files else each
        X = rng.normal(size=(count, width)).astype(np.float32)
        logit = X @ weights + 1.5 * np.abs(X[:, 0]) * (X[:, 1] > 0) - 6
        y = (rng.random(count) < 1 / (1 + np.exp(-logit))).astype(np.float32)
        columns = {f"f{i}": X[:, i] for i in range(width)} | {"y": y}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=READ_ROWS)
        yield number


def measure(arm: str, folder: Path, headroom_mb: int | None = None) -> dict[str, Any]:
    """Return the arm's peak memory above what the imports took, its seconds and its AP.

    Training, not measuring, has to do with `headroom_mb`; MemoryError when it cannot.
    """
    base = _memory_mb("VmRSS")
    started, cpu = time.perf_counter(), time.process_time()
    with _limited(headroom_mb):
        scores = ARMS[arm](folder)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    peak = _memory_mb("VmHWM") - base
    test = pq.read_table(folder / "test.parquet")
    X, y = _matrix(test)
    precision = float(sklearn.metrics.average_precision_score(y, scores(X)))
    return {"peak_mb": peak, "seconds": seconds, "cpu_s": cpu_s, "average_precision": precision}


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def _spilled(files: list[Path], scratch: Path) -> tuple[FloatRows, NDArray[np.float32]]:
    labels, width = [], 0
    for path in files:
        # Buffered reading: a file is never decoded as a whole.
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES) as source:
            for batch in source.iter_batches(batch_size=READ_ROWS, use_threads=False):
                X, y = _matrix(pa.Table.from_batches([batch]))
                append(scratch / "x", X)
                labels.append(y)
                width = X.shape[1]
    return FloatRows(scratch / "x", width), np.concatenate(labels)


def _matrix(table: pa.Table) -> tuple[Rows, NDArray[np.float32]]:
    names = [name for name in table.column_names if name != "y"]
    X = np.stack([table[name].to_numpy() for name in names], axis=1)
    return X, table["y"].to_numpy()


def _memory_mb(field: str) -> float:
    """Return this process's VmRSS (now) or VmHWM (peak).

    getrusage will not do on Linux: its peak is inherited from the process that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 2**20
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


@contextmanager
def _limited(headroom_mb: int | None) -> Iterator[None]:
    """Let this process hold so much more private memory than it holds now.

    RLIMIT_DATA, not RLIMIT_AS: address space that is only mapped or reserved (libraries,
    threads' stacks) is no memory.
    """
    if headroom_mb is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = int(_memory_mb("VmData") + headroom_mb) * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    except (xgb.core.XGBoostError, lgb.basic.LightGBMError) as exc:
        if "bad_alloc" in str(exc) or "allocat" in str(exc):
            raise MemoryError(str(exc)) from exc
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def main(arguments: list[str]) -> int:
    """Run one arm; 1 when the memory it may have does not suffice."""
    arm, folder, *headroom = arguments
    try:
        found = measure(arm, Path(folder), int(headroom[0]) if headroom else None)
    except MemoryError as exc:
        sys.stderr.write(f"MemoryError: {exc}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
