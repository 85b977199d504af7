"""Tax lots: a golden story lot by lot, and what holds for any story."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.ledger.types import Activity, JournalKind, Side, Trade
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.rules import lots
from app.domains.portfolio.rules.lots import Sale

pytestmark = pytest.mark.row("PA9")
START = datetime(2024, 1, 2, 15, tzinfo=UTC)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def order(name: str, day: int, shares: int, gross: int, *, fee: int = 0) -> Activity:
    """One order of VTI on a day: plus buys whole shares, minus sells them; money in cents."""
    side = Side.BUY if shares > 0 else Side.SELL
    trade = Trade("VTI", side, abs(shares) * 10**6, Decimal(1), usd(gross), usd(fee))
    return Activity(
        movement_id=name,
        kind=JournalKind.ORDER,
        at=START + timedelta(days=day),
        counterparty="broker",
        cash=usd(-gross if shares > 0 else gross),
        shares={"VTI": shares * 10**6},
        fee=usd(fee),
        trades=(trade,),
        reverses=None,
    )


#: Bought at 100, 130 and 110 dollars; the first lot is long-term when the sale comes.
STORY = (
    order("a", 0, 10, 1_000_00, fee=1_00),
    order("b", 200, 10, 1_300_00, fee=1_30),
    order("c", 300, 10, 1_100_00, fee=1_10),
    order("s", 400, -15, 1_800_00, fee=1_80),
)


def golden(method: LotMethod) -> list[tuple[str, int, int, int, bool]]:
    book = lots.book_of(STORY, method, "USD")
    return [
        (s.lot_id[0], s.quantity_micro // 10**6, s.cost.amount_minor, s.gain.amount_minor,
         s.long_term)
        for s in book.sold
    ]  # fmt: skip


class TestGolden:
    def test_fifo_takes_the_oldest(self) -> None:
        # 1,800 - 1.80 over 15 shares = 119.88 each.
        assert golden(LotMethod.FIFO) == [
            ("a", 10, 1_001_00, 1_198_80 - 1_001_00, True),
            ("b", 5, 650_65, 599_40 - 650_65, False),
        ]

    def test_hifo_takes_the_dearest(self) -> None:
        assert golden(LotMethod.HIFO) == [
            ("b", 10, 1_301_30, 1_198_80 - 1_301_30, False),
            ("c", 5, 550_55, 599_40 - 550_55, False),
        ]

    def test_min_tax_prefers_a_loss_then_the_gain_taxed_least(self) -> None:
        # b loses 10.25 a share; c gains 9.77 at 30 % = 2.93; a gains 19.78 at 15 % = 2.97.
        assert [row[0] for row in golden(LotMethod.MIN_TAX)] == ["b", "c"]
        cheaper = (STORY[0], STORY[1], order("c", 300, 10, 1_050_00), STORY[3])
        book = lots.book_of(cheaper, LotMethod.MIN_TAX, "USD")
        assert [one.lot_id[0] for one in book.sold] == ["b", "a"]

    def test_what_is_left_keeps_its_cost(self) -> None:
        book = lots.book_of(STORY, LotMethod.FIFO, "USD")
        left = [(lot.lot_id[0], lot.quantity_micro, lot.cost.amount_minor) for lot in book.lots]
        assert left == [("b", 5 * 10**6, 650_65), ("c", 10 * 10**6, 1_101_10)]

    def test_reversed_order_never_happened(self) -> None:
        undo = Activity(
            "r", JournalKind.REVERSAL, START + timedelta(days=401), "broker", usd(0), {}, usd(0),
            (), "s",
        )  # fmt: skip
        book = lots.book_of((*STORY, undo), LotMethod.FIFO, "USD")
        assert book.sold == ()
        assert sum(lot.quantity_micro for lot in book.lots) == 30 * 10**6


class TestPreview:
    def sale(self, day: int) -> Sale:
        return Sale("VTI", 10 * 10**6, usd(1_100_00), START + timedelta(days=day))

    def test_gains_by_holding_period_and_example_tax(self) -> None:
        book = lots.book_of(STORY[:2], LotMethod.FIFO, "USD")
        found = lots.preview(STORY[:2], book.lots, self.sale(400), LotMethod.FIFO)
        assert (found.short_gain, found.long_gain) == (usd(0), usd(99_00))
        assert found.tax == usd(14_85)
        assert found.wash_sale is None

    def test_loss_with_another_purchase_within_thirty_days_is_warned_of(self) -> None:
        story = (*STORY[:2], order("n", 395, 1, 110_00))
        book = lots.book_of(story, LotMethod.FIFO, "USD")
        found = lots.preview(story, book.lots, self.sale(400), LotMethod.HIFO)
        assert found.wash_sale is not None
        assert found.wash_sale.code == "wash_sale"
        later = lots.preview(story, book.lots, self.sale(426), LotMethod.HIFO)
        assert later.wash_sale is not None
        assert later.wash_sale.code == "wash_sale_ahead"

    def test_thirty_days_after_a_loss_it_may_be_bought_again(self) -> None:
        book = lots.book_of(STORY, LotMethod.HIFO, "USD")
        sold = (START + timedelta(days=400)).date()
        assert lots.sold_at_a_loss(book, sold + timedelta(days=30)) == {"VTI"}
        assert lots.sold_at_a_loss(book, sold + timedelta(days=31)) == frozenset()


@st.composite
def stories(draw: st.DrawFn) -> tuple[Activity, ...]:
    story, held = [], 0
    for number in range(draw(st.integers(1, 12))):
        shares = draw(st.integers(-held, 20).filter(bool)) if held else draw(st.integers(1, 20))
        held += shares
        gross, fee = draw(st.integers(10, 10**7)), draw(st.integers(0, 9))
        story.append(order(f"m{number:02}", number * 37, shares, gross, fee=fee))
    return tuple(story)


class TestInvariants:
    @given(story=stories(), method=st.sampled_from(LotMethod))
    def test_no_share_no_cent_is_lost(self, story: tuple[Activity, ...], method: LotMethod) -> None:
        book = lots.book_of(story, method, "USD")
        bought = [t for a in story for t in a.trades if t.side is Side.BUY]
        sold = [t for a in story for t in a.trades if t.side is Side.SELL]
        cost = sum((t.gross + t.fee).amount_minor for t in bought)
        proceeds = sum((t.gross - t.fee).amount_minor for t in sold)
        kept = sum(lot.cost.amount_minor for lot in book.lots)
        assert kept + sum(s.cost.amount_minor for s in book.sold) == cost
        assert sum(s.proceeds.amount_minor for s in book.sold) == proceeds
        left = sum(lot.quantity_micro for lot in book.lots)
        assert left == sum(a.shares["VTI"] for a in story)
        assert all(lot.quantity_micro > 0 for lot in book.lots)
