"""The words of what imports kept: batches, pages of rows, and what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from app.core.money import Money
from app.domains.imports.types import Counts, JudgedRow, RowField

MOST_ROWS_KEPT: Final = 100_000
"""Rows of one person over all her imports that count."""
MOST_BATCHES: Final = 200
"""Imports of one person, undone ones included."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One import. Undone, its rows are kept and do not count."""

    batch_id: str
    user_id: str
    account: str
    place: str
    """The account's name as it is compared."""
    file_name: str
    file_sha256: str
    request_sha256: str
    number: int
    columns: tuple[str, ...]
    mapping: Mapping[RowField, str]
    counts: Counts
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Some rows of a batch, and where the next ones begin (None: these were the last)."""

    rows: tuple[JudgedRow, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class HeldElsewhere:
    """What the imported rows of one account add up to; never valued, never FinNami's own.

    `complete` is False when more left than came: earlier rows are missing.
    """

    account: str
    symbol: str | None
    isin: str | None
    name: str | None
    quantity: Decimal
    complete: bool


@dataclass(frozen=True, slots=True)
class CashElsewhere:
    """What the imported amounts of one account add up to, per currency."""

    account: str
    total: Money


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """All that counts of a person's imports."""

    holdings: tuple[HeldElsewhere, ...]
    cash: tuple[CashElsewhere, ...]
    first: date | None
    last: date | None
