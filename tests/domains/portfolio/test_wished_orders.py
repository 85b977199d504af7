"""Whole shares, budgets and lots: the invariants hold for the programme as well."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.portfolio.lot_types import Lot, LotMethod
from app.domains.portfolio.rebalance_types import Trigger
from app.domains.portfolio.rules import lots as lot_rules
from app.domains.portfolio.rules.lots import Sale
from app.domains.portfolio.rules.planning import SMALLEST_ORDER_MINOR, Book
from app.domains.portfolio.rules.rebalancing import Limits, band
from app.domains.portfolio.rules.wished_orders import propose
from app.domains.portfolio.types import PlanAction
from app.domains.portfolio.wish_types import Wishes
from tests.domains.portfolio.test_rebalancing import books, limited, trades, usd

pytestmark = pytest.mark.row("PA5")
BOUGHT = datetime(2026, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 2, tzinfo=UTC)
WHOLE = Wishes(whole_shares=True)


@st.composite
def wishes(draw):
    return Wishes(
        whole_shares=draw(st.booleans()),
        most_turnover=draw(st.sampled_from([None, Decimal("0.02"), Decimal("0.2")])),
        most_fees=draw(st.sampled_from([None, usd("0"), usd("0.5"), usd("50")])),
    )


@given(book=books(smallest=200), limits=limited(), wished=wishes())
@settings(max_examples=120, deadline=None)
def test_every_answer_keeps_what_was_asked(book: Book, limits: Limits, wished: Wishes) -> None:
    assume(book.total > 0)
    orders = propose(book, limits, wished, {}).orders
    after = book.after(orders)
    traded = trades(orders)
    assert {order.symbol for order in orders} == set(book.symbols)
    assert after.cash.amount_minor >= 0
    assert all(quantity >= 0 for quantity in after.quantities.values())
    assert not traded or after.drift <= book.drift
    for order in traded:
        assert order.amount.amount_minor >= SMALLEST_ORDER_MINOR
        assert order.symbol not in limits.untradable
        if wished.whole_shares:
            assert order.quantity == order.quantity.to_integral_value()
        if order.action is PlanAction.BUY:
            assert order.symbol not in limits.no_buy
        elif not limits.volatility_outside:
            assert limits.may_sell
    value = sum((order.amount.to_decimal() for order in traded), Decimal(0))
    fees = Money(sum(order.fee.amount_minor for order in traded), "USD")
    assert wished.most_turnover is None or value <= 2 * wished.most_turnover * book.total
    assert wished.most_fees is None or fees <= wished.most_fees


@given(book=books(smallest=200), limits=limited())
@settings(max_examples=80, deadline=None)
def test_a_second_run_finds_nothing(book: Book, limits: Limits) -> None:
    assume(book.total > 0)
    after = book.after(propose(book, limits, WHOLE, {}).orders)
    # The risk is back in its band once the first run is filled.
    again = propose(
        after, Limits(limits.may_sell, False, limits.untradable, limits.no_buy), WHOLE, {}
    )
    assert trades(again.orders) == []


def a_book(cash: str = "0", **quantities: str) -> Book:
    return Book(
        cash=usd(cash),
        quantities={s: Decimal(q) for s, q in quantities.items()},
        prices={"AGG": Decimal(100), "VTI": Decimal(250)},
        targets={"AGG": Decimal("0.5"), "VTI": Decimal("0.5")},
    )


def test_whole_shares_come_as_near_as_they_can() -> None:
    found = propose(a_book("1000"), Limits(), WHOLE, {})
    assert {o.symbol: o.quantity for o in trades(found.orders)} == {
        "AGG": Decimal(4),
        "VTI": Decimal(2),
    }
    assert found.triggers == (Trigger.CASH,)


def test_a_line_that_whole_shares_cannot_mend_says_so() -> None:
    book = a_book("10", VTI="1")
    line = next(o for o in propose(book, Limits(), WHOLE, {}).orders if o.symbol == "AGG")
    assert line.action is PlanAction.SKIP
    assert line.reason.code == "no_cash"
    sell = next(o for o in propose(book, Limits(), WHOLE, {}).orders if o.symbol == "VTI")
    assert sell.reason.code == "whole_share"


def test_sales_stop_inside_the_band_and_not_at_its_middle() -> None:
    book = a_book(AGG="20", VTI="32")
    after = book.after(propose(book, Limits(), WHOLE, {}).orders)
    gap = after.weight("VTI") - book.target("VTI")
    assert Decimal("0.05") < gap <= band(book.target("VTI"))


def lot(symbol: str, quantity: int, cost: str, days: int) -> Lot:
    at = BOUGHT + timedelta(days=days)
    return Lot(f"{symbol}{days}", symbol, at, quantity * 1_000_000, usd(cost))


def test_a_budget_on_gains_is_kept_lot_by_lot() -> None:
    # The oldest shares carry the largest gain; first in, first out has to take them first.
    lots = {"AGG": [], "VTI": [lot("VTI", 10, "1000", 0), lot("VTI", 22, "5500", 30)]}
    lots["AGG"] = [lot("AGG", 20, "2000", 0)]
    book = a_book(AGG="20", VTI="32")
    free = propose(book, Limits(), Wishes(whole_shares=True, most_gain=usd("100000")), lots)
    sold = next(o for o in trades(free.orders) if o.action is PlanAction.SELL).quantity
    for allowed in ("0", "200", "500"):
        wished = Wishes(whole_shares=True, most_gain=usd(allowed))
        orders = propose(book, Limits(), wished, lots).orders
        gain = usd("0")
        for order in trades(orders):
            if order.action is PlanAction.SELL:
                micro = int(order.quantity * 1_000_000)
                sale = Sale(order.symbol, micro, order.amount - order.fee, NOW)
                slices, _ = lot_rules.sell(lots[order.symbol], sale, LotMethod.FIFO)
                gain = gain + sum((one.gain for one in slices), usd("0"))
                assert order.quantity < sold
        assert gain <= usd(allowed)
    tight = propose(book, Limits(), Wishes(most_gain=usd("0")), lots).orders
    assert next(o for o in tight if o.symbol == "VTI").reason.code == "budget"


def test_prices_of_very_different_size_do_not_confuse_the_solver() -> None:
    book = Book(
        cash=usd("500.00"),
        quantities={"A": Decimal(3), "B": Decimal(100_000)},
        prices={"A": Decimal("4321.99"), "B": Decimal("0.0123"), "C": Decimal("87.5")},
        targets={"A": Decimal("0.8"), "B": Decimal("0.1"), "C": Decimal("0.1")},
    )
    orders = propose(book, Limits(), WHOLE, {}).orders
    assert book.after(orders).drift <= book.drift
