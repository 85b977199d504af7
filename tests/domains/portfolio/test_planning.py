"""Invariants of order plans, with generated portfolios."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.portfolio.rules.planning import (
    SMALLEST_ORDER_MINOR,
    Book,
    fee_of,
    fit_to_cash,
    plan_orders,
)
from app.domains.portfolio.types import PlanAction

SYMBOLS = ("AGG", "BIL", "EFA", "TLT", "VTI")


@st.composite
def books(draw: st.DrawFn, *, empty: bool = False) -> Book:
    parts = draw(st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(any))
    shares = [Decimal(part) / sum(parts) for part in parts]
    shares = [share.quantize(Decimal("0.000001"), rounding="ROUND_DOWN") for share in shares]
    shares[1] += 1 - sum(shares)
    micro = st.integers(0, 10**10)
    quantities = {} if empty else {s: Decimal(draw(micro)).scaleb(-6) for s in SYMBOLS}
    prices = {s: Decimal(draw(st.integers(1, 10**8))).scaleb(-4) for s in SYMBOLS}
    return Book(
        cash=Money(draw(st.integers(0, 10**9)), "USD"),
        quantities={s: q for s, q in quantities.items() if q > 0},
        prices=prices,
        targets={s: w for s, w in zip(SYMBOLS, shares, strict=True) if w > 0},
    )


class TestPlanOrders:
    @pytest.mark.row("PA8")
    @given(book=books(), may_sell=st.booleans())
    def test_cash_and_holdings_never_go_below_zero(self, book: Book, *, may_sell: bool) -> None:
        after = book.after(plan_orders(book, may_sell=may_sell))
        assert after.cash.amount_minor >= 0
        assert all(quantity >= 0 for quantity in after.quantities.values())

    @given(book=books())
    def test_sells_first_never_need_more_cash_than_there_is(self, book: Book) -> None:
        cash = book.cash.amount_minor
        orders = plan_orders(book, may_sell=True)
        for order in sorted(orders, key=lambda o: o.action is PlanAction.BUY):
            sign = {PlanAction.BUY: -1, PlanAction.SELL: 1, PlanAction.SKIP: 0}[order.action]
            cash += sign * order.amount.amount_minor - order.fee.amount_minor
            assert cash >= 0

    @given(book=books())
    def test_value_before_is_value_after_plus_fees_up_to_rounding(self, book: Book) -> None:
        orders = plan_orders(book, may_sell=True)
        fees = sum((order.fee.to_decimal() for order in orders), Decimal(0))
        cents = Decimal("0.005") * len(orders)
        assert abs(book.total - book.after(orders).total - fees) <= cents

    @given(book=books())
    def test_every_instrument_has_one_line_with_a_reason(self, book: Book) -> None:
        orders = plan_orders(book, may_sell=True)
        assert [order.symbol for order in orders] == list(book.symbols)
        assert all(order.reason.sentence for order in orders)

    @given(book=books())
    def test_without_permission_nothing_is_sold(self, book: Book) -> None:
        orders = plan_orders(book, may_sell=False)
        assert PlanAction.SELL not in {order.action for order in orders}

    @given(book=books())
    def test_no_order_is_smaller_than_worth_it(self, book: Book) -> None:
        for order in plan_orders(book, may_sell=True):
            if order.action is not PlanAction.SKIP and order.weight_target > 0:
                assert order.amount.amount_minor >= SMALLEST_ORDER_MINOR - 1

    @given(book=books())
    def test_drift_does_not_rise(self, book: Book) -> None:
        orders = plan_orders(book, may_sell=True)
        after = book.after(orders)
        # Fees and rounding leave the books: what they can add is bounded by their own size.
        spent = sum((o.fee.to_decimal() for o in orders), Decimal("0.10"))
        slack = spent / after.total if after.total > 0 else Decimal(1)
        assert after.drift <= book.drift + slack

    @given(book=books())
    def test_order_of_instruments_changes_nothing(self, book: Book) -> None:
        turned = replace(
            book,
            quantities=dict(reversed(book.quantities.items())),
            targets=dict(reversed(book.targets.items())),
        )
        assert plan_orders(turned, may_sell=True) == plan_orders(book, may_sell=True)

    @given(book=books(empty=True))
    def test_first_purchase_spends_nearly_everything(self, book: Book) -> None:
        after = book.after(plan_orders(book, may_sell=False))
        if book.cash.amount_minor > 100_000_00 and max(book.targets.values()) > Decimal("0.5"):
            priciest = max(book.prices.values()) * Decimal("0.000001") * 5
            assert after.cash.to_decimal() <= Decimal(6) + priciest

    def test_no_need_and_no_cash_is_all_skips(self) -> None:
        book = Book(
            Money(0, "USD"), {"VTI": Decimal(1)}, {"VTI": Decimal(100)}, {"VTI": Decimal(1)}
        )
        (order,) = plan_orders(book, may_sell=True)
        assert (order.action, order.reason.code) == (PlanAction.SKIP, "inside_band")
        assert order.fee.amount_minor == 0

    def test_holding_without_a_target_is_sold_whole(self) -> None:
        book = Book(
            Money(0, "USD"),
            {"OLD": Decimal("3.000001")},
            {"OLD": Decimal("10"), "VTI": Decimal(100)},
            {"VTI": Decimal(1)},
        )
        orders = {order.symbol: order for order in plan_orders(book, may_sell=True)}
        assert orders["OLD"].quantity == Decimal("3.000001")
        assert orders["VTI"].action is PlanAction.BUY


class TestFitToCash:
    @given(book=books(), factor=st.decimals("0.5", "2", places=2))
    def test_new_prices_never_overdraw_and_never_grow_a_quantity(
        self, book: Book, factor: Decimal
    ) -> None:
        planned = plan_orders(book, may_sell=True)
        trades = tuple(order for order in planned if order.action is not PlanAction.SKIP)
        prices = {symbol: price * factor for symbol, price in book.prices.items()}
        fitted = fit_to_cash(trades, prices, book.cash)
        quantities = {order.symbol: order.quantity for order in trades}
        cash = book.cash.amount_minor
        for order in fitted:
            assert order.quantity <= quantities[order.symbol]
            sign = 1 if order.action is PlanAction.SELL else -1
            cash += sign * order.amount.amount_minor - order.fee.amount_minor
            assert cash >= 0


class TestFeeOf:
    def test_is_ten_basis_points_rounded_up(self) -> None:
        assert fee_of(Money(1_000_00, "USD")) == Money(1_00, "USD")
        assert fee_of(Money(1, "USD")) == Money(1, "USD")
        assert fee_of(Money(0, "USD")) == Money(0, "USD")
