"""One line of a rebalancing plan: what is done with an instrument, what it costs, and why."""

from decimal import Decimal

from app.core.money import Money, Rounding
from app.domains.onboarding.types import Reason
from app.domains.portfolio.rules.planning import Book, fee_of
from app.domains.portfolio.types import PlanAction, PlannedOrder


def line(book: Book, symbol: str, action: PlanAction, quantity: Decimal, code: str) -> PlannedOrder:
    """Return a line with its amount and fee to the cent; a skip costs nothing."""
    currency = book.cash.currency
    value = quantity * book.prices[symbol]
    amount = Money.of_decimal(value, currency, rounding=Rounding.HALF_EVEN)
    return PlannedOrder(
        symbol=symbol,
        action=action,
        quantity=quantity,
        price=book.prices[symbol],
        amount=amount,
        fee=Money.zero(currency) if action is PlanAction.SKIP else fee_of(amount),
        weight_before=book.weight(symbol),
        weight_target=book.target(symbol),
        reason=reason_of(book, symbol, code),
    )


def reason_of(book: Book, symbol: str, code: str) -> Reason:
    """Return why a line is bought, sold or skipped, with the weights it rests on."""
    before, target = f"{book.weight(symbol):.1%}", f"{book.target(symbol):.1%}"
    is_should = f"{symbol} is {before} of your portfolio and should be {target}"
    sentence = {
        "above_target": f"{is_should}.",
        "below_target": f"{is_should}.",
        "inside_band": f"{symbol} is {before}, close enough to {target}: trading would only cost.",
        "no_cash": f"{is_should}, but there is nothing to buy it with now.",
        "too_small": f"{is_should}, but the difference is too small to be worth an order.",
        "cooling_down": f"{is_should}; something was sold a few days ago, so sales wait.",
        "wash_sale": f"{is_should}; you sold it at a loss within 30 days, so it is not bought now.",
        "whole_share": f"{is_should}; whole shares come no nearer than that.",
        "budget": f"{is_should}; your own limits on a run leave it there for now.",
        "needs_adjustment": f"{symbol} is {before} and cannot be traded here: it needs an "
        f"adjustment by hand.",
    }[code]
    return Reason(code, sentence, (("weight", before), ("target", target)))
