"""Whether holdings need trading at all: the no-trade band first, cash before sales."""

from decimal import Decimal

import numpy as np

from app.domains.portfolio.rules import planning
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.types import FloatArray, PlannedOrder, StoredFrontier
from app.ml.serving.ladder import inside_band, predicted_volatility


def held_volatility(book: Book, frontier: StoredFrontier) -> float | None:
    """Return the predicted yearly volatility of what is held, uninvested cash included as calm.

    None when something held is not in the frontier: its risk is unknown, not zero.
    """
    if book.total <= 0:
        return 0.0
    held = {symbol for symbol, quantity in book.quantities.items() if quantity > 0}
    if not held <= set(frontier.assets):
        return None
    weights: FloatArray = np.array([float(book.weight(asset)) for asset in frontier.assets])
    return float(predicted_volatility(weights, frontier.covariance))


def needs_rebalance(book: Book, frontier: StoredFrontier, target_volatility: float) -> bool:
    """Say whether the holdings' predicted risk lies outside the no-trade band, or is unknown."""
    held = held_volatility(book, frontier)
    return held is None or not inside_band(held, target_volatility)


def orders(
    book: Book, frontier: StoredFrontier, target_volatility: float
) -> tuple[PlannedOrder, ...]:
    """Return the plan: cash is spent first, and sales happen only if that was not enough.

    Foreign holdings (not part of the universe) are sold, since their risk cannot be promised.
    """
    bought = planning.plan_orders(book, may_sell=False)
    if not book.quantities or not needs_rebalance(book.after(bought), frontier, target_volatility):
        return bought
    return planning.plan_orders(book, may_sell=True)


def uninvested_share(book: Book) -> Decimal:
    """Return cash as a share of everything."""
    return book.cash.to_decimal() / book.total if book.total > 0 else Decimal(0)
