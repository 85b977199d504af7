"""One purchase or sale that a person asks for by herself: its size, and whether it suits her.

Pure. A purchase suits when the risk of everything she then holds stays inside the promise and
the share limit of her profile, or when it brings a portfolio that is outside nearer to them.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Final

from app.core.decisions import DecisionRecord
from app.core.money import Money, Rounding
from app.domains.onboarding.types import Reason
from app.domains.portfolio.rules import decide, planning
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.single_order_types import SingleOrder
from app.domains.portfolio.types import OrderPlan, PlanAction, PlannedOrder, Recommendation
from app.domains.portfolio.types import StoredFrontier as Frontier
from app.domains.portfolio.wish_types import Wishes
from app.ml.features.universe import built_in_universe

RULES_VERSION: Final = "single-order-1"
_TINY: Final = 1e-9


def sized(wanted: SingleOrder, book: Book, *, whole_shares: bool) -> PlannedOrder | None:
    """Return the order at the book's price; None when nothing, or more than she has, is left."""
    price = book.prices[wanted.symbol]
    held = book.quantities.get(wanted.symbol, Decimal(0))
    quantity = _quantity(wanted, price, held)
    step = planning.WHOLE_SHARE if whole_shares else planning.QUANTITY_STEP
    if quantity != held or wanted.action is PlanAction.BUY:
        quantity = quantity.quantize(step, rounding=ROUND_DOWN)
    amount = Money.of_decimal(quantity * price, book.cash.currency, rounding=Rounding.HALF_EVEN)
    if amount.amount_minor < planning.SMALLEST_ORDER_MINOR:
        return None
    if wanted.action is PlanAction.SELL and quantity > held:
        return None
    return PlannedOrder(
        symbol=wanted.symbol,
        action=wanted.action,
        quantity=quantity,
        price=price,
        amount=amount,
        fee=planning.fee_of(amount),
        weight_before=book.weight(wanted.symbol),
        weight_target=book.target(wanted.symbol),
        reason=Reason("own_order", f"You asked for this {wanted.action.value} yourself."),
    )


def _quantity(wanted: SingleOrder, price: Decimal, held: Decimal) -> Decimal:
    if wanted.quantity is not None:
        return wanted.quantity
    if wanted.amount is not None:
        return wanted.amount.to_decimal() / price
    return held * (Decimal(1) if wanted.share is None else wanted.share)


def unsuitable(
    book: Book, order: PlannedOrder, advice: Recommendation, frontier: Frontier, wishes: Wishes
) -> str | None:
    """Return the code of the first check that a purchase fails; None when it suits."""
    assert advice.mix is not None  # noqa: S101 - a situation has a mix
    after = book.after((order,))
    if order.symbol not in frontier.assets:
        return "risk_unknown"
    risk_before = decide.held_volatility(book, frontier)
    risk_after = decide.held_volatility(after, frontier)
    if risk_after is None:
        return "risk_unknown"
    calmer = risk_before is not None and risk_after <= risk_before + _TINY
    if risk_after > advice.mix.promised_volatility + _TINY and not calmer:
        return "above_risk_promise"
    shares = _equity(after)
    if shares > Decimal(repr(advice.mix.equity_limit)) and shares > _equity(book):
        return "above_equity_limit"
    for limit in wishes.limits:
        if limit.symbol == order.symbol and after.weight(order.symbol) > limit.at_most:
            return "above_own_limit"
    return None


def _equity(book: Book) -> Decimal:
    equity = frozenset(built_in_universe().equity)
    return sum((book.weight(s) for s in book.symbols if s in equity), Decimal(0))


def record_of(
    plan: OrderPlan, book: Book, advice: Recommendation, frontier: Frontier
) -> DecisionRecord:
    """Return the decision that the order suits her: the book that went in, the risk after it."""
    assert advice.mix is not None  # noqa: S101 - a situation has a mix
    risk = decide.held_volatility(book.after(plan.orders), frontier)
    order = plan.orders[0]
    return DecisionRecord(
        id=plan.plan_id,
        kind="own_order",
        user_id=plan.user_id,
        at=plan.made_at,
        inputs={
            "cash_minor": book.cash.amount_minor,
            "currency": book.cash.currency,
            "quantities": {s: str(q) for s, q in sorted(book.quantities.items())},
            "prices": {s: str(book.prices[s]) for s in book.symbols},
            "symbol": order.symbol,
            "action": order.action.value,
            "quantity": str(order.quantity),
        },
        versions={
            "recommendation": advice.recommendation_id,
            "profile": advice.profile_reference,
            "frontier": frontier.version,
            "single_order_rules": RULES_VERSION,
            "planning_rules": planning.RULES_VERSION,
        },
        outputs={
            "risk_after": None if risk is None else f"{risk:.8f}",
            "promise": f"{advice.mix.promised_volatility:.8f}",
            "amount_minor": order.amount.amount_minor,
            "fee_minor": order.fee.amount_minor,
        },
        explanation={"reasons": [{"code": order.reason.code, "sentence": order.reason.sentence}]},
    )
