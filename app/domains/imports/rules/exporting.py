"""The lossless export: what it writes, reading it again gives back row for row."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from app.core.money import Money
from app.domains.imports.rules.names import FORMAT_COLUMN
from app.domains.imports.rules.numbers import text_of
from app.domains.imports.rules.text import escaped
from app.domains.imports.types import JudgedRow, Row, RowField, RowOutcome

VERSION = "1"
COLUMNS = (FORMAT_COLUMN, *(field.value for field in RowField))


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return rows as UTF-8 CSV; text that a spreadsheet would run is preceded by a quote."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([VERSION, *_cells(row)] for row in rows)
    return out.getvalue().encode()


def as_json(rows: Iterable[JudgedRow], columns: Sequence[str]) -> bytes:
    """Return the rows that count, and under `file` every row as the broker wrote it.

    Numbers are texts, so no reader rounds them.
    """
    judged = tuple(rows)
    counted = [j.row for j in judged if j.row is not None and j.outcome is RowOutcome.NEW]
    told = {
        "transactions": [
            dict(zip(COLUMNS, [VERSION, *_cells(row)], strict=True)) for row in counted
        ],
        "file": {
            "columns": list(columns),
            "rows": [
                {
                    "line": j.line,
                    "outcome": j.outcome.value,
                    "cells": list(j.cells),
                    "errors": [[e.column, e.code.value, e.message] for e in j.errors],
                }
                for j in judged
            ],
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _cells(row: Row) -> list[str]:
    quantity = "" if row.quantity is None else text_of(row.quantity)
    if row.ratio is not None:
        quantity = f"{row.ratio[0]}:{row.ratio[1]}"
    return [
        row.day.isoformat(),
        escaped(row.clock or ""),
        row.kind.value,
        escaped(row.symbol or ""),
        row.isin or "",
        escaped(row.name or ""),
        quantity,
        "" if row.price is None else text_of(row.price),
        row.price_unit.value,
        row.price_currency or "",
        *(_amount(money) for money in (row.amount, row.fee, row.tax)),
        row.currency or "",
        escaped(row.reference or ""),
        escaped(row.note or ""),
    ]


def _amount(money: Money | None) -> str:
    return "" if money is None else money.decimal_string()
