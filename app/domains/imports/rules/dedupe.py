"""Equal rows are told apart by how often they occurred; a key is a row's name in an account."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal

from app.core.money import Money
from app.domains.imports.rules.names import plain
from app.domains.imports.rules.numbers import text_of
from app.domains.imports.types import Counts, JudgedRow, ReadRow, Row, RowOutcome


def content_hash(account: str, row: Row) -> str:
    """Return the hash of everything a row says; 1.5 and 1.50 are the same quantity."""
    parts = (
        plain(account),
        row.kind.value,
        row.day.isoformat(),
        row.clock,
        row.symbol,
        row.isin,
        row.name,
        None if row.quantity is None else _same(row.quantity),
        row.ratio,
        None if row.price is None else _same(row.price),
        row.price_unit.value,
        row.price_currency,
        *(_money(m) for m in (row.amount, row.fee, row.tax)),
        row.currency,
        row.reference,
        row.note,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def judge(rows: Iterable[ReadRow], *, account: str, known: Collection[str]) -> list[JudgedRow]:
    """Say what becomes of each row. The n-th equal row of a file is the n-th of the account.

    So two real trades that look the same are two rows, and the same file again adds none.
    """
    seen: Counter[str] = Counter()
    judged = []
    for read in rows:
        record, row = read.record, read.row
        key, outcome = None, RowOutcome.REFUSED
        if row is not None:
            content = content_hash(account, row)
            key = f"{content}:{seen[content]}"
            seen[content] += 1
            outcome = RowOutcome.DUPLICATE if key in known else RowOutcome.NEW
        judged.append(JudgedRow(record.line, record.cells, row, read.errors, outcome, key))
    return judged


def count(rows: Iterable[JudgedRow]) -> Counts:
    """Return how many rows became what."""
    found = Counter(row.outcome for row in rows)
    return Counts(found[RowOutcome.NEW], found[RowOutcome.DUPLICATE], found[RowOutcome.REFUSED])


def _same(value: Decimal) -> str:
    """Return one text for all spellings of a number."""
    text = text_of(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(money: Money | None) -> tuple[int, str] | None:
    return None if money is None else (money.amount_minor, money.currency)
