"""The feed role: fills the market, keeps quotes fresh, waits for a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.core.errors import UnavailableError
from app.domains.market.service import COLLECTIONS, MarketService
from app.worker import feed as role
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 24, 23, 59, 50, tzinfo=UTC))


class FlakyDatabase(FakeDatabase):
    """Refuses its first reads, as a database that is still starting does."""

    refusals = 2

    async def find_one(self, collection: str, query: Any, *, projection: Any = None) -> Any:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError
        return await super().find_one(collection, query, projection=projection)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - the feed has nobody to tell
            await asyncio.sleep(0.01)


@pytest.mark.row("MD1")
class TestFeed:
    async def test_quotes_come_and_a_new_day_joins_the_history(self, clock: FakeClock) -> None:
        db = FakeDatabase(COLLECTIONS, clock=clock)
        market = MarketService(db=db, clock=clock, seed=7)
        task = asyncio.create_task(role.feed(market, clock, interval_s=0.01))

        async def quoted() -> bool:
            return bool(db.rows("quotes"))

        async def next_day() -> bool:
            return (await market.source()).last_day == date(2026, 11, 24)

        try:
            await until(quoted)
            assert (await market.last_quotes())["VTI"].market_date == date(2026, 11, 24)
            assert "USD" in await market.rates.currencies(), "rates are there without a network"
            clock.advance(20)
            await until(next_day)
        finally:
            task.cancel()
        assert [event.day for event in db.published] == ["2026-11-23", "2026-11-24"]

    async def test_database_that_is_away_is_waited_for(self, clock: FakeClock) -> None:
        db = FlakyDatabase(COLLECTIONS, clock=clock)
        market = MarketService(db=db, clock=clock, seed=7)
        task = asyncio.create_task(role.feed(market, clock, interval_s=0.01, retry_s=0.01))

        async def quoted() -> bool:
            return bool(db.rows("quotes"))

        try:
            await until(quoted)
        finally:
            task.cancel()
        assert db.refusals == 0
