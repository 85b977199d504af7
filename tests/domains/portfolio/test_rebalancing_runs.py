"""Runs of rebalancing with the database in memory: once, sealed, waiting when they must."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.core import decisions
from app.core.money import Money
from app.domains.portfolio.rebalance_types import Rebalance, RunState, Trigger
from app.domains.portfolio.repository import rebalances
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.rules.rebalancing import Limits, propose
from app.domains.portfolio.types import PlanAction, PlanState
from app.domains.portfolio.usecases.automatic import Automatic
from tests.domains.portfolio.test_orders import Desk, desk
from tests.domains.portfolio.test_performance import pass_days, trade

__all__ = ["desk"]
pytestmark = pytest.mark.row("PA8")


async def preview(desk: Desk) -> Rebalance:
    return await desk.portfolio.rebalancing.preview(desk.user_id)


async def move_price(desk: Desk, symbol: str, factor: str) -> None:
    quote = (await desk.market.last_quotes())[symbol]
    moved = (quote.price * Decimal(factor)).quantize(Decimal("0.0001"))
    await desk.market.record_quotes((replace(quote, price=moved),))


async def invested(desk: Desk) -> None:
    """She holds what was advised, for so long that the last sale is no matter."""
    await desk.execute(await desk.preview())


class TestPreview:
    async def test_deposit_is_invested_without_a_sale_and_drift_falls(self, desk: Desk) -> None:
        await invested(desk)
        await desk.bank.deposit("amina", 300_00)
        run = await preview(desk)
        assert run.plan is not None
        assert (run.state, run.triggers) == (RunState.PREVIEWED, (Trigger.CASH,))
        assert {order.action for order in run.plan.trades} == {PlanAction.BUY}
        assert run.plan.drift_after < run.plan.drift_before
        assert all(order.reason.sentence for order in run.plan.orders)

    async def test_moved_price_is_brought_back_by_the_existing_order_path(self, desk: Desk) -> None:
        await invested(desk)
        await move_price(desk, "VTI", "1.6")
        run = await preview(desk)
        assert run.plan is not None
        assert run.triggers
        assert {order.action for order in run.plan.trades} == {PlanAction.BUY, PlanAction.SELL}
        done = await desk.execute(run.plan, key="k2")
        assert done.state is PlanState.FILLED
        assert await desk.bank.problems() == []
        again = await preview(desk)
        assert again.plan is not None
        assert (again.state, again.plan.trades) == (RunState.NOTHING, ())

    async def test_two_triggers_at_once_are_one_run(self, desk: Desk) -> None:
        await invested(desk)
        await desk.bank.deposit("amina", 300_00)
        first, second = await asyncio.gather(preview(desk), preview(desk))
        assert first.run_id == second.run_id
        runs = await desk.bank.db.find_many("rebalance_runs", {}, limit=10)
        assert len(runs) == 1

    async def test_run_is_a_sealed_record_that_gives_the_same_orders_again(
        self, desk: Desk
    ) -> None:
        await invested(desk)
        await desk.bank.deposit("amina", 300_00)
        run = await preview(desk)
        record = await decisions.load(desk.bank.db, run.run_id)
        assert record is not None
        assert (record.kind, record.hash()) == ("rebalance", run.record_hash)
        assert any(entry == f"decision:{run.run_id}" for entry, _ in desk.bank.db.sealed)
        assert {"recommendation", "frontier", "rebalancing_rules"} <= set(record.versions)
        given = record.inputs
        book = Book(
            cash=Money(given["cash_minor"], given["currency"]),
            quantities={s: Decimal(q) for s, q in given["quantities"].items()},
            prices={s: Decimal(p) for s, p in given["prices"].items()},
            targets={s: Decimal(w) for s, w in given["targets"].items()},
        )
        limits = Limits(
            may_sell=given["may_sell"],
            volatility_outside=given["volatility_outside"],
            untradable=frozenset(given["untradable"]),
            no_buy=frozenset(given["no_buy"]),
        )
        assert run.plan is not None
        assert propose(book, limits).orders == run.plan.orders

    async def test_stale_price_waits_and_recovers(self, desk: Desk) -> None:
        await invested(desk)
        await desk.bank.deposit("amina", 300_00)
        desk.bank.clock.advance(120)
        run = await preview(desk)
        assert (run.state, run.plan) == (RunState.WAITS, None)
        assert run.notes[0].code == "stale_price"
        await desk.quote()
        assert (await preview(desk)).state is RunState.PREVIEWED

    @pytest.mark.parametrize(
        ("hours", "opens"),
        [(4 * 24, "2026-11-30 at 14:30 UTC"), (2 * 24 + 6, "2026-11-27 at 14:30 UTC")],
        ids=["Saturday", "Thanksgiving"],
    )
    async def test_closed_exchange_waits_and_says_until_when(
        self, desk: Desk, hours: int, opens: str
    ) -> None:
        await invested(desk)  # on a Tuesday at nine
        await desk.follow("XNYS")
        desk.bank.clock.advance(hours * 3600)
        run = await preview(desk)
        assert (run.state, run.notes[0].code) == (RunState.WAITS, "market_closed")
        assert opens in run.notes[0].sentence

    async def test_holding_that_cannot_be_traded_needs_adjustment(self, desk: Desk) -> None:
        await invested(desk)
        await desk.bank.db.update_one(
            "accounts", {"_id": f"{desk.user_id}.VTI"}, {"$set": {"unit": "OLD"}}
        )
        run = await preview(desk)
        assert run.plan is not None
        lines = {order.symbol: order for order in run.plan.orders}
        assert lines["OLD"].reason.code == "needs_adjustment"
        assert lines["OLD"].action is PlanAction.SKIP

    async def test_after_a_sale_only_cash_is_invested_for_a_week(self, desk: Desk) -> None:
        await invested(desk)
        await trade(desk, "EFA", -10_000)
        await move_price(desk, "VNQ", "1.9")
        run = await preview(desk)
        assert run.plan is not None
        if Trigger.VOLATILITY not in run.triggers:
            assert PlanAction.SELL not in {order.action for order in run.plan.trades}
            assert [note.code for note in run.notes] == ["cooling_down"]

    async def test_sold_at_a_loss_is_not_bought_within_thirty_days(self, desk: Desk) -> None:
        await invested(desk)
        await move_price(desk, "AGG", "0.9")
        held = {h.symbol: h.quantity for h in await desk.bank.ledger.books.holdings(desk.user_id)}
        await trade(desk, "AGG", -int(held["AGG"] * 1_000_000))
        run = await preview(desk)
        assert run.plan is not None
        lines = {order.symbol: order for order in run.plan.orders}
        assert lines["AGG"].action is PlanAction.SKIP
        assert lines["AGG"].reason.code == "wash_sale"
        await pass_days(desk, 31)
        await desk.portfolio.rebuild_frontier()
        later = await preview(desk)
        assert later.plan is not None
        lines = {order.symbol: order for order in later.plan.orders}
        assert lines["AGG"].action is PlanAction.BUY


class TestAutomatic:
    async def test_nobody_is_rebalanced_who_did_not_ask(self, desk: Desk) -> None:
        assert (await desk.portfolio.automatic.settings(desk.user_id)).automatic is False
        assert await desk.portfolio.automatic.run_due() == 0

    async def test_due_run_is_executed_once_a_day(self, desk: Desk) -> None:
        await desk.portfolio.automatic.switch(desk.user_id, automatic=True)
        made = await asyncio.gather(*(desk.portfolio.automatic.run_due() for _ in range(3)))
        assert sum(made) == 1
        (run,) = await desk.portfolio.automatic.runs(desk.user_id)
        assert (run.state, run.automatic) == (RunState.FILLED, True)
        assert await desk.bank.problems() == []
        assert await desk.portfolio.automatic.run_due() == 0
        orders = await desk.bank.db.find_many("journal", {"kind": "order"}, limit=10)
        assert len(orders) == 1

    async def test_second_day_has_nothing_to_do(self, desk: Desk) -> None:
        await desk.portfolio.automatic.switch(desk.user_id, automatic=True)
        await desk.portfolio.automatic.run_due()
        desk.bank.clock.advance(86_401)
        now = desk.bank.clock.now()
        await desk.market.record_quotes(
            tuple(
                replace(quote, received_at=now, exchange_at=now)
                for quote in (await desk.market.last_quotes()).values()
            )
        )
        assert await desk.portfolio.automatic.run_due() == 1
        newest = (await desk.portfolio.automatic.runs(desk.user_id))[0]
        assert newest.state is RunState.NOTHING

    async def test_fresh_code_is_not_skipped_but_waited_for(self, desk: Desk) -> None:
        desk.bank.scorer.probability = 0.1
        await desk.portfolio.automatic.switch(desk.user_id, automatic=True)
        await desk.portfolio.automatic.run_due()
        (run,) = await desk.portfolio.automatic.runs(desk.user_id)
        assert run.state is RunState.NEEDS_YOU
        assert await desk.bank.db.find_many("journal", {"kind": "order"}, limit=10) == []

    async def test_stale_price_is_tried_again_in_a_quarter_of_an_hour(self, desk: Desk) -> None:
        await desk.portfolio.automatic.switch(desk.user_id, automatic=True)
        desk.bank.clock.advance(120)
        assert await desk.portfolio.automatic.run_due() == 1
        assert await desk.portfolio.automatic.runs(desk.user_id) == []
        desk.bank.clock.advance(901)
        await desk.quote()
        assert await desk.portfolio.automatic.run_due() == 1
        assert len(await desk.portfolio.automatic.runs(desk.user_id)) == 1

    async def test_switched_off_is_left_alone(self, desk: Desk) -> None:
        await desk.portfolio.automatic.switch(desk.user_id, automatic=True)
        await desk.portfolio.automatic.switch(desk.user_id, automatic=False)
        assert await desk.portfolio.automatic.run_due() == 0

    @pytest.mark.parametrize("killed_in", ["preview", "execute", "finish"])
    async def test_killed_run_goes_on_at_the_next_minute_and_orders_once(
        self, desk: Desk, killed_in: str
    ) -> None:
        automatic = desk.portfolio.automatic
        await automatic.switch(desk.user_id, automatic=True)
        killed = _Killed(automatic, killed_in)
        with pytest.raises(asyncio.CancelledError):
            await killed.run_due()
        assert await automatic.run_due() == 0  # the dead one's claim still stands
        desk.bank.clock.advance(60)
        await desk.quote()
        assert await automatic.run_due() == 1
        orders = await desk.bank.db.find_many("journal", {"kind": "order"}, limit=10)
        assert len(orders) == 1
        assert await desk.bank.problems() == []
        assert (await automatic.settings(desk.user_id)).next_at == (
            desk.bank.clock.now() + timedelta(days=1)
        )


class _Killed(Automatic):
    """The same work over the same books, dying right after one of its three steps."""

    def __init__(self, real: Automatic, after: str) -> None:
        super().__init__(
            db=real._db,
            clock=real._clock,
            rebalancing=real._rebalancing,
            ordering=real._ordering,
        )
        self._after = after

    async def run(self, user_id: str) -> Rebalance:
        run = await self._rebalancing.preview(user_id, automatic=True)
        if self._after != "preview":
            run = await self._execute(run)
        if self._after == "finish":
            await rebalances.finish(self._db, run)
        raise asyncio.CancelledError
