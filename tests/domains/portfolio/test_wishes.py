"""A person's own limits: kept when they can hold, named when not, kept by every plan."""

from decimal import Decimal

import pytest

from app.core import decisions
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    PlanExpiredError,
    UnknownInstrumentError,
    WishesConflictError,
)
from app.domains.portfolio.rebalance_types import RunState
from app.domains.portfolio.rules import wished_orders
from app.domains.portfolio.rules.integer_model import SolverError
from app.domains.portfolio.types import PlanAction, PlanState
from app.domains.portfolio.wish_types import Limit, Wishes, from_document
from tests.domains.portfolio.test_orders import Desk, desk
from tests.domains.portfolio.test_rebalancing_runs import invested, move_price, preview

__all__ = ["desk"]
pytestmark = pytest.mark.row("PA5")

NO_GOLD = Wishes(limits=(Limit("GLD", at_most=Decimal(0)),))


async def wish(desk: Desk, wishes: Wishes) -> None:
    await desk.portfolio.wishes.put(desk.user_id, wishes)


class TestKept:
    async def test_by_default_there_are_none(self, desk: Desk) -> None:
        assert await desk.portfolio.wishes.of(desk.user_id) == Wishes()

    async def test_the_same_again_changes_nothing(self, desk: Desk) -> None:
        await wish(desk, NO_GOLD)
        desk.bank.clock.advance(60)
        await wish(desk, NO_GOLD)
        kept = await desk.portfolio.wishes.of(desk.user_id)
        assert kept == NO_GOLD
        assert (desk.bank.clock.now() - kept.changed_at).total_seconds() == 60

    async def test_unknown_instrument_is_refused_by_name(self, desk: Desk) -> None:
        with pytest.raises(UnknownInstrumentError, match="DOGE"):
            await wish(desk, Wishes(limits=(Limit("DOGE", at_most=Decimal(0)),)))

    async def test_a_clash_with_her_promise_is_refused_and_nothing_is_kept(
        self, desk: Desk
    ) -> None:
        await desk.preview()
        with pytest.raises(WishesConflictError) as refused:
            await wish(desk, Wishes(limits=(Limit("EEM", at_least=Decimal("0.9")),)))
        assert refused.value.fields["conflict"][0]["kind"] == "at_least"
        assert Decimal(refused.value.fields["nearest"][0]["to"]) < Decimal("0.9")
        assert await desk.portfolio.wishes.of(desk.user_id) == Wishes()


class TestApplied:
    async def test_what_is_excluded_is_not_bought(self, desk: Desk) -> None:
        await wish(desk, NO_GOLD)
        plan = await desk.preview()
        bought = {order.symbol for order in plan.trades}
        assert bought
        assert "GLD" not in bought
        assert (await desk.execute(plan)).state is PlanState.FILLED

    async def test_the_dashboard_measures_drift_against_her_own_mix(self, desk: Desk) -> None:
        await wish(desk, NO_GOLD)
        await desk.execute(await desk.preview())
        found = await desk.portfolio.portfolio(desk.user_id)
        assert all(line.symbol != "GLD" for line in found.allocation)
        assert found.drift is not None
        assert found.drift < Decimal("0.01")

    async def test_a_preview_without_the_limit_can_not_be_ordered_any_more(
        self, desk: Desk
    ) -> None:
        plan = await desk.preview()
        await wish(desk, NO_GOLD)
        with pytest.raises(PlanExpiredError):
            await desk.execute(plan)

    async def test_whole_shares_stay_whole_through_to_the_books(self, desk: Desk) -> None:
        await desk.bank.deposit("amina", 20_000_00)
        await wish(desk, Wishes(whole_shares=True))
        plan = await desk.preview()
        assert plan.trades
        # The price rises between preview and order: what no longer fits falls by whole shares.
        await move_price(desk, plan.trades[0].symbol, "1.04")
        done = await desk.execute(plan)
        assert done.state is PlanState.FILLED
        assert all(order.quantity == int(order.quantity) for order in done.trades)
        assert await desk.bank.problems() == []

    async def test_rebalancing_sells_what_she_excludes_and_seals_the_limits(
        self, desk: Desk
    ) -> None:
        await invested(desk)
        held = await desk.portfolio.portfolio(desk.user_id)
        symbol = max(held.positions, key=lambda p: p.weight or 0).symbol
        wished = Wishes(limits=(Limit(symbol, at_most=Decimal(0)),))
        await wish(desk, wished)
        desk.bank.clock.advance(8 * 86_400)
        await desk.quote()
        run = await preview(desk)
        assert run.plan is not None
        line = next(order for order in run.plan.orders if order.symbol == symbol)
        assert line.action is PlanAction.SELL
        record = await decisions.load(desk.bank.db, run.run_id)
        assert record is not None
        assert from_document(record.inputs["wishes"]) == wished

    async def test_turnover_limit_stops_a_run_short(self, desk: Desk) -> None:
        await invested(desk)
        await move_price(desk, "VTI", "1.6")
        await wish(desk, Wishes(most_turnover=Decimal("0.02")))
        run = await preview(desk)
        assert run.plan is not None
        traded = sum(order.amount.to_decimal() for order in run.plan.trades)
        held = await desk.portfolio.portfolio(desk.user_id)
        assert held.value is not None
        assert 0 < traded <= Decimal("0.04") * held.value.to_decimal()

    async def test_limits_that_clash_with_a_later_profile_make_the_run_wait(
        self, desk: Desk
    ) -> None:
        await wish(desk, Wishes(limits=(Limit("EEM", at_least=Decimal("0.9")),)))
        run = await preview(desk)
        assert (run.state, run.notes[0].code) == (RunState.WAITS, "wishes_conflict")

    async def test_without_an_answer_of_the_solver_nothing_is_traded(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unsolved(*_: object) -> None:
            raise SolverError("no answer in time")

        await wish(desk, Wishes(whole_shares=True))
        monkeypatch.setattr(wished_orders, "propose", unsolved)
        run = await preview(desk)
        assert (run.state, run.notes[0].code) == (RunState.WAITS, "no_plan")
        with pytest.raises(AdviceUnavailableError, match="no plan"):
            await desk.preview()
