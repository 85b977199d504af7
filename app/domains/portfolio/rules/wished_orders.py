"""A rebalancing under a person's own rules: whole shares and budgets, by the programme.

The same triggers as `rebalancing`: free cash first; sales only when a line left its band or the
risk left its own. The answer is checked exactly before anybody sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.core.money import Money
from app.domains.portfolio.lot_types import Lot
from app.domains.portfolio.rebalance_types import Trigger
from app.domains.portfolio.rules import lot_programme
from app.domains.portfolio.rules.integer_model import SolverError
from app.domains.portfolio.rules.lines import line
from app.domains.portfolio.rules.lot_programme import Task
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.rules.rebalancing import (
    CASH_MINOR,
    CASH_SHARE,
    DESTINATION,
    ROUNDS,
    Limits,
    Proposal,
    band,
    outside,
)
from app.domains.portfolio.types import PlanAction, PlannedOrder
from app.domains.portfolio.wish_types import Wishes

RULES_VERSION: Final = f"wished-orders-1+{lot_programme.RULES_VERSION}"
_ZERO: Final = Decimal(0)


def propose(
    book: Book, limits: Limits, wishes: Wishes, lots: Mapping[str, Sequence[Lot]]
) -> Proposal:
    """Return the run's orders, one line per instrument.

    Cash never goes below zero, nothing is sold that is not held, drift never rises, no budget is
    passed. Raises SolverError when no answer was found or it does not stand the exact check.
    """
    found, triggers = _round(book, limits, wishes, lots)
    if not wishes.has_budgets:
        # What is left once the risk is back in its band may still be worth an order; a second
        # run must find nothing. With budgets it may: they are per run.
        calm = replace(limits, volatility_outside=False)
        for _ in range(ROUNDS):
            after = book.after(_lines(book, limits, wishes, found))
            more, why = _round(after, calm, wishes, lots)
            if not more:
                break
            found = {s: q for s in book.symbols if (q := found.get(s, _ZERO) + more.get(s, _ZERO))}
            triggers += tuple(one for one in why if one not in triggers)
    orders = _lines(book, limits, wishes, found)
    _check(book, orders, wishes)
    return Proposal(triggers, orders)


def _round(
    book: Book, limits: Limits, wishes: Wishes, lots: Mapping[str, Sequence[Lot]]
) -> tuple[dict[str, Decimal], tuple[Trigger, ...]]:
    """Return the signed quantities of one pass and what they are for."""
    movable = frozenset(book.symbols) - limits.untradable
    buyable = movable - limits.no_buy
    room = max(Money(CASH_MINOR, book.cash.currency).to_decimal() / book.total, CASH_SHARE)
    spend = book.cash.to_decimal() >= room * book.total
    inside = {
        symbol: DESTINATION * band(target) if (target := book.target(symbol)) else _ZERO
        for symbol in book.symbols
    }
    found = {}
    if spend:
        task = Task(book, buyable, frozenset(), inside, room, wishes, lots)
        found = lot_programme.solve(task)
    after = book.after(_lines(book, limits, wishes, found))
    band_left = any(outside(after, symbol) for symbol in movable)
    if limits.may_sell and (band_left or limits.volatility_outside):
        goal = dict.fromkeys(book.symbols, _ZERO) if limits.volatility_outside else inside
        task = Task(book, buyable, movable, goal, room, wishes, lots)
        found = lot_programme.solve(task)
    sells = any(quantity < 0 for quantity in found.values())
    reasons = {
        Trigger.CASH: spend and any(quantity > 0 for quantity in found.values()),
        Trigger.BAND: band_left and sells,
        Trigger.VOLATILITY: limits.volatility_outside and sells,
    }
    return found, tuple(trigger for trigger, holds in reasons.items() if holds)


def _lines(
    book: Book, limits: Limits, wishes: Wishes, found: Mapping[str, Decimal]
) -> tuple[PlannedOrder, ...]:
    lines = []
    for symbol in book.symbols:
        quantity = found.get(symbol, _ZERO)
        if quantity > 0:
            lines.append(line(book, symbol, PlanAction.BUY, quantity, "below_target"))
        elif quantity < 0:
            lines.append(line(book, symbol, PlanAction.SELL, -quantity, "above_target"))
        else:
            code = _skipped(book, symbol, limits, wishes)
            lines.append(line(book, symbol, PlanAction.SKIP, _ZERO, code))
    return tuple(lines)


def _skipped(book: Book, symbol: str, limits: Limits, wishes: Wishes) -> str:
    """Return why a line does not trade."""
    if symbol in limits.untradable:
        return "needs_adjustment"
    if not outside(book, symbol):
        return "inside_band"
    gap = (book.target(symbol) - book.weight(symbol)) * book.total
    if gap > 0 and symbol in limits.no_buy:
        return "wash_sale"
    if wishes.whole_shares and abs(gap) < book.prices[symbol]:
        return "whole_share"
    if gap < 0 and not limits.may_sell:
        return "cooling_down"
    if wishes.has_budgets:
        return "budget"
    return "no_cash" if gap > 0 else "too_small"


def _check(book: Book, orders: tuple[PlannedOrder, ...], wishes: Wishes) -> None:
    """Prove in exact money what the solver was asked in floats."""
    after = book.after(orders)
    trades = [order for order in orders if order.action is not PlanAction.SKIP]
    fees = Money(sum(order.fee.amount_minor for order in trades), book.cash.currency)
    traded = sum((order.amount.to_decimal() for order in trades), _ZERO)
    broken = [
        name
        for name, holds in (
            ("cash", after.cash.amount_minor >= 0),
            ("holdings", all(quantity >= 0 for quantity in after.quantities.values())),
            ("drift", not trades or after.drift <= book.drift),
            ("fees", wishes.most_fees is None or fees <= wishes.most_fees),
            (
                "turnover",
                wishes.most_turnover is None or traded <= 2 * wishes.most_turnover * book.total,
            ),
        )
        if not holds
    ]
    if broken:
        raise SolverError(f"orders: the answer breaks {', '.join(broken)}")
