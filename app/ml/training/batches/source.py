"""Where the payments of a run come from, and what tells two sources apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.ml.training.batches.day_store import Columns
from app.ml.training.payments_data import PaymentData, expand, payment_batches

ROWS_AT_ONCE = 65_536


class Source(Protocol):
    """Payments in batches; `skipped` is complete once they have been read."""

    skipped: list[str]

    def key(self) -> dict[str, Any]:
        """Return what changes when the payments change."""
        ...

    def batches(self) -> Iterator[Columns]:
        """Yield checked columns."""
        ...


@dataclass(slots=True)
class Files:
    """Payment files, told apart by path, size and time of change."""

    values: Sequence[str]
    skipped: list[str] = field(default_factory=list)

    def key(self) -> dict[str, Any]:
        """Return the files' names, sizes and times."""
        facts = [(path, path.stat()) for path in expand(self.values)]
        return {str(path.resolve()): [stat.st_size, stat.st_mtime_ns] for path, stat in facts}

    def batches(self) -> Iterator[Columns]:
        """Read a row group's share at a time."""
        return payment_batches(self.values, self.skipped, rows=ROWS_AT_ONCE)


@dataclass(slots=True)
class InMemory:
    """Payments that are there already, such as the simulator's; `name` tells them apart."""

    name: str
    payments: PaymentData
    skipped: list[str] = field(default_factory=list)

    def key(self) -> dict[str, Any]:
        """Return the name."""
        return {"name": self.name}

    def batches(self) -> Iterator[Columns]:
        """Cut the table."""
        table = self.payments.table
        label = table.fraud.copy()
        label[~self.payments.labelled] = -1
        columns = {
            "id": table.id, "ts": table.ts_s, "customer": table.customer,
            "terminal": table.terminal, "cents": table.cents, "fraud": label,
            "kind": self.payments.kind,
        }  # fmt: skip
        for start in range(0, len(table), ROWS_AT_ONCE):
            yield {key: column[start : start + ROWS_AT_ONCE] for key, column in columns.items()}
