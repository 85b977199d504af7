"""Tax lots of a period: what was realised lot by lot, and what is still open. Pure."""

from typing import Any

from app.domains.ledger.types import Side
from app.domains.portfolio.lot_types import Lot, LotBook, Slice
from app.domains.reports.rules.books import Books
from app.domains.reports.types import Compared, Draft


def draft(lots: LotBook, books: Books) -> Draft:
    """Return realised gains of the period and the lots open at its end."""
    sold = [one for one in lots.sold if books.start <= one.sold_at < books.until]
    gains = {
        long: sum(one.gain.amount_minor for one in sold if one.long_term is long)
        for long in (False, True)
    }
    body = {
        "currency": lots.currency,
        "method": lots.method.value,
        "proceeds_minor": sum(one.proceeds.amount_minor for one in sold),
        "cost_minor": sum(one.cost.amount_minor for one in sold),
        "gain_minor": gains[False] + gains[True],
        "short_gain_minor": gains[False],
        "long_gain_minor": gains[True],
        "realised": [_slice(one) for one in sold],
        "open": [_lot(lot) for lot in lots.lots],
        "open_cost_minor": sum(lot.cost.amount_minor for lot in lots.lots),
    }
    return Draft(body, (_proceeds(lots.currency, sold, books), *_quantities(lots, books)))


def _proceeds(currency: str, sold: list[Slice], books: Books) -> Compared:
    """Compare what sales brought with the cash that was posted, purchases taken out of it."""
    posted = books.posted(currency)
    orders = list(books.settled_orders(currency))
    bought = sum(
        trade.gross.amount_minor + trade.fee.amount_minor
        for order in orders
        for trade in order.trades
        if trade.side is Side.BUY
    )
    cash = sum(posted.get(order.movement_id, 0) for order in orders)
    proceeds = sum(one.proceeds.amount_minor for one in sold)
    return Compared("proceeds of sales", currency, proceeds, cash + bought)


def _quantities(lots: LotBook, books: Books) -> list[Compared]:
    held = {one.account.unit: one.closing for one in books.holdings}
    told: dict[str, int] = dict.fromkeys(held, 0)
    for lot in lots.lots:
        told[lot.symbol] = told.get(lot.symbol, 0) + lot.quantity_micro
    return [
        Compared("open lots", symbol, micro, held.get(symbol, 0))
        for symbol, micro in sorted(told.items())
    ]


def _slice(one: Slice) -> dict[str, Any]:
    return {
        "lot_id": one.lot_id,
        "symbol": one.symbol,
        "bought_at": one.bought_at.isoformat(),
        "sold_at": one.sold_at.isoformat(),
        "quantity_micro": one.quantity_micro,
        "cost_minor": one.cost.amount_minor,
        "proceeds_minor": one.proceeds.amount_minor,
        "gain_minor": one.gain.amount_minor,
        "long_term": one.long_term,
    }


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "lot_id": lot.lot_id,
        "symbol": lot.symbol,
        "bought_at": lot.bought_at.isoformat(),
        "quantity_micro": lot.quantity_micro,
        "cost_minor": lot.cost.amount_minor,
    }
