"""Three providers over real sockets: greeting, ticks, lost lines, throttling, bad keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domains.market.adapters.alpaca import Alpaca
from app.domains.market.adapters.binance import Binance, pair_of
from app.domains.market.adapters.finnhub import Finnhub
from app.domains.market.adapters.socket_feed import SocketFeed
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import Tick
from tests.fakes.clock import FakeClock
from tests.fakes.feeds.provider import running
from tests.fakes.feeds.providers import KEY, SECRET, FakeAlpaca, FakeBinance, FakeFinnhub

AT = datetime(2026, 11, 24, 8, 59, 59, 250_000, tzinfo=UTC)
SYMBOLS = ("AAA", "BBB")
FAKES = {"alpaca": FakeAlpaca, "finnhub": FakeFinnhub, "binance": FakeBinance}
CURRENCY = {"alpaca": "USD", "finnhub": "USD", "binance": "EUR"}


def dialect_for(fake: Any, symbols: tuple[str, ...] = SYMBOLS, key: str = KEY, **more: Any) -> Any:
    urls = {"stream_url": fake.stream_url, "rest_url": fake.rest_url, **more}
    if isinstance(fake, FakeAlpaca):
        return Alpaca(symbols, key=key, secret=SECRET, **urls)
    if isinstance(fake, FakeFinnhub):
        return Finnhub(symbols, key=key, **urls)
    return Binance(symbols, currency="EUR", **urls)


class Follower:
    """Collects ticks in the background; the waits between attempts are noted, not waited."""

    def __init__(self, fake: Any, **dialect: Any) -> None:
        self.waits: list[float] = []
        self.ticks: list[Tick] = []
        self.feed = SocketFeed(
            dialect_for(fake, **dialect), FakeClock(), chance=lambda: 0.0, sleep=self._sleep
        )
        self.task = asyncio.create_task(self._run())

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    async def _run(self) -> None:
        async for batch in self.feed.ticks():
            self.ticks += batch

    async def until(self, count: int) -> list[Tick]:
        async with asyncio.timeout(10):
            while len(self.ticks) < count:
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.005)
        return self.ticks


@asynccontextmanager
async def following(fake: Any, **dialect: Any) -> AsyncIterator[Follower]:
    async with running(fake):
        follower = Follower(fake, **dialect)
        try:
            yield follower
        finally:
            follower.task.cancel()
            await asyncio.gather(follower.task, return_exceptions=True)


@pytest.fixture(params=sorted(FAKES))
def fake(request: pytest.FixtureRequest) -> Any:
    return FAKES[request.param]()


@pytest.mark.row("MD1")
class TestEveryProvider:
    async def test_it_signs_in_subscribes_and_ticks_are_exact(self, fake: Any) -> None:
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101.1, AT))
            await fake.push(fake.trade("BBB", 7, AT))
            first, second = await follower.until(2)
        name = follower.feed.name
        assert first.price == Decimal("101.1"), "no float on the way"
        assert (first.symbol, first.currency, first.provider) == ("AAA", CURRENCY[name], name)
        assert first.exchange_at == AT
        assert second.price == 7
        assert fake.subscribed in ([{"AAA", "BBB"}], [{"AAAEUR", "BBBEUR"}])

    async def test_a_cut_line_is_made_again_and_subscribed_again(self, fake: Any) -> None:
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
            await fake.cut()
            await fake.subscribed_again(2)
            await fake.push(fake.trade("AAA", 102, AT))
            await follower.until(2)
        assert fake.subscribed[0] == fake.subscribed[1]
        assert follower.feed.counts.connections == 2
        assert follower.waits == [0.25], "half of the first wait when chance says 0"

    async def test_what_was_traded_in_the_gap_comes_over_rest(self, fake: Any) -> None:
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
            later = AT.replace(microsecond=0) + timedelta(seconds=1)
            fake.latest({"AAA": (103.5, later), "BBB": (9, later)})
            await fake.cut()
            ticks = await follower.until(3)
        assert {(t.symbol, t.price, t.exchange_at) for t in ticks[1:]} == {
            ("AAA", Decimal("103.5"), later),
            ("BBB", Decimal(9), later),
        }
        assert follower.feed.counts.filled == 2

    @pytest.mark.parametrize("bad", ["<html>", "[[1]]", "{}", "7", '[{"T":"t","S":"AAA"}]'])
    async def test_nonsense_is_counted_and_the_line_goes_on(self, fake: Any, bad: str) -> None:
        async with following(fake) as follower:
            await fake.push(bad)
            await fake.push(fake.trade("AAA", "not a number", AT))
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
        counts = follower.feed.counts
        assert counts.connections == 1
        # `{}` is a message without a trade to Finnhub and Binance.
        assert counts.malformed in {1, 2}

    async def test_not_a_number_travels_on_to_be_judged(self, fake: Any) -> None:
        async with following(fake) as follower:
            text = fake.trade("AAA", float("nan"), AT)
            await fake.push(text)
            (tick,) = await follower.until(1)
        assert tick.price.is_nan()

    async def test_rest_that_answers_429_or_html_for_hours_stops_nothing(self, fake: Any) -> None:
        answers = iter([(429, "slow down"), (200, "<html>"), (500, ""), (200, "")])
        fake.rest = lambda *_: next(answers, (404, ""))
        async with following(fake) as follower:
            for number in range(3):
                await fake.push(fake.trade("AAA", 101 + number, AT))
                await follower.until(number + 1)
                await fake.cut()
                await fake.subscribed_again(number + 2)
        assert follower.feed.counts.rate_limited == 1
        assert follower.feed.counts.filled == 0
        assert [t.price for t in follower.ticks] == [101, 102, 103]

    async def test_a_handshake_that_says_429_is_given_time(self, fake: Any) -> None:
        fake.refuse_with.extend([429, 503])
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
        assert follower.waits == [10.0, 0.5]
        assert follower.feed.counts.rate_limited == 1

    async def test_a_provider_that_is_away_is_asked_less_and_less(self, fake: Any) -> None:
        fake.refuse_with.extend([503] * 9)
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
        assert follower.waits == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.row("MD1")
class TestRefusals:
    @pytest.mark.parametrize("kind", [FakeAlpaca, FakeFinnhub])
    async def test_a_wrong_key_ends_the_feed_and_says_so(self, kind: Any) -> None:
        fake = kind()
        async with following(fake, key="bad-key") as follower:
            with pytest.raises(FeedRefusedError, match="refuses") as caught:
                await asyncio.wait_for(follower.task, 10)
        assert "bad-key" not in caught.value.detail
        assert follower.waits == [], "no second attempt"

    async def test_a_second_connection_with_the_key_is_given_time(self) -> None:
        fake = FakeAlpaca()
        fake.limit_connections = 1
        async with following(fake) as follower:
            await fake.push(fake.trade("AAA", 101, AT))
            await follower.until(1)
        assert follower.waits == [10.0]

    async def test_a_throttle_message_in_the_stream_is_given_time(self) -> None:
        fake = FakeFinnhub()
        async with following(fake) as follower:
            await fake.push({"type": "ping"})
            await fake.push({"type": "error", "msg": "API limit reached"})
            await fake.subscribed_again(2)
        assert follower.waits == [10.0]
        assert follower.feed.counts.rate_limited == 1

    async def test_a_pair_that_does_not_exist_ends_the_feed(self) -> None:
        async with following(FakeBinance(), symbols=("NOPE",)) as follower:
            with pytest.raises(FeedRefusedError, match="Invalid request"):
                await asyncio.wait_for(follower.task, 10)

    async def test_a_line_that_falls_silent_is_dead(self) -> None:
        fake = FakeFinnhub()
        async with following(fake, quiet_s=0.05) as follower:
            await fake.subscribed_again(3)
        assert len(follower.waits) >= 2


def test_the_pair_of_a_symbol_carries_its_currency() -> None:
    assert pair_of("BTC", "EUR") == pair_of("BTC-EUR", "EUR") == "BTCEUR"
