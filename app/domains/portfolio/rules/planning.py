"""From holdings to target: cash first, sells only when cash is not enough, a reason per line.

Exact decimals throughout: amounts are cents, quantities millionths of a share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Final

from app.core.money import Money, Rounding
from app.domains.onboarding.types import Reason
from app.domains.portfolio.types import PlanAction, PlannedOrder

RULES_VERSION: Final = "planning-1"
#: What the paper broker charges on every trade: the cost the back-test pays as well.
FEE_RATE: Final = Decimal("0.0010")
#: Below this nothing is worth an order.
SMALLEST_ORDER_MINOR: Final = 100
QUANTITY_STEP: Final = Decimal("0.000001")
WHOLE_SHARE: Final = Decimal(1)
#: A line inside max(2 points, a fifth of its target) is left alone.
BAND_POINTS: Final = Decimal("0.02")
BAND_SHARE: Final = Decimal("0.20")
# Rounding of an amount and of its fee can add a cent each.
_ROUNDING_MINOR: Final = 2


@dataclass(frozen=True, slots=True)
class Book:
    """What is held, what it is worth and what it should be, for one currency."""

    cash: Money
    quantities: Mapping[str, Decimal]
    prices: Mapping[str, Decimal]
    targets: Mapping[str, Decimal]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return every instrument that is held or wanted."""
        return tuple(sorted({*self.quantities, *self.targets}))

    def value(self, symbol: str) -> Decimal:
        """Return what is held of an instrument in major units."""
        return self.quantities.get(symbol, Decimal(0)) * self.prices[symbol]

    @property
    def total(self) -> Decimal:
        """Return cash and holdings in major units."""
        return self.cash.to_decimal() + sum((self.value(s) for s in self.symbols), Decimal(0))

    def weight(self, symbol: str) -> Decimal:
        """Return an instrument's share of everything; 0 when there is nothing."""
        return self.value(symbol) / self.total if self.total > 0 else Decimal(0)

    def target(self, symbol: str) -> Decimal:
        """Return an instrument's target share."""
        return self.targets.get(symbol, Decimal(0))

    @property
    def drift(self) -> Decimal:
        """Return half the sum of absolute weight differences, cash counted as its own line."""
        if self.total <= 0:
            return Decimal(0)
        uninvested = self.cash.to_decimal() / self.total
        gaps = sum((abs(self.weight(s) - self.target(s)) for s in self.symbols), Decimal(0))
        return (gaps + uninvested) / 2

    def after(self, orders: tuple[PlannedOrder, ...]) -> "Book":
        """Return the book once the orders are filled."""
        cash, quantities = self.cash, dict(self.quantities)
        for order in orders:
            if order.action is PlanAction.SKIP:
                continue
            sign = 1 if order.action is PlanAction.BUY else -1
            held = quantities.get(order.symbol, Decimal(0))
            quantities[order.symbol] = held + sign * order.quantity
            cash = cash - order.fee + (-order.amount if sign > 0 else order.amount)
        return replace(self, cash=cash, quantities=quantities)


def plan_orders(book: Book, *, may_sell: bool) -> tuple[PlannedOrder, ...]:
    """Return one line per instrument: buy, sell or skip.

    With `may_sell` False only cash is spent. Cash never goes below zero and nothing is sold that
    is not held. Sales go the whole way to the target: the risk promise is about the whole mix.
    """
    sells = {s: order for s in book.symbols if may_sell and (order := _sell(book, s))}
    proceeds = sum((o.amount.amount_minor - o.fee.amount_minor for o in sells.values()), 0)
    buys = _buys(book, Money(book.cash.amount_minor + proceeds, book.cash.currency), set(sells))
    return tuple(
        sells.get(symbol) or buys.get(symbol) or _skip(book, symbol) for symbol in book.symbols
    )


def _sell(book: Book, symbol: str) -> PlannedOrder | None:
    held, target = book.quantities.get(symbol, Decimal(0)), book.target(symbol)
    surplus = book.value(symbol) - target * book.total
    if held <= 0 or surplus <= 0:
        return None
    quantity = held if target == 0 else _cut(min(held, surplus / book.prices[symbol]))
    order = _order(book, symbol, PlanAction.SELL, quantity, "above_target")
    return order if order.amount.amount_minor >= SMALLEST_ORDER_MINOR else None


def _buys(book: Book, available: Money, sold: set[str]) -> dict[str, PlannedOrder]:
    """Spend what is available in proportion to what each instrument lacks."""
    needs = {
        s: need
        for s in book.symbols
        if s not in sold and (need := book.target(s) * book.total - book.value(s)) > 0
    }
    smallest = Money(SMALLEST_ORDER_MINOR, available.currency).to_decimal()
    while needs:
        margin = Money(_ROUNDING_MINOR * len(needs), available.currency).to_decimal()
        budget = max((available.to_decimal() - margin) / (1 + FEE_RATE), Decimal(0))
        scale = min(Decimal(1), budget / sum(needs.values()))
        small = {s for s, need in needs.items() if need * scale < smallest}
        if not small:
            return {
                s: _order(
                    book, s, PlanAction.BUY, _cut(need * scale / book.prices[s]), "below_target"
                )
                for s, need in needs.items()
            }
        # Drop the smallest line only, so that its money can make the others large enough.
        del needs[min(small, key=lambda s: (needs[s], s))]
    return {}


def fit_to_cash(
    orders: tuple[PlannedOrder, ...],
    prices: Mapping[str, Decimal],
    cash: Money,
    *,
    step: Decimal = QUANTITY_STEP,
) -> tuple[PlannedOrder, ...]:
    """Return planned trades at new prices, buys scaled down when the cash no longer reaches.

    Quantities never grow: nobody gets more than she was shown.
    """
    priced = [_repriced(order, prices[order.symbol], order.quantity) for order in orders]
    sells = [order for order in priced if order.action is PlanAction.SELL]
    buys = [order for order in priced if order.action is PlanAction.BUY]
    available = cash.amount_minor + sum(o.amount.amount_minor - o.fee.amount_minor for o in sells)
    wanted = sum(order.amount.amount_minor + order.fee.amount_minor for order in buys)
    if wanted > available:
        spendable = max(available - _ROUNDING_MINOR * len(buys), 0)
        scale = Decimal(spendable) / Decimal(wanted)
        buys = [
            _repriced(order, prices[order.symbol], _cut(order.quantity * scale, step))
            for order in buys
        ]
    return tuple(order for order in (*sells, *buys) if order.amount.amount_minor > 0)


def fee_of(amount: Money) -> Money:
    """Return what a trade of this size costs, rounded up to a cent."""
    return amount.times(FEE_RATE, rounding=Rounding.UP)


def _repriced(order: PlannedOrder, price: Decimal, quantity: Decimal) -> PlannedOrder:
    amount = Money.of_decimal(quantity * price, order.amount.currency, rounding=Rounding.HALF_EVEN)
    return replace(order, quantity=quantity, price=price, amount=amount, fee=fee_of(amount))


def _order(
    book: Book, symbol: str, action: PlanAction, quantity: Decimal, code: str
) -> PlannedOrder:
    price, currency = book.prices[symbol], book.cash.currency
    amount = Money.of_decimal(quantity * price, currency, rounding=Rounding.HALF_EVEN)
    return PlannedOrder(
        symbol=symbol,
        action=action,
        quantity=quantity,
        price=price,
        amount=amount,
        fee=fee_of(amount) if action is not PlanAction.SKIP else Money.zero(currency),
        weight_before=book.weight(symbol),
        weight_target=book.target(symbol),
        reason=_line_reason(book, symbol, code),
    )


def _skip(book: Book, symbol: str) -> PlannedOrder:
    code = "inside_band"
    if not _inside_band(book, symbol):
        lacking = book.target(symbol) * book.total > book.value(symbol)
        code = "no_cash" if lacking else "no_sale_needed"
    return _order(book, symbol, PlanAction.SKIP, Decimal(0), code)


def _line_reason(book: Book, symbol: str, code: str) -> Reason:
    before, target = f"{book.weight(symbol):.1%}", f"{book.target(symbol):.1%}"
    sentence = {
        "above_target": f"{symbol} is {before} of your portfolio and should be {target}.",
        "below_target": f"{symbol} is {before} of your portfolio and should be {target}.",
        "inside_band": f"{symbol} is {before}, close enough to {target}: trading would only cost.",
        "no_sale_needed": f"{symbol} is {before} instead of {target}; the risk of the whole is "
        f"inside its band, so nothing is sold.",
        "no_cash": f"{symbol} should be {target}, but there is not enough cash for it now.",
    }[code]
    return Reason(code, sentence, (("weight", before), ("target", target)))


def _inside_band(book: Book, symbol: str) -> bool:
    gap = abs(book.weight(symbol) - book.target(symbol))
    return gap <= max(BAND_POINTS, BAND_SHARE * book.target(symbol))


def _cut(quantity: Decimal, step: Decimal = QUANTITY_STEP) -> Decimal:
    return quantity.quantize(step, rounding=ROUND_DOWN)
