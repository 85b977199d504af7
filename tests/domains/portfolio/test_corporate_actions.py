"""Splits, dividends and new names through the whole desk: value, cost, books, returns."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.ledger.rules import corporate, entries
from app.domains.ledger.types import Activity, CorporateAction, JournalKind, Side, Trade
from app.domains.market.action_types import Action, ActionKind, DueAction
from app.domains.market.adapters.action_file import read_action_file
from app.domains.market.adapters.price_file import read_price_file
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.rules import lots
from tests.domains.portfolio.test_orders import Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.row("MD4")
AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PRICES = "date,VTI,AGG\n2026-11-20,100,50\n2026-11-23,104,50\n"
NEXT = PRICES + "2026-11-24,10.4,49\n"
LONG_ID = "u-0123456789abcdef"


def due(kind: str, value: str | None, becomes: str | None = None) -> DueAction:
    number = None if value is None else Decimal(value)
    action = Action("VTI", ActionKind(kind), date(2026, 11, 24), number, becomes)
    return DueAction("s", "USD", action, AT)


class TestLegs:
    @settings(deadline=None)
    @given(
        st.integers(1, 10**13),
        st.decimals(Decimal("0.001"), Decimal(1000), places=6),
        st.decimals(Decimal("0.01"), Decimal(10_000), places=4),
    )
    def test_split_keeps_the_value_and_balances(
        self, micro: int, ratio: Decimal, price: Decimal
    ) -> None:
        found = corporate.legs(due("split", str(ratio)), LONG_ID, micro, "j")
        entries.require_balanced(found)
        mine = sum(leg.amount for leg in found if leg.account_id.startswith(LONG_ID))
        before, after = micro * price, (micro + mine) * price / ratio
        assert 0 <= before - after <= price / ratio, "less than a millionth of a share is cut off"

    @settings(deadline=None)
    @given(st.integers(1, 10**13), st.decimals(Decimal("0.0001"), Decimal(100), places=6))
    def test_dividend_is_whole_and_balances(self, micro: int, amount: Decimal) -> None:
        found = corporate.legs(due("dividend", str(amount)), LONG_ID, micro, "j")
        entries.require_balanced(found)
        paid = corporate.cash_of(found, "USD")
        assert abs(paid - micro * amount / 10_000) <= Decimal("0.5")

    def test_new_name_moves_every_share(self) -> None:
        found = corporate.legs(due("rename", None, "NEW"), LONG_ID, 7, "j")
        entries.require_balanced(found)
        mine = {leg.unit: leg.amount for leg in found if leg.account_id.startswith(LONG_ID)}
        assert mine == {"VTI": -7, "NEW": 7}


class TestLots:
    @settings(deadline=None)
    @given(
        st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
        st.decimals(Decimal("0.01"), Decimal(100), places=4),
    )
    def test_split_of_any_ratio_keeps_cost_and_days_and_agrees_with_the_books(
        self, sizes: list[int], ratio: Decimal
    ) -> None:
        usd = Money(12_345, "USD")
        bought = [
            Activity(
                f"m{n}", JournalKind.ORDER, AT, "broker", -usd, {"VTI": size}, Money(0, "USD"),
                (Trade("VTI", Side.BUY, size, Decimal(1), usd, Money(0, "USD")),), None,
            )
            for n, size in enumerate(sizes)
        ]  # fmt: skip
        total = sum(sizes)
        change = corporate.split_micro(total, ratio) - total
        action = CorporateAction(JournalKind.SPLIT, "VTI", None, total)
        split = Activity(
            "s", JournalKind.SPLIT, AT, "VTI", Money(0, "USD"), {"VTI": change} if change else {},
            Money(0, "USD"), (), None, action,
        )  # fmt: skip
        book = lots.book_of([*bought, split], LotMethod.FIFO, "USD")
        assert sum(lot.quantity_micro for lot in book.lots) == total + change
        if min(sizes) * ratio >= 2:
            assert [lot.cost for lot in book.lots] == [usd] * len(sizes)
            assert [lot.bought_at for lot in book.lots] == [AT] * len(sizes)
        assert not split.external


async def open_import(desk: Desk, tmp_path: Path, text: str) -> str:
    """Take today's prices from a file, without opening hours, and quote them."""
    path = tmp_path / "prices.csv"
    path.write_text(text)
    file = read_price_file(path, today=date(2026, 11, 30))
    source = await desk.market.import_prices(file, currency="USD", label="x")
    await desk.quote()
    return source.source_id


async def buy(desk: Desk, symbol: str, shares: int, price: str) -> None:
    """Book a purchase directly: what is tested is what happens to holders."""
    from app.domains.ledger.types import Fill, OrderBatch

    now = desk.bank.clock.now()
    gross = Money(int(shares * Decimal(price) * 100), "USD")
    fill = Fill(symbol, Side.BUY, shares * 10**6, Decimal(price), gross, Money(0, "USD"), "x", now)
    batch = OrderBatch(desk.user_id, "session", f"buy-{symbol}-{shares}", "USD", (fill,), "r", None)
    await desk.bank.ledger.execute(batch)


async def record(desk: Desk, tmp_path: Path, row: str) -> None:
    path = tmp_path / "actions.csv"
    path.write_text(f"date,symbol,action,value\n{row}\n")
    await desk.market.actions.record(read_action_file(path))


class TestWholeStory:
    async def test_ten_for_one_keeps_value_and_cost_before_and_after_the_new_price(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        source_id = await open_import(desk, tmp_path, PRICES)
        await buy(desk, "VTI", 3, "104")
        await record(desk, tmp_path, "2026-11-24,VTI,split,10:1")
        worth = [(await desk.portfolio.portfolio(desk.user_id)).value]
        desk.bank.clock.advance(6 * 3600)  # Tuesday, 15:00
        assert await desk.portfolio.book_actions() == 1
        assert await desk.portfolio.book_actions() == 0
        await buy(desk, "VTI", 1, "10.4")  # at a price of after it: not split once more
        await desk.quote()
        found = await desk.portfolio.portfolio(desk.user_id)
        worth.append(found.value)
        held = {one.symbol: one for one in found.positions}
        assert (held["VTI"].quantity, held["VTI"].price) == (Decimal(31), Decimal("10.4"))
        assert held["VTI"].stale, "nothing is traded on a price of before the split"
        desk.bank.clock.advance(8 * 3600)
        (tmp_path / "prices.csv").write_text(NEXT)
        newer = read_price_file(tmp_path / "prices.csv", today=date(2026, 11, 30))
        await desk.market.refresh(newer, source_id)
        await desk.quote()
        worth.append((await desk.portfolio.portfolio(desk.user_id)).value)
        assert worth == [Money(1_000_00, "USD")] * 3
        book = await desk.portfolio.lots.of(desk.user_id, LotMethod.FIFO)
        assert [(lot.quantity_micro, lot.cost) for lot in book.lots] == [
            (30 * 10**6, Money(312_00, "USD")),
            (10**6, Money(10_40, "USD")),
        ]
        performance = await desk.portfolio.performance.of(desk.user_id)
        assert performance.gain == Money(0, "USD")
        assert await desk.bank.problems() == []

    async def test_dividend_is_cash_and_gain_and_no_deposit(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        await open_import(desk, tmp_path, PRICES)
        await buy(desk, "AGG", 4, "50")
        await record(desk, tmp_path, "2026-11-24,AGG,dividend,0.825")
        desk.bank.clock.advance(6 * 3600)
        await desk.portfolio.book_actions()
        await desk.quote()
        _, available = await desk.bank.balance("amina")
        assert available == 1_000_00 - 200_00 + 3_30
        performance = await desk.portfolio.performance.of(desk.user_id)
        assert performance.gain == Money(3_30, "USD")
        assert performance.gains is not None
        assert performance.gains.dividend == Money(3_30, "USD")
        assert performance.gains.capital == Money(0, "USD")
        assert [flow.amount for flow in performance.flows] == [Money(1_000_00, "USD")]
        assert await desk.bank.problems() == []

    async def test_new_name_keeps_lots_and_value(self, desk: Desk, tmp_path: Path) -> None:
        await open_import(desk, tmp_path, PRICES)
        await buy(desk, "AGG", 4, "50")
        await record(desk, tmp_path, "2026-11-24,AGG,rename,BND")
        desk.bank.clock.advance(6 * 3600)
        await desk.portfolio.book_actions()
        await desk.quote()
        found = await desk.portfolio.portfolio(desk.user_id)
        assert [(one.symbol, one.quantity) for one in found.positions] == [("BND", Decimal(4))]
        assert found.value == Money(1_000_00, "USD")
        book = await desk.portfolio.lots.of(desk.user_id, LotMethod.FIFO)
        assert [(lot.symbol, lot.cost) for lot in book.lots] == [("BND", Money(200_00, "USD"))]
        assert await desk.bank.problems() == []
