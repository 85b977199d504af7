"""Orders by a mixed-integer programme: whole shares, lots, and budgets on trading (HiGHS).

Minimised, all as shares of the portfolio's value V:
    Σ excess + .006·largest deviation + .01·traded + .004·Σ deviation
where an excess is what a line, or cash, lies beyond its destination. Deviations alone are never
worth a trade, so lines stop inside their band (ADR 0052). Subject to: cash after all fees >= 0,
no more sold than held, lots taken in the order of the lot method, nothing bought and sold at
once, no order below the smallest, drift never higher, and the person's budgets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from app.core.money import Money
from app.domains.portfolio.lot_types import Lot
from app.domains.portfolio.rules.integer_model import IntegerModel, Terms, times, total
from app.domains.portfolio.rules.planning import (
    FEE_RATE,
    QUANTITY_STEP,
    SMALLEST_ORDER_MINOR,
    Book,
)
from app.domains.portfolio.types import FloatArray
from app.domains.portfolio.wish_types import Wishes

RULES_VERSION: Final = "lot-programme-1"
_LARGEST_COST, _TRADED_COST, _DEVIATION_COST = 0.006, 0.01, 0.004
_WHOLE: Final = Decimal(1)
#: How far from a whole number the solver may leave an integer.
_INTEGER_SLACK: Final = Decimal("0.00001")
_MICRO: Final = 1_000_000
#: The programme's unit of money is a thousandth of V: near 1, where solvers are exact.
_SCALE: Final = 1_000.0
_MOST: Final = 2 * _SCALE
#: A plan has to be better than doing nothing by a thousandth of V, and may be worse than the best
#: by half of that: so a second run finds nothing that is worth an order.
_WORTH: Final = 1.0
#: By how much the solver may miss a constraint.
_FEASIBLE: Final = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What may be traded, and where each line should end.

    `destination` is how far from its target a line may lie, as a share of V; `cash_room` the
    same for cash. `lots` hold the open lots of each symbol, the first to be sold first.
    """

    book: Book
    buyable: frozenset[str]
    sellable: frozenset[str]
    destination: Mapping[str, Decimal]
    cash_room: Decimal
    wishes: Wishes
    lots: Mapping[str, Sequence[Lot]]


def solve(task: Task) -> dict[str, Decimal]:
    """Return signed quantities to trade, sales negative; symbols that do not trade are left out.

    Raises SolverError.
    """
    return _Programme(task).solved()


class _Programme:
    """One programme under construction: money in shares of V, quantities in shares."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._book = task.book
        self._value = float(task.book.total) / _SCALE
        self._cent = float(Money(1, task.book.cash.currency).to_decimal()) / self._value
        self._model = IntegerModel()
        self._buys: dict[str, int] = {}
        self._sells: dict[str, list[int]] = {}
        self._orders: list[int] = []

    def solved(self) -> dict[str, Decimal]:
        """Return the signed quantities of the best plan."""
        for symbol in self._book.symbols:
            self._quantities(symbol)
        cash = self._cash()
        away = {symbol: self._deviation(symbol) for symbol in self._book.symbols}
        # Fees make the whole smaller, which moves every weight: they count as drift, twice.
        fees = total(times(self._traded(), 2 * float(FEE_RATE)), self._rounding(2))
        drift = total(dict.fromkeys((cash, *away.values()), 1.0), fees)
        self._model.at_most(drift, self._drift_before())
        self._budgets()
        cost = self._cost(cash, away)
        values = self._model.minimised(cost, gap=_WORTH / 2)
        reached = sum(factor * values[variable] for variable, factor in cost.items())
        if self._idle_cost() - reached < _WORTH:
            return {}
        return self._answer(values)

    def _quantities(self, symbol: str) -> None:
        """Add what may be bought and sold of a symbol: never both, never too little."""
        price = self._price(symbol)
        sides = []
        if symbol in self._task.buyable:
            bought = self._model.variable(_SCALE / price, whole=self._task.wishes.whole_shares)
            self._buys[symbol] = bought
            sides.append(self._order({bought: price}, most=_SCALE))
        held = self._book.quantities.get(symbol, Decimal(0))
        if symbol in self._task.sellable and held > 0:
            self._sells[symbol] = self._lots(symbol, float(held))
            sold = dict.fromkeys(self._sells[symbol], price)
            sides.append(self._order(sold, most=float(held) * price))
        if len(sides) > 1:
            self._model.at_most(dict.fromkeys(sides, 1.0), 1.0)

    def _lots(self, symbol: str, held: float) -> list[int]:
        """Add what is sold of each lot when gains count, else of all; whole shares in sum."""
        model, parts = self._model, [held]
        if self._task.wishes.most_gain is not None:
            parts = [lot.quantity_micro / _MICRO for lot in self._task.lots[symbol]]
        sold = [model.variable(part) for part in parts]
        for at in range(1, len(sold)):
            begun = model.variable(1.0, whole=True)
            model.at_most({sold[at]: 1.0, begun: -parts[at]}, 0.0)
            model.at_least({sold[at - 1]: 1.0, begun: -parts[at - 1]}, 0.0)
        if self._task.wishes.whole_shares:
            count = model.variable(sum(parts), whole=True)
            model.equal(dict.fromkeys(sold, 1.0) | {count: -1.0}, 0.0)
        return sold

    def _order(self, worth: Terms, *, most: float) -> int:
        """Add whether there is an order at all; if so it is worth at least the smallest."""
        on = self._model.variable(1.0, whole=True)
        self._model.at_most(worth | {on: -most}, 0.0)
        self._model.at_least(worth | {on: -(SMALLEST_ORDER_MINOR + 1) * self._cent}, 0.0)
        self._orders.append(on)
        return on

    def _cash(self) -> int:
        """Add cash after every fill and fee; rounding can cost two cents an order."""
        cash, fee = self._model.variable(_MOST), float(FEE_RATE)
        spent = times(self._bought(), 1 + fee)
        earned = times(self._sold(), -(1 - fee))
        before = float(self._book.cash.to_decimal()) / self._value
        self._model.equal(total({cash: 1.0}, spent, earned, self._rounding(2)), before)
        return cash

    def _deviation(self, symbol: str) -> int:
        """Add how far a line lies from its target."""
        away = self._model.variable(_MOST)
        missing = self._missing(symbol)
        change = total(self._bought(symbol), times(self._sold(symbol), -1.0))
        self._model.at_least(total({away: 1.0}, times(change, -1.0)), -missing)
        self._model.at_least(total({away: 1.0}, change), missing)
        return away

    def _cost(self, cash: int, away: Mapping[str, int]) -> Terms:
        largest = self._model.variable(_MOST)
        beyond = [self._beyond(cash, self._task.cash_room)]
        for symbol, line in away.items():
            beyond.append(self._beyond(line, self._task.destination[symbol]))
            self._model.at_least({largest: 1.0, line: -1.0}, 0.0)
        return total(
            dict.fromkeys(beyond, 1.0),
            {largest: _LARGEST_COST},
            times(self._traded(), _TRADED_COST),
            dict.fromkeys(away.values(), _DEVIATION_COST),
        )

    def _idle_cost(self) -> float:
        """Return what the cost is when nothing is traded."""
        away = {s: abs(self._missing(s)) for s in self._book.symbols}
        cash = float(self._book.cash.to_decimal()) / self._value
        lines = [(cash, self._task.cash_room)]
        lines += [(gap, self._task.destination[symbol]) for symbol, gap in away.items()]
        beyond = sum(max(gap - float(room) * _SCALE, 0.0) for gap, room in lines)
        return (
            beyond
            + _LARGEST_COST * max(away.values(), default=0.0)
            + _DEVIATION_COST * sum(away.values())
        )

    def _beyond(self, line: int, room: Decimal) -> int:
        excess = self._model.variable(_MOST)
        self._model.at_least({excess: 1.0, line: -1.0}, -float(room) * _SCALE)
        return excess

    def _budgets(self) -> None:
        """Add what the person allows one run to trade, to cost and to realise."""
        wishes, fee = self._task.wishes, float(FEE_RATE)
        if wishes.most_turnover is not None:
            most = 2 * float(wishes.most_turnover) * _SCALE - _FEASIBLE
            self._model.at_most(total(self._traded(), self._rounding(1)), most)
        if wishes.most_fees is not None:
            fees = total(times(self._traded(), fee), self._rounding(1))
            self._model.at_most(fees, max(self._share(wishes.most_fees) - _FEASIBLE, 0.0))
        if wishes.most_gain is not None:
            gains = {
                sold: self._price(symbol) * (1 - fee) - self._unit_cost(lot)
                for symbol, parts in self._sells.items()
                for sold, lot in zip(parts, self._task.lots[symbol], strict=True)
            }
            self._model.at_most(gains, max(self._share(wishes.most_gain) - _FEASIBLE, 0.0))

    def _bought(self, symbol: str | None = None) -> Terms:
        """Return the worth of purchases: of one symbol, or of all."""
        return {q: self._price(s) for s, q in self._buys.items() if symbol in (None, s)}

    def _sold(self, symbol: str | None = None) -> Terms:
        """Return the worth of sales: of one symbol, or of all."""
        return {
            q: self._price(s)
            for s, parts in self._sells.items()
            for q in parts
            if symbol in (None, s)
        }

    def _missing(self, symbol: str) -> float:
        """Return what a line lacks of its target, negative above it."""
        return float(self._book.target(symbol) - self._book.weight(symbol)) * _SCALE

    def _traded(self) -> Terms:
        return self._bought() | self._sold()

    def _rounding(self, cents: int) -> Terms:
        return dict.fromkeys(self._orders, cents * self._cent)

    def _drift_before(self) -> float:
        return 2 * float(self._book.drift) * _SCALE + _FEASIBLE

    def _answer(self, values: FloatArray) -> dict[str, Decimal]:
        found = {symbol: self._cut(values[q]) for symbol, q in self._buys.items()}
        for symbol, parts in self._sells.items():
            sold = min(self._cut(sum(values[q] for q in parts)), self._book.quantities[symbol])
            found[symbol] = found.get(symbol, Decimal(0)) - sold
        return {symbol: quantity for symbol, quantity in found.items() if quantity}

    def _cut(self, quantity: float) -> Decimal:
        """Return a quantity in steps, rounded down; a hair below a whole share is that share."""
        exact = Decimal(repr(max(float(quantity), 0.0)))
        if self._task.wishes.whole_shares:
            return (exact + _INTEGER_SLACK).quantize(_WHOLE, rounding=ROUND_FLOOR)
        return exact.quantize(QUANTITY_STEP, rounding=ROUND_FLOOR)

    def _price(self, symbol: str) -> float:
        return float(self._book.prices[symbol]) / self._value

    def _share(self, money: Money) -> float:
        return float(money.to_decimal()) / self._value

    def _unit_cost(self, lot: Lot) -> float:
        return self._share(lot.cost) / (lot.quantity_micro / _MICRO)
