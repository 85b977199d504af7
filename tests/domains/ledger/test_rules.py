"""Entries balance in every unit, keys bind to bodies, locks are taken in one order."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.ledger.errors import AmountLimitError
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Fill, Leg, Side

FILLS = st.lists(
    st.builds(
        Fill,
        symbol=st.sampled_from(["VTI", "AGG", "BIL"]),
        side=st.sampled_from(Side),
        quantity_micro=st.integers(1, 10**9),
        price=st.just(Decimal(10)),
        gross=st.builds(Money, st.integers(1, 10**9), st.just("USD")),
        fee=st.builds(Money, st.integers(0, 1000), st.just("USD")),
        quote_source=st.just("x"),
        quote_at=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.row("TL1")
class TestLegs:
    @given(FILLS)
    def test_orders_balance_in_every_unit(self, fills: list[Fill]) -> None:
        entries.require_balanced(entries.order_legs("u", "USD", fills, "j"))

    @given(FILLS)
    def test_buyer_pays_gross_and_fee_and_gets_the_shares(self, fills: list[Fill]) -> None:
        legs = {
            leg.account_id: leg for leg in entries.net(entries.order_legs("u", "USD", fills, "j"))
        }
        paid = sum(
            (f.gross.amount_minor if f.side is Side.BUY else -f.gross.amount_minor)
            + f.fee.amount_minor
            for f in fills
        )
        cash = legs.get("u.USD")
        assert (cash.amount if cash else 0) == -paid

    def test_unbalanced_legs_are_a_programmers_mistake(self) -> None:
        with pytest.raises(AssertionError, match="balance"):
            entries.require_balanced([Leg("a.USD", "USD", 1), Leg("b.EUR", "EUR", -1)])

    @given(st.permutations([Leg("b.X", "X", 1), Leg("a.X", "X", -3), Leg("b.X", "X", 2)]))
    def test_net_order_does_not_depend_on_the_order_given(self, legs: list[Leg]) -> None:
        assert entries.net(legs) == [Leg("a.X", "X", -3), Leg("b.X", "X", 3)]


class TestKeys:
    def test_house_parts_are_spread_and_stable(self) -> None:
        parts = {entries.house_account("fees", "USD", f"j{n}") for n in range(200)}
        assert len(parts) == entries.HOUSE_PARTS
        assert entries.house_account("fees", "USD", "j1") == entries.house_account(
            "fees", "USD", "j1"
        )

    def test_same_key_of_two_people_is_two_movements(self) -> None:
        assert entries.journal_id("a", "k") != entries.journal_id("b", "k")

    def test_hash_binds_kind_and_body(self) -> None:
        one = entries.request_hash("deposit", {"amount": 1})
        assert one == entries.request_hash("deposit", {"amount": 1})
        assert one != entries.request_hash("deposit", {"amount": 2})
        assert one != entries.request_hash("transfer", {"amount": 1})

    @pytest.mark.parametrize("minor", [0, -1, entries.MAXIMUM_MINOR + 1])
    def test_amounts_outside_the_limits_are_refused(self, minor: int) -> None:
        with pytest.raises(AmountLimitError):
            entries.require_limits(Money(minor, "USD"))
