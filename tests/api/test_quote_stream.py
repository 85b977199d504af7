"""Prices by server-sent events over real sockets: begin, resume, conflate, leave, refuse."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.redis import slow_redis
from app.domains.market.adapters import live
from app.domains.market.adapters.tick_stream import KEY, TickStream
from app.domains.market.types import Quote
from app.services import AppServices
from tests.api.talking import served
from tests.factories.market import open_market
from tests.factories.people import Person, make_person

URL = "/v1/quotes/stream?symbols=VTI,EFA"


@pytest.fixture
async def ticks(embedded_redis_url: str) -> AsyncIterator[TickStream]:
    client = slow_redis(embedded_redis_url)
    await client.delete(KEY)
    yield TickStream(client)
    await client.delete(KEY)
    await client.aclose()


@pytest.fixture
async def person(services: AppServices, ticks: TickStream) -> Person:
    await open_market(services, with_frontier=False)
    return await make_person(services, second_factor=False)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with real sockets, in this loop."""
    async with served(app, close=app.state.services.live_quotes.close) as client:
        yield client


class Events:
    """Reads one stream event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.beats = 0
        self._lines = answer.aiter_lines()

    async def next(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line.startswith(":"):
                    self.beats += 1
                elif not line and "event" in found:
                    return found
                elif line:
                    name, _, value = line.partition(": ")
                    found[name] = json.loads(value) if name == "data" else value
        raise StopAsyncIteration

    async def until(self, price: str) -> dict[str, Any]:
        while True:
            found = await self.next()
            if found["event"] == "quote" and found["data"]["price"] == price:
                return found


@asynccontextmanager
async def following(
    client: httpx.AsyncClient, person: Person, after: str | None = None, url: str = URL
) -> AsyncIterator[Events]:
    headers = {**person.headers, **({"last-event-id": after} if after else {})}
    async with client.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Events(answer)


async def tick_of(services: AppServices, symbol: str, price: str, *, later_s: float = 0) -> Quote:
    quote = (await services.market.last_quotes())[symbol]
    at = services.clock.now() + timedelta(seconds=later_s)
    return Quote(symbol, Decimal(price), quote.currency, quote.source, at.date(), at, at)


async def gone(services: AppServices, count: int = 0) -> None:
    async with asyncio.timeout(10):
        while services.live_quotes.followers > count:  # noqa: ASYNC110 - nobody to tell us
            await asyncio.sleep(0.01)


@pytest.mark.row("MD2")
class TestStream:
    async def test_it_begins_with_the_present_and_goes_on_with_what_changes(
        self, browser, person: Person, services: AppServices, ticks: TickStream
    ) -> None:
        async with following(browser, person) as events:
            first = [await events.next(), await events.next()]
            assert {item["data"]["symbol"] for item in first} == {"VTI", "EFA"}
            assert events.answer.headers["content-type"].startswith("text/event-stream")
            await ticks.add((await tick_of(services, "EEM", "9"),))
            await ticks.add((await tick_of(services, "VTI", "123.4500"),))
            found = await events.next()
        assert (found["event"], found["data"]["symbol"]) == ("quote", "VTI")
        assert found["data"]["price"] == "123.4500"
        assert set(found["data"]) == {
            "symbol",
            "price",
            "currency",
            "source",
            "market_date",
            "exchange_at",
            "received_at",
            "stale",
            "sessions_behind",
        }

    async def test_a_flood_is_conflated_to_the_newest(
        self, browser, person: Person, services: AppServices, ticks: TickStream
    ) -> None:
        async with following(browser, person) as events:
            await events.next()
            for n in range(40):
                await ticks.add((await tick_of(services, "VTI", f"{100 + n}"),))
            seen = []
            while not seen or seen[-1] != "139":
                found = await events.next()
                seen.append(found["data"]["price"])
        assert len(seen) < 20
        numbers = [float(price) for price in seen[1:]]
        assert numbers == sorted(numbers)

    async def test_last_event_id_brings_what_was_missed_and_only_that(
        self, browser, person: Person, services: AppServices, ticks: TickStream
    ) -> None:
        async with following(browser, person) as events:
            await ticks.add((await tick_of(services, "VTI", "100"),))
            seen = await events.until("100")
        await gone(services)
        await ticks.add((await tick_of(services, "EFA", "70"),))
        await ticks.add((await tick_of(services, "EFA", "71"),))
        async with following(browser, person, after=seen["id"]) as events:
            found = await events.next()
            await ticks.add((await tick_of(services, "VTI", "101"),))
            then = await events.next()
        assert [(found["event"], found["data"]["price"]), then["data"]["price"]] == [
            ("quote", "71"),
            "101",
        ]

    @pytest.mark.parametrize("after", ["1-0", "99999999999999-0"])
    async def test_an_id_that_is_not_there_any_more_is_a_reset_and_the_present(
        self, browser, person: Person, services: AppServices, ticks: TickStream, after: str
    ) -> None:
        await ticks.add((await tick_of(services, "VTI", "100"),))
        async with following(browser, person, after=after) as events:
            assert (await events.next())["event"] == "reset"
            await events.until("100")

    async def test_a_price_that_is_not_recorded_yet_is_part_of_the_present(
        self, browser, person: Person, services: AppServices, ticks: TickStream
    ) -> None:
        await ticks.add((await tick_of(services, "VTI", "77"),))
        async with following(browser, person) as events:
            first = [await events.next(), await events.next()]
        assert "77" in {item["data"]["price"] for item in first}

    async def test_a_client_that_leaves_frees_its_place_and_the_reader(
        self, browser, person: Person, services: AppServices, app: FastAPI
    ) -> None:
        async with following(browser, person) as events:
            await events.next()
            assert services.live_quotes.followers == 1
            assert (app.state.metrics.streams, app.state.metrics.in_flight) == (1, 0)
        await gone(services)
        assert services.live_quotes._reader is None
        assert app.state.metrics.streams == 0

    async def test_one_person_has_four_streams_and_a_fifth_is_refused(
        self, browser, person: Person, services: AppServices
    ) -> None:
        async with (
            following(browser, person) as first,
            following(browser, person),
            following(browser, person),
            following(browser, person),
        ):
            await first.next()
            answer = await browser.get(URL, headers=person.headers)
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
            assert answer.headers["retry-after"] == "5"
        await gone(services)
        async with following(browser, person) as events:
            await events.next()

    async def test_another_source_resets_and_ends_the_stream(
        self, browser, person: Person, services: AppServices, ticks: TickStream
    ) -> None:
        other = await tick_of(services, "VTI", "5")
        async with following(browser, person) as events:
            await events.next()
            await events.next()
            foreign = Quote(
                "VTI", Decimal(5), "USD", "other", other.market_date, other.exchange_at,
                other.received_at,
            )  # fmt: skip
            await ticks.add((foreign,))
            assert (await events.next())["event"] == "reset"
            with pytest.raises(StopAsyncIteration):
                await events.next()

    async def test_a_stop_of_the_server_ends_it(
        self, browser, person: Person, services: AppServices
    ) -> None:
        async with following(browser, person) as events:
            await events.next()
            await events.next()
            services.live_quotes.close()
            with pytest.raises(StopAsyncIteration):
                await events.next()
        answer = await browser.get(URL, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "quote_stream_away")

    async def test_redis_that_loses_everything_is_read_on(
        self, browser, person: Person, services: AppServices, ticks: TickStream,
        embedded_redis_url: str,
    ) -> None:  # fmt: skip
        async with following(browser, person) as events:
            await events.next()
            client = slow_redis(embedded_redis_url)
            await client.delete(KEY)
            await client.aclose()
            await ticks.add((await tick_of(services, "VTI", "99"),))
            await events.until("99")


@pytest.mark.row("MD2")
class TestRefusals:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(URL)).status_code == 401

    @pytest.mark.parametrize(
        "headers", [{"last-event-id": "x"}, {"last-event-id": "1"}, {"last-event-id": "1-" * 50}]
    )
    async def test_an_id_that_cannot_be_one_is_malformed(
        self, client: httpx.AsyncClient, person: Person, headers: dict[str, str]
    ) -> None:
        answer = await client.get(URL, headers={**person.headers, **headers})
        assert answer.status_code == 422

    async def test_before_the_market_is_there_it_asks_for_patience(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        nobody = await make_person(services, second_factor=False)
        answer = await client.get(URL, headers=nobody.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_prices")
        assert services.live_quotes.followers == 0

    async def test_without_redis_it_says_so(self, services: AppServices, person: Person) -> None:
        away = live.LiveQuotes(
            services.market, lambda: TickStream(slow_redis("redis://127.0.0.1:1/0"))
        )
        with pytest.raises(live.StreamAwayError):
            await away.follow("u", ())
        assert away.followers == 0
