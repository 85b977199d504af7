"""What imported rows add up to. Quantities and cash as told, never a value, never our books."""

from collections.abc import Iterable
from decimal import Decimal, localcontext

from app.core.money import Money
from app.domains.imports.batch_types import CashElsewhere, Elsewhere, HeldElsewhere
from app.domains.imports.rules.names import plain
from app.domains.imports.types import Row, RowType

_COMES = frozenset({RowType.BUY, RowType.TRANSFER_IN})
_GOES = frozenset({RowType.SELL, RowType.TRANSFER_OUT})
_PRECISION = 60


def held_elsewhere(rows: Iterable[tuple[str, Row]]) -> Elsewhere:
    """Return the sums of (account, row) pairs.

    Rows of one day have no order in most files: a day's splits come first, and only the sum of
    the day counts, so a sale before its purchase is no short position. ISINs name instruments
    before symbols; a row with a symbol alone joins the ISIN it was seen with in its account.
    """
    ordered = sorted(rows, key=lambda pair: (pair[1].day, pair[1].kind is not RowType.SPLIT))
    isins = {
        (plain(account), row.symbol): row.isin
        for account, row in ordered
        if row.symbol is not None and row.isin is not None
    }
    quantities: dict[tuple[str, str], Decimal] = {}
    labels: dict[tuple[str, str], tuple[str, Row]] = {}
    cash: dict[tuple[str, str], tuple[str, Money]] = {}
    with localcontext() as context:
        context.prec = _PRECISION
        for account, row in ordered:
            place = plain(account)
            isin = row.isin or isins.get((place, row.symbol or ""))
            instrument = isin or row.symbol
            if instrument is not None and row.kind in _COMES | _GOES | {RowType.SPLIT}:
                key = (place, instrument)
                quantities[key] = _after(quantities.get(key, Decimal(0)), row)
                labels[key] = _label(account, row, isin, labels.get(key))
            if row.amount is not None:
                spot = (place, row.amount.currency)
                earlier = cash.get(spot, (account, Money.zero(row.amount.currency)))
                cash[spot] = (account, earlier[1] + row.amount)
    holdings = tuple(
        HeldElsewhere(
            account=labels[key][0],
            symbol=labels[key][1].symbol,
            isin=labels[key][1].isin,
            name=labels[key][1].name,
            quantity=quantity,
            complete=quantity >= 0,
        )
        for key, quantity in sorted(quantities.items())
        if quantity != 0
    )
    totals = tuple(CashElsewhere(*cash[key]) for key in sorted(cash))
    days = [row.day for _, row in ordered]
    return Elsewhere(holdings, totals, min(days, default=None), max(days, default=None))


def _after(held: Decimal, row: Row) -> Decimal:
    if row.kind is RowType.SPLIT and row.ratio is not None:
        return held * row.ratio[0] / row.ratio[1]
    change = row.quantity or Decimal(0)
    return held - change if row.kind in _GOES else held + change


def _label(
    account: str, row: Row, isin: str | None, earlier: tuple[str, Row] | None
) -> tuple[str, Row]:
    """Return the account and a row that carries the newest names of the instrument."""
    old = earlier[1] if earlier else row
    named = Row(
        kind=row.kind,
        day=row.day,
        symbol=row.symbol or old.symbol,
        isin=isin or old.isin,
        name=row.name or old.name,
    )
    return account, named
