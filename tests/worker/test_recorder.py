"""The consumer group over a real Redis: recorded then confirmed, resumed after a crash, bounded."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.redis import slow_redis
from app.domains.market.adapters import tick_stream
from app.domains.market.adapters.tick_stream import FIELD, GROUP, TickStream
from app.domains.market.feed_types import Judgement, Suspect, Tick
from app.domains.market.repository import quotes as stored
from app.domains.market.service import MarketService
from app.domains.market.types import Quote
from app.worker.live_feed import HandOver
from app.worker.recorder import Recorder
from app.worker.stopping import stopped
from tests.fakes.clock import FakeClock

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LABEL = "fake:import-1"
KEY = "test:ticks"


def quote(symbol: str, price: object, second: int) -> Quote:
    at = AT + timedelta(seconds=second)
    return Quote(symbol, Decimal(str(price)), "USD", LABEL, at.date(), at, at)


@pytest.fixture
async def client(embedded_redis_url: str) -> AsyncIterator[object]:
    client = slow_redis(embedded_redis_url)
    await client.delete(KEY)
    yield client
    await client.delete(KEY)
    await client.aclose()


@pytest.fixture
def stream(client) -> TickStream:
    return TickStream(client, key=KEY)


@pytest.fixture
def market(db: Database) -> MarketService:
    return MarketService(db=db, clock=FakeClock(AT), seed=7, feed="fake")


def recorder(market: MarketService, stream: TickStream, name: str = "one") -> Recorder:
    return Recorder(market, stream, SystemClock(), consumer=name, retry_s=0.01)


async def recorded(db: Database, work: Recorder, **prices: str) -> None:
    """Run a recorder until the database shows these prices and nothing is unconfirmed."""
    task = asyncio.create_task(work.run())
    try:
        async with asyncio.timeout(20):
            while True:
                found = await stored.read(db, LABEL)
                done = {symbol: str(found[symbol].price) for symbol in prices if symbol in found}
                if done == prices and await work._stream.behind() == 0:
                    return
                await asyncio.sleep(0.01)
    finally:
        await stopped(task)


@pytest.mark.row("MD2")
class TestRecorder:
    async def test_quotes_are_recorded_newest_of_each_symbol(self, db, market, stream) -> None:
        await stream.add(tuple(quote("AAA", 100 + n, n) for n in range(50)))
        await stream.add((quote("BRK.B", 7, 1),))
        await recorded(db, recorder(market, stream), **{"AAA": "149", "BRK.B": "7"})

    async def test_killed_before_it_confirmed_it_goes_on_where_it_was(
        self, db, market, stream
    ) -> None:
        await stream.add((quote("AAA", 100, 0), quote("BBB", 5, 0)))
        await stream.join()
        assert len(await stream.fresh("one")) == 2  # read, and then the process is killed
        await stream.add((quote("AAA", 101, 1),))
        await recorded(db, recorder(market, stream), AAA="101", BBB="5")

    async def test_killed_for_good_another_one_takes_over(self, db, market, stream) -> None:
        await stream.add((quote("AAA", 100, 0),))
        await stream.join()
        await stream.fresh("dead")
        assert await stream.behind() == 1
        entries = await stream.abandoned("other", idle_ms=0)
        await recorder(market, stream, "other")._record(entries)
        assert (await stored.read(db, LABEL))["AAA"].price == 100
        assert await stream.behind() == 0

    async def test_recorded_twice_is_recorded_once_and_older_never_wins(
        self, db, market, stream
    ) -> None:
        await market.record_newer((quote("AAA", 105, 9),))
        assert await market.record_newer((quote("AAA", 105, 9), quote("BBB", 1, 0))) == (
            quote("BBB", 1, 0),
        )
        await stream.add((quote("AAA", 100, 1),))
        await recorded(db, recorder(market, stream), AAA="105", BBB="1")

    async def test_what_cannot_be_read_is_counted_and_confirmed(
        self, db, market, stream, client
    ) -> None:
        for data in (b"", b"[]", b'["AAA","NaN","USD","x","2026-11-24","t","t"]', b"\xff"):
            await client.xadd(KEY, {FIELD: data})
        await client.xadd(KEY, {b"other": b"1"})
        await stream.add((quote("AAA", 100, 1),))
        work = recorder(market, stream)
        await recorded(db, work, AAA="100")
        assert work.unreadable == 5

    async def test_a_stream_that_is_emptied_under_it_is_joined_again(
        self, db, market, stream, client
    ) -> None:
        work = recorder(market, stream)
        task = asyncio.create_task(work.run())
        async with asyncio.timeout(20):
            # Redis is asked: it has no event to wait for.
            while not await client.exists(KEY):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await client.delete(KEY)
        await stream.add((quote("AAA", 100, 1),))
        async with asyncio.timeout(20):
            # Redis is asked: it has no event to wait for.
            while "AAA" not in await stored.read(db, LABEL):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await stopped(task)

    async def test_unconfirmed_entries_that_the_bound_cut_do_not_stop_it(
        self, db, market, stream, client
    ) -> None:
        await stream.join()
        await stream.add((quote("AAA", 100, 1), quote("AAA", 101, 2)))
        await stream.fresh("one")
        await client.xtrim(KEY, maxlen=0, approximate=False)
        await stream.add((quote("AAA", 102, 3),))
        await recorded(db, recorder(market, stream), AAA="102")

    async def test_a_written_quote_is_read_back_as_it_was(self, stream) -> None:
        original = replace(quote("AAA", "0.000001234", 1), received_at=AT)
        await stream.add((original,))
        ((_, found),) = await stream.tail("0-0")
        assert found == original


@pytest.mark.row("MD2")
class TestHandOver:
    async def test_a_recorder_far_behind_is_waited_for_and_nothing_unread_is_cut(
        self, market, stream, client, monkeypatch
    ) -> None:
        await stream.join()
        hand_over = HandOver(market, stream)
        batch = tuple(quote("AAA", 100, n) for n in range(1000))
        taken = 0
        while await hand_over.live(batch):
            taken += 1
        assert taken * 1000 <= tick_stream.MAX_BEHIND + 1000
        assert await client.xlen(KEY) == taken * 1000 <= tick_stream.MAX_ENTRIES
        while entries := await stream.fresh("one", block_ms=1):
            await stream.confirm([entry_id for entry_id, _ in entries])
        assert await hand_over.live(batch)

    async def test_the_stream_is_bounded(self, stream, client) -> None:
        for _ in range(25):
            await stream.add(tuple(quote("AAA", 100, n) for n in range(1000)))
        # Cut in whole nodes of a hundred entries or so.
        assert await client.xlen(KEY) < tick_stream.MAX_ENTRIES + 1000
        assert GROUP not in str(await client.xinfo_groups(KEY))

    async def test_without_redis_quotes_go_straight_into_the_database(self, db, market) -> None:
        away = TickStream(slow_redis("redis://127.0.0.1:1/0"))
        hand_over = HandOver(market, away)
        assert await hand_over.live((quote("AAA", 100, 1),))
        await hand_over.replayed((quote("BBB", 5, 1),))
        assert set(await stored.read(db, LABEL)) == {"AAA", "BBB"}
        assert hand_over.direct == 1


@pytest.mark.row("MD3")
async def test_suspects_are_kept_with_any_number_they_came_with(market: MarketService) -> None:
    reasons = {"NaN": Judgement.NOT_A_PRICE, "1e400": Judgement.NOT_A_PRICE, "9": Judgement.OUTLIER}
    suspects = tuple(
        Suspect(Tick("AAA", Decimal(price), "USD", "fake", AT, AT), reason)
        for price, reason in reasons.items()
    )
    await market.keep_suspects(suspects)
    await market.keep_suspects(())
    found = await market.suspects()
    assert sorted((str(s.tick.price), s.reason) for s in found) == sorted(
        (str(s.tick.price), s.reason) for s in suspects
    )
    assert len(await market.suspects(limit=2)) == 2
