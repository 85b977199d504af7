"""The feed role with a provider: from its socket to what is served, through Redis and MongoDB."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.db import Database
from app.core.redis import slow_redis
from app.domains.market.adapters.choice import require_usable
from app.domains.market.adapters.price_file import read_price_file
from app.domains.market.adapters.tick_stream import TickStream
from app.domains.market.service import MarketService
from app.domains.market.types import ImportChoice, Quote
from app.worker import feed as role
from app.worker.live_feed import HandOver, LiveFeed
from app.worker.recorder import Recorder
from app.worker.stopping import stopped
from tests.fakes.feeds.provider import running
from tests.fakes.feeds.providers import KEY, SECRET, FakeAlpaca

CSV = "date,AAA,BBB\n2019-12-30,10.5,20.1\n2019-12-31,10.4,20.2\n"
STREAM = "test:live"


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(30):
        while not (found := await condition()):  # noqa: ASYNC110 - nobody to tell us
            await asyncio.sleep(0.01)
        return found


async def import_prices(market: MarketService, folder: Path, text: str = CSV) -> str:
    path = folder / "prices.csv"
    path.write_text(text)
    checked = read_price_file(path, today=date(2026, 11, 24))
    # Whatever the hour of the test, the provider's market is open.
    always = ImportChoice("24/7")
    source = await market.import_prices(checked, currency="USD", label="Imported", choice=always)
    return source.source_id


@pytest.fixture
async def stream(embedded_redis_url: str) -> AsyncIterator[TickStream]:
    client = slow_redis(embedded_redis_url)
    await client.delete(STREAM)
    yield TickStream(client, key=STREAM)
    await client.delete(STREAM)
    await client.aclose()


@pytest.fixture
def market(db: Database) -> MarketService:
    return MarketService(db=db, clock=SystemClock(), seed=7, feed="alpaca")


class Role:
    """The tasks of the role, as `_run` composes them."""

    def __init__(
        self, market: MarketService, stream: TickStream, fake: FakeAlpaca, key: str = KEY
    ) -> None:
        settings = Settings(
            feed="alpaca",
            feed_key=SecretStr(key),
            feed_secret=SecretStr(SECRET),
            feed_stream_url=fake.stream_url,
            feed_rest_url=fake.rest_url,
        )
        clock = SystemClock()
        hand_over = HandOver(market, stream)
        self.live = LiveFeed(
            settings, market, clock, hand_over=hand_over, chance=lambda: 0.0, look_s=0.02
        )
        work = role.feed(
            market, clock, interval_s=0.01, retry_s=0.01, hand_over=hand_over, live=self.live
        )
        recorder = Recorder(market, stream, clock, consumer="test", retry_s=0.01)
        self.tasks = [asyncio.create_task(work), asyncio.create_task(recorder.run())]

    async def stop(self) -> None:
        await stopped(*self.tasks)


@pytest.mark.row("MD1", "MD2")
class TestLiveFeed:
    async def test_a_trade_at_the_provider_is_served_and_grows_stale_by_its_own_time(
        self, market: MarketService, stream: TickStream, tmp_path: Path
    ) -> None:
        source_id = await import_prices(market, tmp_path)
        fake = FakeAlpaca()
        async with running(fake):
            work = Role(market, stream, fake)
            try:
                now = datetime.now(UTC)
                await fake.push(fake.trade("AAA", 10.25, now))
                await fake.push(fake.trade("BBB", 20.5, now - timedelta(hours=2)))

                async def both() -> dict[str, Quote] | None:
                    found = await market.last_quotes()
                    return found if len(found) == 2 else None

                found = await until(both)
            finally:
                await work.stop()
        assert found["AAA"].price == Decimal("10.25")
        assert found["AAA"].source == f"alpaca:{source_id}"
        assert (found["AAA"].stale, found["BBB"].stale) == (False, True)
        assert fake.subscribed == [{"AAA", "BBB"}]

    async def test_a_wrong_key_is_tried_once_and_last_prices_stay(
        self, market: MarketService, stream: TickStream, tmp_path: Path, capsys: Any
    ) -> None:
        source_id = await import_prices(market, tmp_path)
        at = datetime(2026, 11, 24, 9, tzinfo=UTC)
        last = Quote("AAA", Decimal(10), "USD", f"alpaca:{source_id}", at.date(), at, at)
        await market.record_newer((last,))
        fake = FakeAlpaca()
        async with running(fake):
            work = Role(market, stream, fake, key="wrong")
            try:

                async def refused() -> bool:
                    # Commands that ran earlier in this process send log lines to the other one.
                    return "feed_refused" in "".join(capsys.readouterr())

                await until(refused)
                await asyncio.sleep(0.2)
            finally:
                await work.stop()
        assert fake.connections == 1
        found = await market.last_quotes()
        assert (found["AAA"].price, found["AAA"].stale) == (Decimal(10), True)

    async def test_another_source_is_followed_with_its_own_symbols(
        self, market: MarketService, stream: TickStream, tmp_path: Path
    ) -> None:
        await import_prices(market, tmp_path)
        fake = FakeAlpaca()
        async with running(fake):
            work = Role(market, stream, fake)
            try:
                await fake.subscribed_again(1)
                other = CSV.replace("BBB", "CCC")
                await import_prices(market, tmp_path, other)
                await fake.subscribed_again(2)
            finally:
                await work.stop()
        assert fake.subscribed == [{"AAA", "BBB"}, {"AAA", "CCC"}]

    async def test_the_simulated_market_is_replayed_until_real_prices_are_imported(
        self, market: MarketService, stream: TickStream, tmp_path: Path
    ) -> None:
        fake = FakeAlpaca()
        async with running(fake):
            work = Role(market, stream, fake)
            try:

                async def replayed() -> bool:
                    try:
                        return bool(await market.last_quotes())
                    except Exception:  # noqa: BLE001 - the market is not made yet
                        return False

                await until(replayed)
                assert {q.source for q in (await market.last_quotes()).values()} == {"simulated"}
                assert fake.connections == 0
                await import_prices(market, tmp_path)
                await fake.subscribed_again(1)
            finally:
                await work.stop()


@pytest.mark.row("MD1")
class TestSettings:
    @pytest.mark.parametrize(
        ("name", "missing"),
        [("alpaca", "FEED_KEY"), ("finnhub", "FEED_KEY"), ("folder", "FEED_FOLDER")],
    )
    def test_what_a_provider_needs_is_asked_for_by_name(self, name: Any, missing: str) -> None:
        with pytest.raises(ValueError, match=f"FINNAMI_{missing}"):
            require_usable(Settings(feed=name))

    def test_a_key_is_read_from_a_file_and_never_shown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "key").write_text("s3cret\n")
        monkeypatch.setenv("FINNAMI_FEED", "finnhub")
        monkeypatch.setenv("FINNAMI_FEED_KEY_FILE", str(tmp_path / "key"))
        settings = Settings()
        require_usable(settings)
        assert settings.feed_key is not None
        assert settings.feed_key.get_secret_value() == "s3cret"
        assert "s3cret" not in repr(settings)

    def test_the_replay_is_the_default_and_needs_nothing(self) -> None:
        assert Settings().feed == "replay"
        require_usable(Settings())
