"""Payment files (Parquet or CSV, either spelling of the columns) to one checked table.

Accepted names, any case: transaction_id, ts | tx_datetime, customer_id, terminal_id,
amount | tx_amount, is_fraud | tx_fraud, fraud_scenario | tx_fraud_scenario (analysis only).
"""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml.features.fraud_table import PaymentTable, ordered
from app.ml.training.payment_simulator import World, simulate

SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("transaction_id",),
    "ts": ("ts", "tx_datetime"),
    "customer": ("customer_id",),
    "terminal": ("terminal_id",),
    "amount": ("amount", "tx_amount"),
    "fraud": ("is_fraud", "tx_fraud"),
    "kind": ("fraud_scenario", "tx_fraud_scenario"),
}
OPTIONAL = ("fraud", "kind")
SUFFIXES = (".parquet", ".csv")
BUFFER_BYTES = 65_536
CENTS_MAX = 10**13
TIME_MAX_S = 4_291_747_199
"""The last second of 2105: event times are kept in 32 bits, with room for a label delay."""


class PaymentDataError(InvalidInputError):
    """The payment files cannot be used as they are."""

    code = "payment_data"
    title = "The payment data cannot be used"


@dataclass(frozen=True, slots=True)
class PaymentData:
    """Payments in total order; `labelled` and `kind` are parallel to the table.

    `skipped` names files without the raw columns, `duplicates` counts identical repeats.
    """

    table: PaymentTable
    labelled: NDArray[np.bool_]
    kind: NDArray[np.int64]
    skipped: tuple[str, ...]
    duplicates: int


def expand(values: Sequence[str]) -> list[Path]:
    """Return the files that files, directories, globs and comma-separated lists name, sorted.

    Raises PaymentDataError for a value that names nothing.
    """
    found: dict[Path, None] = {}
    for value in (part.strip() for joined in values for part in joined.split(",")):
        path = Path(value)
        if path.is_dir():
            names = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
        elif path.is_file():
            names = [path]
        else:
            names = [Path(name) for name in sorted(glob.glob(value))]
        if not value or not names:
            raise PaymentDataError(f"{value!r} names no payment file")
        found |= dict.fromkeys(names)
    return list(found)


def read_payments(values: Sequence[str]) -> PaymentData:
    """Read, merge, check and order payments.

    Raises PaymentDataError naming the file and the first offending payment.
    """
    parts, skipped = [], []
    for path in expand(values):
        part = _read_file(path)
        if isinstance(part, str):
            skipped.append(f"{path.name}: {part}")
        else:
            parts.append(part)
    if not parts:
        raise PaymentDataError("no file holds payments: " + "; ".join(skipped))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns, duplicates = without_duplicates(columns)
    table = ordered(
        id=columns["id"], ts_s=columns["ts"], customer=columns["customer"],
        terminal=columns["terminal"], cents=columns["cents"],
        fraud=np.maximum(columns["fraud"], 0),
    )  # fmt: skip
    order = np.lexsort((columns["id"], columns["ts"]))
    return PaymentData(
        table=table,
        labelled=columns["fraud"][order] >= 0,
        kind=columns["kind"][order],
        skipped=tuple(skipped),
        duplicates=duplicates,
    )


def simulated_payments(*, seed: int, **world: int) -> PaymentData:
    """Return the payments of a simulated world (payment_simulator.World's fields)."""
    made = simulate(World(**world), seed)
    return PaymentData(
        table=made.table,
        labelled=np.ones(len(made.table), dtype=np.bool_),
        kind=made.kind,
        skipped=(),
        duplicates=0,
    )


def payment_batches(
    values: Sequence[str], skipped: list[str], *, rows: int = 65_536
) -> Iterator[dict[str, NDArray[np.int64]]]:
    """Yield the checked columns of at most `rows` payments at a time, in file order.

    Names of files without the raw columns are added to `skipped`. Raises PaymentDataError.
    """
    used = 0
    for path in expand(values):
        try:
            chosen, lacks = _choose(path)
            if lacks:
                skipped.append(f"{path.name}: {lacks}")
                continue
            used += 1
            wanted = [name for name in chosen.values() if name is not None]
            if path.suffix.lower() == ".csv":
                parts: Iterator[pa.RecordBatch] = iter(pa_csv.open_csv(path))
            else:
                # Without these a whole row group of raw bytes is held beside the batch.
                source = pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES)
                parts = source.iter_batches(batch_size=rows, columns=wanted)
            for part in parts:
                yield _columns(pa.Table.from_batches([part]), chosen)
        except (pa.ArrowException, OSError, ValueError) as exc:
            raise PaymentDataError(f"{path.name} cannot be read: {exc}") from exc
    if not used:
        raise PaymentDataError("no file holds payments: " + "; ".join(skipped))


def _choose(path: Path) -> tuple[dict[str, str | None], str]:
    if path.suffix.lower() == ".csv":
        names = pa_csv.open_csv(path).schema.names
    else:
        names = pq.read_schema(path).names
    lower = {name.lower(): name for name in names}
    chosen = {
        key: next((lower[s] for s in options if s in lower), None)
        for key, options in SPELLINGS.items()
    }
    missing = [key for key, name in chosen.items() if name is None and key not in OPTIONAL]
    lacks = "lacks " + ", ".join(SPELLINGS[key][0] for key in missing) if missing else ""
    return chosen, lacks


def _read_file(path: Path) -> dict[str, NDArray[np.int64]] | str:
    try:
        chosen, lacks = _choose(path)
        if lacks:
            return lacks
        wanted = [name for name in chosen.values() if name is not None]
        if path.suffix.lower() == ".csv":
            table = pa_csv.read_csv(path).select(wanted)
        else:
            table = pq.read_table(path, columns=wanted)
        return _columns(table, chosen)
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise PaymentDataError(f"{path.name} cannot be read: {exc}") from exc


def _columns(table: pa.Table, chosen: dict[str, str | None]) -> dict[str, NDArray[np.int64]]:
    out: dict[str, NDArray[np.int64]] = {}
    for key in ("id", "customer", "terminal"):
        out[key] = _whole(table[chosen[key]], str(chosen[key]))
    ts = table[chosen["ts"]].cast(pa.timestamp("s"), safe=False)
    if ts.null_count:
        raise ValueError(f"{chosen['ts']} is empty in {ts.null_count} rows")
    out["ts"] = ts.cast(pa.int64()).to_numpy()
    _check_time(out["ts"], out["id"])
    amount = table[chosen["amount"]].cast(pa.float64()).to_numpy()
    bad = ~(np.isfinite(amount) & (amount >= 0) & (amount * 100 <= CENTS_MAX))
    if bad.any():
        first = int(np.argmax(bad))
        raise ValueError(
            f"{int(bad.sum())} amounts are not usable; the first is {amount[first]} "
            f"in payment {out['id'][first]}"
        )
    out["cents"] = np.rint(amount * 100).astype(np.int64)
    for key in OPTIONAL:
        name = chosen[key]
        if name is None:
            out[key] = np.full(table.num_rows, -1, dtype=np.int64)
        else:
            out[key] = pc.fill_null(table[name].cast(pa.int64()), -1).to_numpy()
    if not np.isin(out["fraud"], (-1, 0, 1)).all():
        raise ValueError(f"{chosen['fraud']} holds values other than 0, 1 and empty")
    return out


def _check_time(ts_s: NDArray[np.int64], ids: NDArray[np.int64]) -> None:
    wrong = (ts_s < 0) | (ts_s > TIME_MAX_S)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"{int(wrong.sum())} payments lie outside 1970 to 2105; the first is payment "
            f"{ids[first]} of {np.datetime64(int(ts_s[first]), 's')}"
        )


def _whole(column: pa.ChunkedArray, name: str) -> NDArray[np.int64]:
    if column.null_count:
        raise ValueError(f"{name} is empty in {column.null_count} rows")
    numbers: NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
    return numbers


def without_duplicates(
    columns: dict[str, NDArray[np.int64]],
) -> tuple[dict[str, NDArray[np.int64]], int]:
    _, first, inverse = np.unique(columns["id"], return_index=True, return_inverse=True)
    if first.size == columns["id"].size:
        return columns, 0
    for key in ("ts", "customer", "terminal", "cents"):
        differs = columns[key] != columns[key][first[inverse]]
        if differs.any():
            clash = columns["id"][int(np.argmax(differs))]
            raise PaymentDataError(f"payment {clash} appears twice with different {key}")
    kept = {key: column[first] for key, column in columns.items()}
    # A later copy may bring the label that the first one lacked.
    label = np.full(first.size, -1, dtype=np.int64)
    np.maximum.at(label, inverse, columns["fraud"])
    return {**kept, "fraud": label}, int(columns["id"].size - first.size)
