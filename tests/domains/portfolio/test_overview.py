"""The dashboard's answer as things happen: review, halt, old prices, a closed market."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domains.market.types import MarketHours, MarketState
from app.domains.portfolio.alert_types import Alert, AlertCode, DriftVerdict, never_halted
from app.domains.portfolio.service import PortfolioService
from app.domains.portfolio.types import NextAction, PlanState, Portfolio
from app.domains.portfolio.usecases.trading import Trading
from tests.domains.portfolio.test_orders import Desk, desk
from tests.factories.models import shipped_store

__all__ = ["desk"]


async def seen(desk: Desk) -> Portfolio:
    return await desk.portfolio.portfolio(desk.user_id)


def alerts(found: Portfolio) -> dict[AlertCode, Alert]:
    return {alert.code: alert for alert in found.alerts}


def door(desk: Desk, *, halted: bool) -> PortfolioService:
    async def switch() -> bool:
        return halted

    return PortfolioService(
        db=desk.bank.db,
        clock=desk.bank.clock,
        market=desk.market,
        onboarding=desk.onboarding,
        ledger=desk.bank.ledger,
        models=shipped_store(),
        halted=switch,
    )


def parts(found: Portfolio) -> int:
    worth = sum(p.value.amount_minor for p in found.positions if p.value is not None)
    return worth + found.cash.amount_minor + found.reserved.amount_minor


class TestPortfolio:
    @pytest.mark.row("AN1")
    async def test_order_in_review_reserves_money_and_waits(self, desk: Desk) -> None:
        for _ in range(19):  # so many payments within an hour are looked at by a person
            await desk.bank.deposit("amina", 1_00)
        before = await seen(desk)
        done = await desk.execute(await desk.preview())
        assert done.state is PlanState.HELD
        found = await seen(desk)
        assert found.value == before.value
        assert found.value is not None
        assert found.value.amount_minor == parts(found)
        assert found.reserved.amount_minor > 0
        review = alerts(found)[AlertCode.ORDER_IN_REVIEW]
        assert set(review.symbols) == {order.symbol for order in done.trades}
        assert found.next_action is NextAction.WAIT
        assert done.movement_id is not None
        await desk.bank.ledger.holds.release(done.movement_id, actor="analyst")
        after = await seen(desk)
        assert AlertCode.ORDER_IN_REVIEW not in alerts(after)
        assert after.reserved.amount_minor == 0
        assert after.value is not None
        assert after.value.amount_minor == parts(after)

    async def test_mix_on_plan_asks_for_nothing(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        found = await seen(desk)
        assert found.drift_verdict is DriftVerdict.ON_PLAN
        assert found.alerts == ()
        assert found.next_action is NextAction.NONE
        assert found.allocation[-1].symbol is None
        assert not any(line.outside for line in found.allocation)

    async def test_mix_outside_its_bands_is_brought_back(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        quotes = await desk.market.last_quotes()
        heaviest = max((p for p in (await seen(desk)).positions), key=lambda p: p.weight or 0)
        risen = replace(
            quotes[heaviest.symbol],
            price=quotes[heaviest.symbol].price * 3,
            exchange_at=desk.bank.clock.now(),
        )
        await desk.market.record_quotes((risen,))
        found = await seen(desk)
        assert found.drift_verdict is DriftVerdict.OUTSIDE_BANDS
        assert AlertCode.REBALANCE_SUGGESTED in alerts(found)
        assert found.next_action is NextAction.REBALANCE
        (line,) = [line for line in found.allocation if line.symbol == heaviest.symbol]
        assert line.outside
        assert line.weight > line.target

    @pytest.mark.row("MD3")
    async def test_old_prices_keep_the_value_and_say_from_when(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        fresh = await seen(desk)
        desk.bank.clock.advance(7200)
        found = await seen(desk)
        assert found.value == fresh.value
        alert = alerts(found)[AlertCode.PRICES_STALE]
        assert set(alert.symbols) == {p.symbol for p in found.positions}
        assert alert.at == min(p.priced_at for p in found.positions if p.priced_at)

    async def test_halted_trading_is_said_first_and_nothing_is_suggested(self, desk: Desk) -> None:
        await desk.preview()
        assert (await seen(desk)).next_action is NextAction.INVEST
        found = await door(desk, halted=True).portfolio(desk.user_id)
        assert found.alerts[0].code is AlertCode.TRADING_HALTED
        assert found.next_action is NextAction.WAIT
        going_on = await door(desk, halted=False).portfolio(desk.user_id)
        assert going_on.next_action is NextAction.INVEST


class FakeMarket:
    """A market that is in one state."""

    def __init__(self, hours: MarketHours) -> None:
        self._hours = hours

    async def hours(self) -> MarketHours:
        return self._hours


class TestTradingState:
    @pytest.mark.parametrize("state", list(MarketState))
    async def test_trades_only_while_the_market_is_open(self, state: MarketState) -> None:
        opens = None if state is MarketState.OPEN else datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
        market: Any = FakeMarket(MarketHours("XNYS", state, opens, None, None))
        found = await Trading(market=market, halted=never_halted).state()
        assert found.is_open is (state is MarketState.OPEN)
        assert (found.next_open, found.halted) == (opens, False)
