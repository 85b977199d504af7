"""Back into the bands: cash first, then as few sales as needed, each line with its reason.

Exact decimals. Every order moves towards its target and never past it, so drift cannot rise.
A line outside its band goes to the inside of the band (seven eighths of it), not to the middle;
outside the volatility band everything goes to the target. See ADR 0030.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final

from app.core.money import Money
from app.domains.portfolio.rebalance_types import Trigger
from app.domains.portfolio.rules.lines import line
from app.domains.portfolio.rules.planning import (
    BAND_POINTS,
    BAND_SHARE,
    FEE_RATE,
    QUANTITY_STEP,
    SMALLEST_ORDER_MINOR,
    Book,
)
from app.domains.portfolio.types import PlanAction, PlannedOrder

RULES_VERSION: Final = "rebalancing-1"
#: Where a line that left its band is brought to, as a part of the band.
DESTINATION: Final = Decimal("0.875")
#: Once something trades, what is this close to its edge trades as well: fees shrink the whole,
#: and a line at the edge would be outside on the next run.
_EDGE: Final = Decimal("0.95")
_AT_TARGET: Final = Decimal("0.1")
#: Cash below both is left alone, or every cent of a dividend would be an order.
CASH_MINOR: Final = 500
CASH_SHARE: Final = Decimal("0.002")
_ROUNDING_MINOR: Final = 2
#: Passes after the first; the second one has been the last in every case generated so far.
ROUNDS: Final = 4
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What this run may not do.

    `untradable` can be neither bought nor sold; `no_buy` was sold at a loss within 30 days.
    """

    may_sell: bool = True
    volatility_outside: bool = False
    untradable: frozenset[str] = frozenset()
    no_buy: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be traded and why; without triggers every line is a skip."""

    triggers: tuple[Trigger, ...]
    orders: tuple[PlannedOrder, ...]


def band(target: Decimal) -> Decimal:
    """Return how far a weight may lie from its target: 2 points or a fifth of it."""
    return max(BAND_POINTS, BAND_SHARE * target)


def outside(book: Book, symbol: str, edge: Decimal = Decimal(1)) -> bool:
    """Tell whether a weight lies outside a part of its band."""
    target = book.target(symbol)
    return abs(book.weight(symbol) - target) > edge * band(target)


def propose(book: Book, limits: Limits) -> Proposal:
    """Return the run's orders, one line per instrument.

    The book's prices are good and positive: the caller refuses anything else. Cash never goes
    below zero, nothing is sold that is not held, and running again on the result gives nothing:
    fees shrink the whole, which can bring a line that was left alone just over its edge.
    """
    found = _round(book, limits)
    for _ in range(ROUNDS):
        more = _round(book.after(found.orders), limits)
        if all(order.action is PlanAction.SKIP for order in more.orders):
            break
        triggers = found.triggers + tuple(t for t in more.triggers if t not in found.triggers)
        found = Proposal(triggers, _joined(book, found.orders, more.orders))
    return found


def _joined(
    book: Book, first: tuple[PlannedOrder, ...], more: tuple[PlannedOrder, ...]
) -> tuple[PlannedOrder, ...]:
    """Return one line per instrument; no line turns round, for none goes past its target."""
    lines = []
    for one, other in zip(first, more, strict=True):
        if other.action is PlanAction.SKIP:
            lines.append(one)
            continue
        code = "above_target" if other.action is PlanAction.SELL else "below_target"
        quantity = other.quantity + (one.quantity if one.action is other.action else _ZERO)
        lines.append(line(book, one.symbol, other.action, quantity, code))
    return tuple(lines)


def _round(book: Book, limits: Limits) -> Proposal:
    """Return the orders of one pass: free cash first, then sales for what is outside."""
    first = buys = _invest(book, limits)
    middle = book.after(tuple(buys.values()))
    band_left = any(outside(middle, symbol) for symbol in _movable(middle, limits))
    sells: dict[str, PlannedOrder] = {}
    if limits.may_sell and (band_left or limits.volatility_outside):
        sells, more = _restore(middle, limits)
        buys = _merged(book, buys, more)
    else:
        band_left = False
    reasons = {
        Trigger.CASH: bool(first),
        Trigger.BAND: band_left and bool(sells),
        Trigger.VOLATILITY: limits.volatility_outside and bool(sells),
    }
    return Proposal(
        tuple(trigger for trigger, holds in reasons.items() if holds),
        tuple(sells.get(s) or buys.get(s) or _skip(book, s, limits) for s in book.symbols),
    )


def _movable(book: Book, limits: Limits) -> list[str]:
    return [symbol for symbol in book.symbols if symbol not in limits.untradable]


def _needs(book: Book, limits: Limits) -> dict[str, Decimal]:
    """Return what each instrument that may be bought lacks, in major units."""
    return {
        symbol: lack
        for symbol in _movable(book, limits)
        if symbol not in limits.no_buy
        and (lack := book.target(symbol) * book.total - book.value(symbol)) > 0
    }


def _invest(book: Book, limits: Limits) -> dict[str, PlannedOrder]:
    """Spend free cash in proportion to what is lacking."""
    enough = max(Money(CASH_MINOR, book.cash.currency).to_decimal(), CASH_SHARE * book.total)
    if book.cash.to_decimal() < enough:
        return {}
    return _buy(book, {}, _needs(book, limits), book.cash)


def _restore(book: Book, limits: Limits) -> tuple[dict[str, PlannedOrder], dict[str, PlannedOrder]]:
    """Return the sales and purchases that bring every line inside its band."""
    smallest = _smallest(book)
    edge = _AT_TARGET if limits.volatility_outside else _EDGE
    must_sell, must_buy, spare = {}, {}, {}
    for symbol in _movable(book, limits):
        target, total = book.target(symbol), book.total
        surplus = book.value(symbol) - target * total
        room = _ZERO if limits.volatility_outside or target == 0 else DESTINATION * band(target)
        needed = abs(surplus) - room * total
        if surplus > 0 and outside(book, symbol, _AT_TARGET):
            spare[symbol] = surplus
        if needed < smallest or not outside(book, symbol, edge):
            continue
        if surplus > 0:
            must_sell[symbol] = needed
        elif symbol not in limits.no_buy:
            must_buy[symbol] = needed
    # What purchases need beyond the sales comes from whatever else lies above its target.
    missing = sum(must_buy.values(), _ZERO) * (1 + FEE_RATE) / (1 - FEE_RATE) - sum(
        must_sell.values(), _ZERO
    )
    spare = {s: amount - must_sell.get(s, _ZERO) for s, amount in spare.items()}
    left = sum(spare.values(), _ZERO)
    part = min(max(missing, _ZERO) / left, Decimal(1)) if left > 0 else _ZERO
    wanted = must_sell | {s: must_sell.get(s, _ZERO) + spare[s] * part for s in spare}
    sells = {s: order for s, amount in wanted.items() if (order := _sell(book, s, amount))}
    proceeds = Money(
        sum(o.amount.amount_minor - o.fee.amount_minor for o in sells.values()),
        book.cash.currency,
    )
    return sells, _buy(book, must_buy, _needs(book, limits), proceeds)


def _sell(book: Book, symbol: str, amount: Decimal) -> PlannedOrder | None:
    held = book.quantities.get(symbol, _ZERO)
    whole = book.target(symbol) == 0 and amount >= book.value(symbol)
    quantity = held if whole else _cut(min(held, amount / book.prices[symbol]))
    if quantity * book.prices[symbol] < _smallest(book):
        return None
    return line(book, symbol, PlanAction.SELL, quantity, "above_target")


def _buy(
    book: Book, required: Mapping[str, Decimal], needs: Mapping[str, Decimal], available: Money
) -> dict[str, PlannedOrder]:
    """Spend what is available: first on what is required, the rest in proportion to the needs.

    No line gets more than it lacks, and none is too small: the smallest is left out until all
    are worth an order.
    """
    open_needs = dict(needs)
    while open_needs:
        margin = Money(_ROUNDING_MINOR * len(open_needs), available.currency).to_decimal()
        power = max((available.to_decimal() - margin) / (1 + FEE_RATE), _ZERO)
        first = {s: min(required.get(s, _ZERO), need) for s, need in open_needs.items()}
        urgent = sum(first.values(), _ZERO)
        share = min(power / urgent, Decimal(1)) if urgent > 0 else _ZERO
        rest = {s: need - first[s] for s, need in open_needs.items()}
        lacking = sum(rest.values(), _ZERO)
        spread = min((power - share * urgent) / lacking, Decimal(1)) if lacking > 0 else _ZERO
        amounts = {s: first[s] * share + rest[s] * spread for s in open_needs}
        small = [s for s, amount in amounts.items() if amount < _smallest(book)]
        if not small:
            return {
                s: line(book, s, PlanAction.BUY, _cut(amount / book.prices[s]), "below_target")
                for s, amount in amounts.items()
            }
        del open_needs[min(small, key=lambda s: (amounts[s], s))]
    return {}


def _merged(
    book: Book, first: Mapping[str, PlannedOrder], more: Mapping[str, PlannedOrder]
) -> dict[str, PlannedOrder]:
    """Return one purchase per instrument; the margins for rounding were kept in both parts."""
    return {
        s: line(
            book,
            s,
            PlanAction.BUY,
            sum((part[s].quantity for part in (first, more) if s in part), _ZERO),
            "below_target",
        )
        for s in {**first, **more}
    }


def _smallest(book: Book) -> Decimal:
    return Money(SMALLEST_ORDER_MINOR, book.cash.currency).to_decimal()


def _cut(quantity: Decimal) -> Decimal:
    return quantity.quantize(QUANTITY_STEP, rounding=ROUND_DOWN)


def _skip(book: Book, symbol: str, limits: Limits) -> PlannedOrder:
    code = "inside_band"
    if symbol in limits.untradable:
        code = "needs_adjustment"
    elif outside(book, symbol):
        lacking = book.target(symbol) > book.weight(symbol)
        code = "no_cash" if lacking else "cooling_down"
        if limits.may_sell:
            code = "no_cash" if lacking else "too_small"
        if lacking and symbol in limits.no_buy:
            code = "wash_sale"
    return line(book, symbol, PlanAction.SKIP, _ZERO, code)
