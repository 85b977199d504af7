"""Orders with the database in memory, also when every transaction's first attempt aborts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core import decisions
from app.core.ids import new_id
from app.core.sidecar import Sidecar
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import StepUpAction
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market import service as market_module
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.service import MarketService
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio import service as portfolio_module
from app.domains.portfolio.errors import MarketClosedError, PlanTakenError, StalePriceError
from app.domains.portfolio.repository import frontiers
from app.domains.portfolio.service import PortfolioService
from app.domains.portfolio.types import NextAction, OrderPlan, PlanAction, PlanState, StoredFrontier
from tests.factories.ledger import SESSION, SPECS, Bank, build_bank
from tests.factories.models import shipped_store
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

ALL_SPECS = (
    *SPECS,
    *decisions.COLLECTIONS,
    *market_module.COLLECTIONS,
    *portfolio_module.COLLECTIONS,
)


class FakeOnboarding:
    """Everybody is cleared and has the profile the test gives her."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.final = 5

    async def risk_profile(self, user_id: str) -> RiskProfile:
        now = self._clock.now()
        return RiskProfile(
            user_id=user_id,
            version=1,
            score=28,
            band="average",
            tolerance=self.final,
            capacity=10,
            final=self.final,
            items=(),
            limits=(),
            reasons=(),
            do_not_invest=None,
            horizon_years=15,
            rules_version="test",
            made_at=now,
            expires_at=now + timedelta(days=300),
        )

    async def advisable_profile(
        self, user_id: str, *, at: datetime | None = None
    ) -> tuple[RiskProfile, Reason | None]:
        return await self.risk_profile(user_id), None

    async def require_cleared(self, user_id: str) -> None:
        return None

    async def missing_steps(self, user_id: str) -> list[str]:
        return []


@dataclass
class Desk:
    """A person with 1,000 dollars, and the rooms she deals with."""

    bank: Bank
    market: MarketService
    onboarding: FakeOnboarding
    portfolio: PortfolioService
    user_id: str

    async def quote(self) -> None:
        source = await self.market.source()
        history = await self.market.history(source.symbols, end=source.last_day, days=60)
        feed = ReplayFeed(self.market, self.bank.clock)
        await self.market.record_quotes(feed.batch(source, history))

    async def follow(self, calendar: str) -> None:
        """Let the sandbox market keep the hours of an exchange."""
        change = {"$set": {"calendar": calendar}}
        await self.bank.db.update_one("price_sources", {"_id": "simulated"}, change)

    async def preview(self) -> OrderPlan:
        advice = await self.portfolio.recommend(self.user_id, key=new_id())
        return await self.portfolio.orders.accept(self.user_id, advice.recommendation_id)

    async def execute(self, plan: OrderPlan, key: str = "k", grant: str | None = None) -> OrderPlan:
        return await self.portfolio.orders.execute(
            self.user_id, plan.plan_id, session_id=SESSION, key=key, grant=grant
        )

    async def state(self, plan: OrderPlan) -> PlanState:
        return (await self.portfolio.orders.find(self.user_id, plan.plan_id)).state


# The same prices make the same frontier, and it takes a second: one per process is enough.
_BUILT: list[StoredFrontier] = []


@pytest.fixture(params=[False, True], ids=["first attempt commits", "first attempt aborts"])
async def desk(request: pytest.FixtureRequest) -> Desk:
    clock = FakeClock()
    db: Any = FakeDatabase(ALL_SPECS, abort_first=request.param, sidecar=Sidecar(), clock=clock)
    bank = build_bank(db=db, clock=clock)
    market = MarketService(db=db, clock=clock, seed=7)
    onboarding = FakeOnboarding(clock)
    portfolio = PortfolioService(
        db=db,
        clock=clock,
        market=market,
        onboarding=onboarding,
        ledger=bank.ledger,
        models=shipped_store(),
    )
    made = Desk(bank, market, onboarding, portfolio, await bank.person("amina"))
    await market.ensure_simulated()
    await made.quote()
    if not _BUILT:
        await portfolio.rebuild_frontier()
        source = await market.source()
        found = await frontiers.newest(db, source.source_id, source.last_day)
        assert found is not None
        _BUILT.append(found)
    else:
        await frontiers.insert(db, _BUILT[0])
    await bank.deposit("amina", 1_000_00)
    return made


class TestExecute:
    @pytest.mark.row("TL2")
    async def test_fills_once_and_the_books_balance(self, desk: Desk) -> None:
        plan = await desk.preview()
        done = await desk.execute(plan)
        assert done.state is PlanState.FILLED
        assert await desk.execute(plan) == done
        with pytest.raises(PlanTakenError):
            await desk.execute(plan, key="other")
        _, available = await desk.bank.balance("amina")
        assert available == done.cash_after.amount_minor
        assert await desk.bank.problems() == []

    @pytest.mark.row("PA8")
    async def test_closed_market_refuses_and_the_same_plan_fills_when_it_opens(
        self, desk: Desk
    ) -> None:
        desk.bank.clock.advance(5 * 3600 + 25 * 60)  # 14:25, five minutes before New York opens
        await desk.quote()
        await desk.follow("XNYS")
        plan = await desk.preview()
        with pytest.raises(MarketClosedError) as refused:
            await desk.execute(plan)
        assert refused.value.fields["next_open"] == "2026-11-24T14:30:00+00:00"
        assert await desk.state(plan) is PlanState.PREVIEWED
        desk.bank.clock.advance(6 * 60)
        await desk.quote()
        assert (await desk.execute(plan)).state is PlanState.FILLED

    @pytest.mark.row("PA8")
    async def test_calendar_that_ends_trades_nothing(self, desk: Desk) -> None:
        plan = await desk.preview()
        await desk.follow("XNYS")
        desk.bank.clock.advance(10 * 365 * 86_400)
        with pytest.raises(MarketClosedError) as refused:
            await desk.portfolio.orders._holdings.require_open_market()
        assert (refused.value.fields["state"], refused.value.fields["next_open"]) == (
            "unknown",
            None,
        )
        assert await desk.state(plan) is PlanState.PREVIEWED

    async def test_key_of_another_plan_is_refused(self, desk: Desk) -> None:
        await desk.execute(await desk.preview(), key="k")
        await desk.bank.deposit("amina", 500_00)
        second = await desk.preview()
        with pytest.raises(IdempotencyMismatchError):
            await desk.execute(second, key="k")
        assert await desk.state(second) is PlanState.PREVIEWED

    async def test_step_up_leaves_the_plan_to_be_tried_again(self, desk: Desk) -> None:
        desk.bank.scorer.probability = 0.1
        plan = await desk.preview()
        with pytest.raises(StepUpRequiredError) as refused:
            await desk.execute(plan)
        assert await desk.state(plan) is PlanState.PREVIEWED
        assert await desk.bank.balance("amina") == (1_000_00, 1_000_00)
        assert refused.value.fields["params"] == {"reference": plan.plan_id}
        grant = await desk.bank.grant("amina", StepUpAction.ORDER, {"reference": plan.plan_id})
        assert (await desk.execute(plan, grant=grant)).state is PlanState.FILLED

    @pytest.mark.row("TL3")
    @pytest.mark.parametrize("ends", [PlanState.FILLED, PlanState.CANCELLED])
    async def test_held_order_ends_as_the_reviewer_decides(
        self, desk: Desk, ends: PlanState
    ) -> None:
        for _ in range(19):  # so many payments within an hour are looked at by a person
            await desk.bank.deposit("amina", 1_00)
        done = await desk.execute(await desk.preview())
        assert done.state is PlanState.HELD
        assert done.movement_id is not None
        holds = desk.bank.ledger.holds
        if ends is PlanState.FILLED:
            await holds.release(done.movement_id, actor="analyst")
        else:
            await holds.void(done.movement_id, actor="analyst", why="rejected")
        assert await desk.state(done) is ends
        assert await desk.bank.problems() == []

    async def test_stale_price_waits(self, desk: Desk) -> None:
        plan = await desk.preview()
        desk.bank.clock.advance(120)
        with pytest.raises(StalePriceError):
            await desk.execute(plan)
        await desk.quote()
        assert (await desk.execute(plan)).state is PlanState.FILLED


class TestPlanAfterHolding:
    @pytest.mark.row("PA8")
    async def test_deposit_is_invested_without_a_sale(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        await desk.bank.deposit("amina", 300_00)
        plan = await desk.preview()
        assert {order.action.value for order in plan.trades} == {"buy"}
        assert plan.drift_after < plan.drift_before

    async def test_lower_profile_sells_growth_until_the_promise_holds(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        before = await desk.portfolio.portfolio(desk.user_id)
        desk.onboarding.final = 2
        desk.bank.clock.advance(1)
        plan = await desk.preview()
        assert {order.action.value for order in plan.trades} == {"buy", "sell"}
        assert plan.trades[0].action is PlanAction.SELL
        await desk.execute(plan, key="k2")
        after = await desk.portfolio.portfolio(desk.user_id)
        assert before.predicted_volatility is not None
        assert after.predicted_volatility is not None
        assert after.promised_volatility == 0.03
        assert after.predicted_volatility < before.predicted_volatility
        assert after.predicted_volatility <= 0.0301

    async def test_second_run_has_nothing_to_do(self, desk: Desk) -> None:
        await desk.execute(await desk.preview())
        assert (await desk.preview()).trades == ()

    async def test_value_equals_cash_and_positions(self, desk: Desk) -> None:
        done = await desk.execute(await desk.preview())
        found = await desk.portfolio.portfolio(desk.user_id)
        assert found.value is not None
        worth = sum(p.value.amount_minor for p in found.positions if p.value)
        assert found.value.amount_minor == worth + found.cash.amount_minor
        assert found.cash == done.cash_after
        weights = sum(p.weight for p in found.positions if p.weight is not None)
        assert weights + found.cash.to_decimal() / found.value.to_decimal() == pytest.approx(
            Decimal(1), abs=Decimal("0.0001")
        )

    async def test_holding_without_a_price_makes_the_value_unknown_not_zero(
        self, desk: Desk
    ) -> None:
        await desk.execute(await desk.preview())
        await desk.bank.db.delete_many("quotes", {})
        found = await desk.portfolio.portfolio(desk.user_id)
        assert found.value is None
        assert found.positions
        assert {p.value for p in found.positions} == {None}
        assert found.next_action is NextAction.WAIT
