"""A person's returns and fees from real postings, with the database in memory."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.ids import new_id
from app.domains.ledger.types import JournalState, OrderBatch
from app.domains.market.errors import DateRangeError
from app.domains.portfolio.report_types import Method, NotAvailable, Performance
from tests.domains.portfolio.test_orders import Desk, desk
from tests.factories.ledger import SESSION
from tests.factories.orders import fill

__all__ = ["desk"]


async def report(desk: Desk, **period: Any) -> Performance:
    return await desk.portfolio.performance.of(desk.user_id, **period)


async def pass_days(desk: Desk, days: int) -> None:
    desk.bank.clock.advance(days * 86_400)
    await desk.market.ensure_simulated()
    await desk.quote()


async def trade(desk: Desk, symbol: str, micro: int) -> None:
    """Buy (plus) or sell (minus) at the last quote."""
    quote = (await desk.market.last_quotes())[symbol]
    await desk.bank.ledger.execute(
        OrderBatch(desk.user_id, SESSION, new_id(), "USD", (fill(quote, micro),), "r", None)
    )


class TestPerformance:
    @pytest.mark.row("PA2")
    async def test_gain_is_end_less_start_less_flows_to_the_cent(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        await pass_days(desk, 40)
        await desk.bank.deposit("amina", 250_00)
        await pass_days(desk, 3)
        found = await report(desk)
        assert found.end_value is not None
        assert found.start_value is not None
        assert found.gain is not None
        flows = sum(flow.amount.amount_minor for flow in found.flows)
        assert [flow.kind for flow in found.flows] == ["deposit", "deposit"]
        assert found.start_value.amount_minor + flows + found.gain.amount_minor == (
            found.end_value.amount_minor
        )
        now = await desk.portfolio.portfolio(desk.user_id)
        assert now.value == found.end_value
        assert {m.method for m in found.measures} == set(Method)
        assert all(m.value is not None and m.annualised is None for m in found.measures)
        assert found.gross.value is not None
        assert found.measures[0].value is not None
        assert found.gross.value > found.measures[0].value

    async def test_over_a_year_has_a_yearly_form(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        await pass_days(desk, 400)
        assert all(m.annualised is not None for m in (await report(desk)).measures)

    @pytest.mark.row("PA2")
    async def test_sold_and_bought_again_counts_both_stays(self, desk: Desk) -> None:
        await trade(desk, "VTI", 2_000_000)
        await pass_days(desk, 5)
        await trade(desk, "VTI", -2_000_000)
        account = await desk.bank.balance("amina")
        await desk.bank.withdraw("amina", account[1])
        empty = await report(desk)
        assert empty.end_value is not None
        assert empty.end_value.amount_minor == 0
        simple = empty.measures[2]
        assert empty.gain is not None
        assert simple.value == pytest.approx(empty.gain.amount_minor / 1_000_00, abs=1e-9)
        await pass_days(desk, 30)
        await desk.bank.deposit("amina", 500_00)
        await trade(desk, "VTI", 1_000_000)
        await pass_days(desk, 5)
        again = await report(desk)
        assert [flow.amount.amount_minor > 0 for flow in again.flows] == [True, False, True]
        assert again.measures[0].value is not None
        assert -0.5 < again.measures[0].value < 0.5

    @pytest.mark.row("PA11")
    async def test_all_in_the_benchmark_equals_the_benchmark(self, desk: Desk) -> None:
        await pass_days(desk, 20)
        found = await report(desk, benchmark="VTI")
        assert found.benchmark is not None
        assert found.benchmark.end_value is not None
        source = await desk.market.source()
        first = desk.bank.clock.now().date() - timedelta(days=20)
        closes = await desk.market.history(("VTI",), end=first, days=1)
        quote = (await desk.market.last_quotes())["VTI"]
        # The day of the deposit has its close by now, so her dollars bought at it.
        expected = Decimal(1000) * quote.price / Decimal(repr(float(closes.prices[-1, 0])))
        assert abs(found.benchmark.end_value.to_decimal() - expected) < Decimal("0.01")
        assert source.currency == found.benchmark.end_value.currency

    async def test_more_taken_out_than_the_benchmark_had_is_said(self, desk: Desk) -> None:
        await trade(desk, "TLT", 5_000_000)
        for _ in range(3):
            await pass_days(desk, 60)
        found = await report(desk, benchmark="VTI")
        assert found.benchmark is not None
        reasons = {m.reason for m in found.benchmark.measures}
        assert reasons <= {NotAvailable.TOO_SHORT, NotAvailable.EXHAUSTED}

    async def test_held_with_no_price_is_unknown_not_zero(self, desk: Desk) -> None:
        await trade(desk, "VTI", 1_000_000)
        await desk.bank.db.delete_many("price_years", {})
        await desk.bank.db.delete_many("quotes", {})
        found = await report(desk)
        assert found.missing_prices == ("VTI",)
        assert (found.end_value, found.gain) == (None, None)
        assert {m.reason for m in found.measures} == {NotAvailable.NO_PRICE}

    async def test_later_period_starts_with_what_she_had(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        await pass_days(desk, 30)
        today = desk.bank.clock.now().date()
        whole = await report(desk)
        early = await report(desk, last=today - timedelta(days=10))
        late = await report(desk, first=today - timedelta(days=9))
        assert late.start_value == early.end_value
        linked = 1.0
        for part in (early, late):
            assert part.measures[0].value is not None
            linked *= 1 + part.measures[0].value
        assert whole.measures[0].value == pytest.approx(linked - 1, abs=1e-9)

    async def test_held_deposit_is_no_flow(self, desk: Desk) -> None:
        for _ in range(20):
            await desk.bank.deposit("amina", 1_00)
        held = await desk.bank.deposit("amina", 7_00)
        assert held.state is JournalState.HELD
        amounts = [flow.amount.amount_minor for flow in (await report(desk)).flows]
        assert 7_00 not in amounts

    async def test_person_without_movements_has_reasons_instead_of_numbers(
        self, desk: Desk
    ) -> None:
        stranger = await desk.bank.person("nobody")
        found = await desk.portfolio.performance.of(stranger)
        assert {m.reason for m in found.measures} == {NotAvailable.NO_MOVEMENTS}
        assert found.benchmark is None

    async def test_backward_and_endless_periods_are_refused(self, desk: Desk) -> None:
        today = desk.bank.clock.now().date()
        with pytest.raises(DateRangeError):
            await report(desk, first=today, last=today - timedelta(days=1))
        with pytest.raises(DateRangeError):
            await report(desk, first=today - timedelta(days=4_000))


class TestFees:
    @pytest.mark.row("PA12")
    async def test_shown_fees_are_the_ledgers_fee_postings(self, desk: Desk) -> None:
        done = await desk.execute(await desk.preview())
        await desk.bank.deposit("amina", 300_00)
        await desk.execute(await desk.preview(), key="k2")
        assert done.movement_id is not None
        shown = await desk.portfolio.fees.of(desk.user_id)
        rows = await desk.bank.db.find_many("postings", {}, limit=1_000)
        booked = sum(r["amount"] for r in rows if r["account"].startswith("house.fees."))
        assert booked > 0
        assert shown.paid.amount_minor == booked
        assert sum(line.amount.amount_minor for line in shown.lines) == booked
        assert shown.of_traded == pytest.approx(Decimal("0.001"), abs=Decimal("0.0003"))
        performance = await report(desk)
        assert performance.fees == shown.paid

    async def test_reversed_order_gives_its_fee_back(self, desk: Desk) -> None:
        done = await desk.execute(await desk.preview())
        assert done.movement_id is not None
        await desk.bank.reverse(done.movement_id)
        shown = await desk.portfolio.fees.of(desk.user_id)
        assert shown.paid.amount_minor == 0
        assert [line.amount.amount_minor < 0 for line in shown.lines] == [False, True]

    async def test_projection_is_yearly_cost_times_her_horizon(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        shown = await desk.portfolio.fees.of(desk.user_id)
        assert shown.horizon_years == 15
        assert shown.yearly_running is not None
        assert shown.projected is not None
        assert shown.projected.amount_minor == 15 * shown.yearly_running.amount_minor
        assert shown.yearly_running_bps is not None
        assert 0 < shown.yearly_running_bps < 40
