"""Payments on disk by day, each day checked and in total order, whatever order they came in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ml.features.fraud import LABEL_DELAY_S
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable
from app.ml.training.payments_data import PaymentDataError, without_duplicates

COLUMNS = ("id", "ts", "customer", "terminal", "cents", "fraud", "kind")
IDS_AT_ONCE = 4_000_000

Columns = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class DayPayments:
    """One day in total order; `labelled` and `kind` are parallel to the table."""

    table: PaymentTable
    labelled: NDArray[np.bool_]
    kind: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DayStore:
    """A folder with one file a day."""

    folder: Path

    @staticmethod
    def build(folder: Path, batches: Iterable[Columns], *, end_s: int) -> tuple["DayStore", int]:
        """Write the payments before `end_s`; return the store and the repeats left out.

        Raises PaymentDataError when an id names two different payments.
        """
        for batch in batches:
            _spill(folder, batch, end_s)
        store, duplicates = DayStore(folder), 0
        for raw in sorted(folder.glob("raw-*.bin")):
            rows = np.fromfile(raw, dtype=np.int64).reshape(-1, len(COLUMNS))
            columns = {name: rows[:, i] for i, name in enumerate(COLUMNS)}
            columns, repeated = without_duplicates(columns)
            duplicates += repeated
            order = np.lexsort((columns["id"], columns["ts"]))
            day = np.stack([columns[name][order] for name in COLUMNS])
            np.save(folder / f"{raw.stem.replace('raw', 'day')}.npy", day)
            raw.unlink()
        store.refuse_repeats()
        return store, duplicates

    @property
    def days(self) -> list[int]:
        """Days since 1970 that hold payments, ascending."""
        return sorted(int(path.stem.split("-")[1]) for path in self.folder.glob("day-*.npy"))

    def read(self, day: int) -> DayPayments:
        """Return one day."""
        rows = self.columns(day)
        id_, ts, customer, terminal, cents, fraud, kind = rows
        table = PaymentTable(
            id=id_, ts_s=ts, customer=customer, terminal=terminal, cents=cents,
            fraud=np.maximum(fraud, 0), known_at_s=ts + LABEL_DELAY_S,
        )  # fmt: skip
        return DayPayments(table=table, labelled=fraud >= 0, kind=kind)

    def columns(self, day: int) -> NDArray[np.int64]:
        """Return the stored columns (7, n) in the order of COLUMNS."""
        rows: NDArray[np.int64] = np.load(self._path(day))
        return rows

    def column(self, name: str) -> Iterator[NDArray[np.int64]]:
        """Yield one column day by day."""
        for day in self.days:
            yield self.columns(day)[COLUMNS.index(name)]

    def refuse_repeats(self) -> None:
        """Raise PaymentDataError when one id appears on two days."""
        total = sum(ids.size for ids in self.column("id"))
        groups = max(1, -(-total // IDS_AT_ONCE))
        for group in range(groups):
            ids = np.concatenate(
                [ids[ids % groups == group] for ids in self.column("id")]
                or [np.zeros(0, dtype=np.int64)]
            )
            ids.sort()
            same = ids[1:] == ids[:-1]
            if same.any():
                clash = ids[int(np.argmax(same))]
                raise PaymentDataError(f"payment {clash} appears twice with different ts")

    def _path(self, day: int) -> Path:
        return self.folder / f"day-{day:06d}.npy"


def _spill(folder: Path, batch: Columns, end_s: int) -> None:
    rows = np.stack([batch[name] for name in COLUMNS], axis=1)
    rows = rows[rows[:, 1] < end_s]
    if not len(rows):
        return
    days = rows[:, 1] // DAY
    order = np.argsort(days, kind="stable")
    rows, days = rows[order], days[order]
    found, first = np.unique(days, return_index=True)
    for day, part in zip(found.tolist(), np.split(rows, first[1:]), strict=True):
        with (folder / f"raw-{day:06d}.bin").open("ab") as stream:
            stream.write(np.ascontiguousarray(part).tobytes())
