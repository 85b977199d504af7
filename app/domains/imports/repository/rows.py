"""A row as a document and back: exact texts for quantities, whole minor units for money."""

from datetime import date
from decimal import Decimal

from app.core.money import Money
from app.core.store import Document
from app.domains.imports.types import (
    JudgedRow,
    PriceUnit,
    Row,
    RowCode,
    RowError,
    RowOutcome,
    RowType,
)

_TEXTS = (
    "clock", "symbol", "isin", "name", "price_currency", "currency", "reference", "note",
)  # fmt: skip
_NUMBERS = ("quantity", "price")
_MONEY = ("amount", "fee", "tax")


def document_of(judged: JudgedRow) -> Document:
    """Return a judged row as it is kept; what is not there takes no space."""
    found: Document = {"line": judged.line, "cells": list(judged.cells), "o": judged.outcome.value}
    if judged.key is not None:
        found["key"] = judged.key
    if judged.errors:
        found["errors"] = [[e.column, e.code.value, e.message] for e in judged.errors]
    if judged.row is not None:
        found["row"] = _row_document(judged.row)
    return found


def judged_of(found: Document) -> JudgedRow:
    """Return the judged row of a document."""
    row = found.get("row")
    return JudgedRow(
        line=int(found["line"]),
        cells=tuple(found.get("cells", ())),
        row=None if row is None else row_of(row),
        errors=tuple(
            RowError(column, RowCode(code), message)
            for column, code, message in found.get("errors", ())
        ),
        outcome=RowOutcome(found["o"]),
        key=found.get("key"),
    )


def row_of(found: Document) -> Row:
    """Return the transaction of a document."""
    ratio = found.get("ratio")
    quantity, price = (None if (n := found.get(k)) is None else Decimal(n) for k in _NUMBERS)
    amount, fee, tax = (
        None if (m := found.get(k)) is None else Money(int(m[0]), m[1]) for k in _MONEY
    )
    clock, symbol, isin, name, price_currency, currency, reference, note = map(found.get, _TEXTS)
    return Row(
        kind=RowType(found["kind"]),
        day=date.fromisoformat(found["day"]),
        clock=clock,
        symbol=symbol,
        isin=isin,
        name=name,
        quantity=quantity,
        ratio=None if ratio is None else (int(ratio[0]), int(ratio[1])),
        price=price,
        price_unit=PriceUnit(found["unit"]),
        price_currency=price_currency,
        amount=amount,
        fee=fee,
        tax=tax,
        currency=currency,
        reference=reference,
        note=note,
    )


def _row_document(row: Row) -> Document:
    found: Document = {
        "kind": row.kind.value,
        "day": row.day.isoformat(),
        "unit": row.price_unit.value,
    }
    texts = {name: getattr(row, name) for name in _TEXTS}
    numbers = {name: getattr(row, name) for name in _NUMBERS}
    amounts: dict[str, Money | None] = {name: getattr(row, name) for name in _MONEY}
    found |= {name: text for name, text in texts.items() if text is not None}
    found |= {name: f"{number:f}" for name, number in numbers.items() if number is not None}
    found |= {n: [m.amount_minor, m.currency] for n, m in amounts.items() if m is not None}
    if row.ratio is not None:
        found["ratio"] = list(row.ratio)
    return found
