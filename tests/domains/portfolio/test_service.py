"""The frontier job and the advice that waits for it, on the real servers."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.core import outbox
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.domains.market.adapters.price_file import read_price_file
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    NothingToAcceptError,
    PlanExpiredError,
    RecommendationExpiredError,
    RiskProfileExpiredError,
)
from app.domains.portfolio.events import FrontierWanted
from app.domains.portfolio.service import PortfolioService
from app.domains.portfolio.types import AdviceOutcome
from app.services import AppServices
from app.worker.job import JobRunner, Outcome
from app.worker.main import FUNCTIONS
from tests.factories.market import open_market, quote_all
from tests.factories.models import shipped_store
from tests.factories.people import FINANCIAL, PERSONAL, Person, make_cleared
from tests.fakes.clock import FakeClock


async def run_job(services: AppServices) -> Outcome:
    row = outbox.row(
        FrontierWanted("sleeves14"), jobs=(("rebuild_frontier", "slow"),), at=SystemClock().now()
    )
    await services.db.insert_one(outbox.COLLECTION, row)
    runner = JobRunner(FUNCTIONS, services, db=services.db, clock=services.clock, timeout_s=60)
    return (await runner.run("rebuild_frontier", row["_id"])).outcome


async def frontier_count(services: AppServices) -> int:
    return len(await services.db.find_many("frontiers", {}, limit=10))


def door(services: AppServices, clock: FakeClock, models: Path | None = None) -> PortfolioService:
    return PortfolioService(
        db=services.db,
        clock=clock,
        market=services.market,
        onboarding=services.onboarding,
        ledger=services.ledger,
        models=shipped_store(models),
    )


def a_clock(*, ahead: timedelta = timedelta(0)) -> FakeClock:
    return FakeClock(SystemClock().now() + ahead)


class TestRebuildFrontier:
    async def test_running_twice_keeps_one_frontier(self, services: AppServices) -> None:
        await open_market(services, with_frontier=False)
        assert await run_job(services) is Outcome.DONE
        assert await run_job(services) is Outcome.DONE
        assert await frontier_count(services) == 1

    async def test_other_prices_make_another_version(
        self, services: AppServices, tmp_path: Path
    ) -> None:
        await open_market(services)
        source = await services.market.source()
        history = await services.market.history(source.symbols, end=source.last_day, days=600)
        path = tmp_path / "own.csv"
        lines = ["date," + ",".join(history.symbols)]
        for day, row in zip(history.dates, history.prices * 1.01, strict=True):
            lines.append(f"{str(day)[:10]}," + ",".join(f"{price:.6f}" for price in row))
        path.write_text("\n".join(lines) + "\n")
        await services.market.import_prices(
            read_price_file(path, today=services.clock.now().date()), currency="USD", label="own"
        )
        await services.portfolio.rebuild_frontier()
        assert await frontier_count(services) == 2

    async def test_prices_that_lack_an_asset_are_refused_and_the_reason_reaches_the_person(
        self, services: AppServices, tmp_path: Path
    ) -> None:
        person = await make_cleared(services)
        path = tmp_path / "short.csv"
        days = [f"2024-01-{day:02d},100.{day}" for day in range(2, 31)]
        path.write_text("date,VTI\n" + "\n".join(days) + "\n")
        await services.market.import_prices(
            read_price_file(path, today=services.clock.now().date()), currency="USD", label="short"
        )
        assert await run_job(services) is Outcome.DEAD
        with pytest.raises(AdviceUnavailableError, match="lack an asset"):
            await services.portfolio.recommend(person.user_id, key=new_id())

    async def test_altered_model_gives_no_advice(
        self, services: AppServices, tmp_path: Path
    ) -> None:
        person = await make_cleared(services)
        await open_market(services, with_frontier=False)
        folder = tmp_path / "volatility" / "v1"
        folder.mkdir(parents=True)
        (tmp_path / "volatility" / "CURRENT").write_text("v1\n")
        (folder / "manifest.json").write_text("{}")
        broken = door(services, a_clock(), tmp_path)
        assert await run_job(replace(services, portfolio=broken)) is Outcome.RETRY
        with pytest.raises(AdviceUnavailableError, match="the manifest of v1"):
            await broken.recommend(person.user_id, key=new_id())
        assert await frontier_count(services) == 0

    async def test_unknown_universe_is_a_programmers_mistake(self, services: AppServices) -> None:
        with pytest.raises(AssertionError, match="unknown universe"):
            await services.portfolio.rebuild_frontier("elsewhere")


class TestRecommend:
    @pytest.fixture
    async def person(self, services: AppServices) -> Person:
        await open_market(services)
        return await make_cleared(services)

    @pytest.mark.row("RS8")
    async def test_expensive_debt_without_reserve_gets_advice_to_wait_and_no_product(
        self, services: AppServices, person: Person
    ) -> None:
        profiles = services.onboarding.profiles
        strained = replace(
            FINANCIAL,
            highest_debt_rate_bps=2500,
            liquid_reserve=replace(FINANCIAL.liquid_reserve, amount_minor=0),
            monthly_debt_payment=replace(FINANCIAL.liquid_reserve, amount_minor=300_00),
        )
        await profiles.save_facts(person.user_id, personal=PERSONAL, financial=strained)
        await profiles.make(person.user_id)
        advice = await services.portfolio.recommend(person.user_id, key="k")
        assert advice.outcome is AdviceOutcome.WAIT
        assert advice.mix is None
        assert advice.reasons
        with pytest.raises(NothingToAcceptError):
            await services.portfolio.orders.accept(person.user_id, advice.recommendation_id)

    @pytest.mark.row("RS2")
    async def test_no_profile_is_ever_raised_above_what_rules_allow(
        self, services: AppServices, person: Person
    ) -> None:
        profile = await services.onboarding.risk_profile(person.user_id)
        advice = await services.portfolio.recommend(person.user_id, key="k")
        assert advice.profile == min(profile.tolerance, profile.capacity)
        assert advice.profile_reference == profile.reference

    async def test_expired_profile_gives_no_advice(
        self, services: AppServices, person: Person
    ) -> None:
        late = door(services, a_clock(ahead=timedelta(days=800)))
        with pytest.raises(RiskProfileExpiredError):
            await late.recommend(person.user_id, key="k")

    async def test_members_that_disagree_too_much_give_no_advice(
        self, services: AppServices, person: Person
    ) -> None:
        await services.db.update_many("frontiers", {}, {"$set": {"disagreement": 0.9}})
        with pytest.raises(AdviceUnavailableError, match="disagree"):
            await services.portfolio.recommend(person.user_id, key="k")

    async def test_a_day_later_the_advice_cannot_be_accepted(
        self, services: AppServices, person: Person
    ) -> None:
        advice = await services.portfolio.recommend(person.user_id, key="k")
        late = door(services, a_clock(ahead=timedelta(days=1, seconds=1)))
        with pytest.raises(RecommendationExpiredError):
            await late.orders.accept(person.user_id, advice.recommendation_id)

    async def test_preview_is_good_for_fifteen_minutes(
        self, services: AppServices, person: Person
    ) -> None:
        await quote_all(services)
        advice = await services.portfolio.recommend(person.user_id, key="k")
        plan = await services.portfolio.orders.accept(person.user_id, advice.recommendation_id)
        late = door(services, a_clock(ahead=timedelta(minutes=16)))
        with pytest.raises(PlanExpiredError):
            await late.orders.execute(
                person.user_id, plan.plan_id, session_id="s", key="k", grant=None
            )
