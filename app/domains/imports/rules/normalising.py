"""From a record to a transaction, or to the reasons why it is none."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, localcontext

from app.core.money import Money
from app.domains.imports.rules import trades
from app.domains.imports.rules.cells import Cells, Context
from app.domains.imports.rules.codes import is_isin
from app.domains.imports.rules.kinds import is_totals, kind_of
from app.domains.imports.rules.names import plain
from app.domains.imports.rules.trades import Figures
from app.domains.imports.types import (
    Conventions,
    Options,
    PriceUnit,
    ReadRow,
    Record,
    Row,
    RowCode,
    RowError,
    RowField,
    RowType,
    Table,
)

_RATIO = re.compile(r"^(\d{1,6})\s*(?::|/|for|-for-|zu)\s*(\d{1,6})$", re.IGNORECASE)
_RATIO_IN_TEXT = re.compile(r"\b(\d{1,6})\s*(?:-\s*)?for(?:\s*-)?\s*(\d{1,6})\b", re.IGNORECASE)
_EITHER_WAY = frozenset({"", "trade", "trades", "order", "orders", "exchtrade", "stock", "stocks"})
_PRECISION = 80
_TRADES = frozenset({RowType.BUY, RowType.SELL})
_MOVES = frozenset({RowType.TRANSFER_IN, RowType.TRANSFER_OUT})
_NEEDS_INSTRUMENT = _TRADES | _MOVES | {RowType.SPLIT}
_OUTWARD = frozenset({RowType.WITHDRAWAL, RowType.FEE, RowType.TAX})


def context_of(
    table: Table,
    mapping: Mapping[RowField, str],
    options: Options,
    conventions: Conventions,
    today: date,
) -> Context:
    """Return what the rows of a file share."""
    return Context(
        columns=table.columns,
        index={field: table.columns.index(column) for field, column in mapping.items()},
        options=options,
        types={plain(word): kind for word, kind in options.types.items()},
        conventions=conventions,
        today=today,
    )


def rows(table: Table, context: Context) -> Iterator[ReadRow]:
    """Yield one read row for each record, in order: nothing is left out."""
    for record in table.records:
        yield normalise(record, context)


def normalise(record: Record, context: Context) -> ReadRow:
    """Return what a record means."""
    if record.errors:
        return ReadRow(record, None, record.errors)
    if tuple(" ".join(cell.split()) for cell in record.cells) == context.columns:
        error = RowError(None, RowCode.HEADER_LINE, "the header again")
        return ReadRow(record, None, (error,))
    with localcontext() as exactly:
        exactly.prec = _PRECISION
        return _meant(record, Cells(record, context))


def _meant(record: Record, cells: Cells) -> ReadRow:
    day, clock = cells.day()
    if day is None and is_totals(record.cells):
        error = RowError(None, RowCode.TOTALS_LINE, "a line of totals is no transaction")
        return ReadRow(record, None, (error,))
    kind = _kind(cells)
    if day is None or kind is None:
        return ReadRow(record, None, tuple(cells.errors))
    row = _row(cells, kind, day, clock)
    if cells.errors:
        return ReadRow(record, None, tuple(cells.errors))
    return ReadRow(record, row, ())


def _kind(cells: Cells) -> RowType | None:
    text, word = cells.raw(RowField.TYPE), cells.word(RowField.TYPE)
    if word in cells.context.types:
        kind = cells.context.types[word]
        if kind is None:
            cells.refuse(RowField.TYPE, RowCode.LEFT_OUT, f"you leave out {text[:60]!r}")
        return kind
    kind = kind_of(text) if word else None
    if kind is not None:
        return kind
    if word in _EITHER_WAY:
        quantity = cells.number(RowField.QUANTITY)
        if quantity and (cells.raw(RowField.SYMBOL) or cells.raw(RowField.ISIN)):
            return RowType.SELL if quantity < 0 else RowType.BUY
        if not cells.errors:
            cells.refuse(RowField.TYPE, RowCode.TYPE_MISSING, "the row does not say what it is")
        return None
    message = f"{text[:60]!r} is not a kind of transaction we know"
    cells.refuse(RowField.TYPE, RowCode.TYPE_UNKNOWN, message)
    return None


def _row(cells: Cells, kind: RowType, day: date, clock: str | None) -> Row:
    symbol, isin = _instrument(cells)
    ratio = _ratio(cells) if kind is RowType.SPLIT else None
    figures = _figures(cells, ratio_given=ratio is not None)
    if kind in _MOVES and symbol is None and isin is None and figures.amount is not None:
        kind = RowType.DEPOSIT if kind is RowType.TRANSFER_IN else RowType.WITHDRAWAL
    if kind in _NEEDS_INSTRUMENT and symbol is None and isin is None:
        message = "neither a symbol nor an ISIN"
        cells.refuse(RowField.SYMBOL, RowCode.INSTRUMENT_MISSING, message)
    unit = trades.unit_of(cells)
    amount: Money | None = None
    if kind in _TRADES:
        _check_trade(cells, kind, figures)
        unit, amount = trades.settle(cells, kind, figures, unit)
    elif kind in _MOVES:
        if not figures.quantity:
            cells.refuse(RowField.QUANTITY, RowCode.QUANTITY_MISSING, "how many were moved?")
    elif kind is RowType.SPLIT:
        if ratio is None and not figures.quantity:
            message = "a split needs its ratio (4:1) or how many shares came"
            cells.refuse(RowField.QUANTITY, RowCode.SPLIT_UNREADABLE, message)
    else:
        amount = _cash(cells, kind, figures, unit)
    quantity = figures.quantity
    if quantity is not None and kind is not RowType.SPLIT:
        quantity = abs(quantity)
    return Row(
        kind=kind,
        day=day,
        clock=clock,
        symbol=symbol,
        isin=isin,
        name=cells.text(RowField.NAME),
        quantity=quantity,
        ratio=ratio,
        price=figures.price,
        price_unit=unit or PriceUnit.MONEY,
        price_currency=figures.price_currency,
        amount=amount,
        fee=figures.fee,
        tax=figures.tax,
        currency=figures.currency,
        reference=cells.text(RowField.REFERENCE, limit=100),
        note=cells.text(RowField.NOTE),
    )


def _instrument(cells: Cells) -> tuple[str | None, str | None]:
    """Return symbol and ISIN; an ISIN in the symbol's column is one."""
    symbol = cells.text(RowField.SYMBOL, limit=40)
    isin = cells.text(RowField.ISIN, limit=40)
    if symbol is not None:
        symbol = symbol.upper()[:40]
        if isin is None and is_isin(symbol):
            symbol, isin = None, symbol
    if isin is not None:
        isin = isin.upper().replace(" ", "")
        if not is_isin(isin):
            message = f"{isin!r} is not an ISIN: its check digit does not fit"
            cells.refuse(RowField.ISIN, RowCode.ISIN_INVALID, message)
    return symbol, isin


def _figures(cells: Cells, *, ratio_given: bool) -> Figures:
    currency = cells.currency()
    quantity = None if ratio_given else cells.number(RowField.QUANTITY)
    price, price_currency = cells.price(currency)
    if price is not None and price < 0:
        cells.refuse(RowField.PRICE, RowCode.SIGN_CONFLICT, "a price cannot be negative")
    if price and currency is None and not cells.errors and not ratio_given:
        cells.exactly(RowField.PRICE, price, None, rounds=True)
    return Figures(
        quantity=quantity or None,
        price=price,
        price_currency=price_currency,
        amount=cells.money(RowField.AMOUNT, currency),
        fee=_cost(cells, RowField.FEE, currency),
        tax=_cost(cells, RowField.TAX, currency),
        currency=currency,
    )


def _cost(cells: Cells, field: RowField, currency: str | None) -> Money | None:
    """Return a cost as a positive amount, whichever way the file writes costs."""
    found = cells.money(field, currency)
    if found is None or found.amount_minor == 0:
        return None
    return -found if cells.context.conventions.costs_negative else found


def _check_trade(cells: Cells, kind: RowType, figures: Figures) -> None:
    quantity = figures.quantity
    if quantity is None:
        if not any(error.code.value.startswith("number") for error in cells.errors):
            cells.refuse(RowField.QUANTITY, RowCode.QUANTITY_MISSING, "how many were traded?")
    elif quantity < 0 and (kind is RowType.BUY or cells.context.conventions.exact):
        message = "a purchase of less than nothing: a cancellation? Enter it by hand"
        cells.refuse(RowField.QUANTITY, RowCode.SIGN_CONFLICT, message)


def _cash(cells: Cells, kind: RowType, figures: Figures, unit: PriceUnit | None) -> Money | None:
    """Return the effect of a payment on the cash there."""
    amount, exact = figures.amount, cells.context.conventions.exact
    if amount is None:
        amount = _cash_without_amount(cells, kind, figures, unit)
    elif kind in {RowType.DIVIDEND, RowType.INTEREST} and not exact:
        value = trades.gross(figures, unit or PriceUnit.MONEY)
        if (
            figures.costs
            and value is not None
            and abs(amount.to_decimal() - value) < Decimal("0.01")
        ):
            # The amount is quantity times rate: what was withheld is not taken off yet.
            amount = cells.exactly(
                RowField.AMOUNT, value - figures.costs, figures.currency, rounds=True
            )
    if amount is None:
        if not cells.errors:
            cells.refuse(RowField.AMOUNT, RowCode.AMOUNT_MISSING, "the row has no amount")
        return None
    if exact:
        return amount
    if kind is RowType.DEPOSIT and amount.amount_minor < 0:
        cells.refuse(RowField.AMOUNT, RowCode.SIGN_CONFLICT, "a deposit that takes money out")
    outward = kind is RowType.WITHDRAWAL or not cells.context.conventions.signed
    if kind in _OUTWARD and outward and amount.amount_minor > 0:
        return -amount
    return amount


def _cash_without_amount(
    cells: Cells, kind: RowType, figures: Figures, unit: PriceUnit | None
) -> Money | None:
    """Return what a fee, tax, dividend or interest row says in its other columns."""
    alone = {RowType.FEE: figures.fee, RowType.TAX: figures.tax}.get(kind)
    if alone is not None:
        return -alone
    value = trades.gross(figures, unit or PriceUnit.MONEY)
    if value is None or kind in _OUTWARD or cells.context.conventions.exact:
        return None
    return cells.exactly(RowField.PRICE, value - figures.costs, figures.currency, rounds=True)


def _ratio(cells: Cells) -> tuple[int, int] | None:
    """Return a split's (new, old) from the quantity's cell, or from words such as 4 for 1."""
    found = _RATIO.match(cells.raw(RowField.QUANTITY))
    if found is None and not cells.raw(RowField.QUANTITY):
        texts = (RowField.NOTE, RowField.TYPE, RowField.NAME)
        found = next((m for f in texts if (m := _RATIO_IN_TEXT.search(cells.raw(f)))), None)
    if found is None or not int(found[1]) or not int(found[2]):
        return None
    return int(found[1]), int(found[2])
