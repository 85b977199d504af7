"""Feature rows of the stored days, spilled as float32 parts as they are made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ml.features import behaviour, fraud
from app.ml.features.carried import CarriedFeatures
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, joined
from app.ml.training.batches.day_store import DayStore
from app.ml.training.batches.float_parts import FloatRows, append
from app.ml.training.batches.survey import Survey
from app.ml.training.fraud_shared import NEGATIVE_SHARE, Week

BATCH_ROWS = 40_000
CARRIED_PER_BATCH = 8
"""Batches grow with what is carried, so that sorting it again and again stays cheap."""

Batch = tuple[PaymentTable, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class FeatureParts:
    """The files of one run: sampled training rows, the last week, legit behaviour."""

    folder: Path

    def rows(self, name: str, *, count: int | None = None) -> FloatRows:
        """Open `train.x`, `train.acts`, `week.x`, `week.acts` or `legit.acts`."""
        width = len(fraud.NAMES) if name.endswith(".x") else len(behaviour.NAMES)
        return FloatRows(self.folder / name, width, count)

    def labels(self) -> NDArray[np.int64]:
        """Return the labels of the sampled rows."""
        return np.fromfile(self.folder / "train.y", dtype=np.int8).astype(np.int64)

    def week(self) -> Week:
        """Return the payments of the last week."""
        rows = np.fromfile(self.folder / "week.payments", dtype=np.int64).reshape(-1, 4)
        ts_s, customer, cents, label = (np.ascontiguousarray(rows[:, i]) for i in range(4))
        return Week(ts_s, customer, cents, label)


def make_parts(
    folder: Path, store: DayStore, known: Survey, *, seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:  # fmt: skip
    """Write the parts; return how many sampled rows lie before the last week.

    The same draws as over one whole table decide which legit payments are kept.
    """
    rng = np.random.default_rng(seed)
    carried = CarriedFeatures(known.constants, known.habits)
    parts = FeatureParts(folder)
    hidden_from = 0
    for table, labelled in _batches(store, carried):
        day = table.ts_s // DAY
        usable = labelled & (day >= known.first_usable_day)
        X, acts = carried.rows(table, usable)
        kept = usable & ((table.fraud == 1) | (rng.random(len(table)) < NEGATIVE_SHARE))
        last_week = usable & (table.ts_s >= known.hidden_from_s)
        hidden_from += int((kept & ~last_week).sum())
        _write(parts.folder, "train", X[kept], acts[kept])
        append(folder / "train.y", table.fraud[kept].astype(np.int8))
        append(folder / "legit.acts", acts[usable & (table.fraud == 0)])
        _write(parts.folder, "week", X[last_week], acts[last_week])
        week = table.take(last_week)
        columns = (week.ts_s, week.customer, week.cents, week.fraud)
        append(folder / "week.payments", np.stack(columns, axis=1))
        progress(len(table))
    return {"before_last_week": hidden_from}


def _batches(store: DayStore, carried: CarriedFeatures) -> Iterator[Batch]:
    """Yield whole days together until they fill a batch."""
    tables: list[PaymentTable] = []
    labels: list[NDArray[np.bool_]] = []
    rows = 0
    for day in store.days:
        part = store.read(day)
        tables.append(part.table)
        labels.append(part.labelled)
        rows += len(part.table)
        if rows >= max(BATCH_ROWS, carried.carried // CARRIED_PER_BATCH):
            yield joined(tables), np.concatenate(labels)
            tables, labels, rows = [], [], 0
    if tables:
        yield joined(tables), np.concatenate(labels)


def _write(folder: Path, name: str, X: NDArray[np.float32], acts: NDArray[np.float32]) -> None:
    append(folder / f"{name}.x", X)
    append(folder / f"{name}.acts", acts)
