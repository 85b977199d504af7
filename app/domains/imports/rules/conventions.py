"""How a file writes numbers, dates and signs: found over all its rows, once."""

from collections.abc import Iterable, Mapping

from app.domains.imports.errors import ColumnMappingError
from app.domains.imports.rules import dates, numbers
from app.domains.imports.rules.kinds import kind_of
from app.domains.imports.rules.names import FORMAT_COLUMN, propose
from app.domains.imports.types import (
    Conventions,
    DateOrder,
    DecimalMark,
    Options,
    RowField,
    RowType,
    Table,
)

_NUMERIC = (RowField.QUANTITY, RowField.PRICE, RowField.AMOUNT, RowField.FEE, RowField.TAX)


def mapping_of(table: Table, options: Options) -> dict[RowField, str]:
    """Return field -> column: what the person says, else a proposal. Raises ColumnMappingError."""
    if options.columns is None:
        return propose(table.columns)
    for field, column in options.columns.items():
        if column not in table.columns:
            raise ColumnMappingError(f"there is no column {column[:100]!r}", field=field.value)
    return {field: options.columns[field] for field in RowField if field in options.columns}


def conventions_of(table: Table, mapping: Mapping[RowField, str], options: Options) -> Conventions:
    """Return how the file writes."""
    index = {field: table.columns.index(column) for field, column in mapping.items()}
    exact = FORMAT_COLUMN in table.columns

    def cells(field: RowField) -> Iterable[str]:
        place = index.get(field)
        if place is None:
            return ()
        return (r.cells[place] for r in table.records if not r.errors)

    mark = _mark([text for field in _NUMERIC for text in cells(field)], table.delimiter)
    if exact or table.plain_numbers:
        mark = DecimalMark.POINT
    costs = [text for field in (RowField.FEE, RowField.TAX) for text in cells(field)]
    signs = [numbers.bare(text)[1] for text in costs if any(ch in "123456789" for ch in text)]
    return Conventions(
        decimal_mark=options.decimal_mark or mark,
        date_order=options.date_order or _order(cells(RowField.DATE)),
        exact=exact,
        signed=_signed(table, index),
        costs_negative=not exact and sum(signs) > len(signs) / 2,
    )


def _mark(texts: list[str], delimiter: str | None) -> DecimalMark | None:
    """Return the one mark that the cells prove; None when they prove both or none."""
    proven = {mark for text in texts if (mark := numbers.mark_of(text)) is not None}
    if len(proven) == 1:
        return proven.pop()
    if proven:
        return None
    unclear = "".join(text for text in texts if "." in text or "," in text)
    # Without quotes a comma between columns cannot be a decimal mark.
    if not unclear or (delimiter == "," and "," not in unclear):
        return DecimalMark.POINT
    return None


def _order(texts: Iterable[str]) -> DateOrder | None:
    proven = {order for text in texts if (order := dates.order_of(text)) is not None}
    return proven.pop() if len(proven) == 1 else None


def _signed(table: Table, index: Mapping[RowField, int]) -> bool:
    """Tell whether purchases have a minus: only then does a sign say which way money went."""
    kind, amount = index.get(RowField.TYPE), index.get(RowField.AMOUNT)
    if kind is None or amount is None:
        return False
    signs = [
        numbers.bare(record.cells[amount])[1]
        for record in table.records
        if not record.errors
        and record.cells[amount].strip()
        and kind_of(record.cells[kind]) in {RowType.BUY, RowType.WITHDRAWAL}
    ]
    return bool(signs) and all(signs)
