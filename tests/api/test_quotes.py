"""Quotes over HTTP: with currency, source and both times; absent rather than zero."""

import httpx
import pytest

from app.core.clock import SystemClock
from app.domains.market.adapters.replay import ReplayFeed
from app.services import AppServices
from tests.factories.people import Person, make_person


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services, second_factor=False)


@pytest.fixture
async def market_open(services: AppServices) -> None:
    """The sandbox market with one batch of quotes, as the feed leaves it."""
    source = await services.market.ensure_simulated()
    history = await services.market.history(source.symbols, end=source.last_day, days=60)
    batch = ReplayFeed(services.market, SystemClock()).batch(source, history)
    await services.market.record_quotes(batch)


@pytest.mark.row("MD3")
class TestQuotes:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/quotes")).status_code == 401

    @pytest.mark.usefixtures("market_open")
    async def test_quote_carries_currency_source_and_both_times(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        found = (await client.get("/v1/quotes?symbols=VTI,NOPE", headers=person.headers)).json()
        assert [quote["symbol"] for quote in found] == ["VTI"], "no price is not zero"
        quote = found[0]
        assert (quote["currency"], quote["source"], quote["stale"]) == ("USD", "simulated", False)
        assert float(quote["price"]) > 0
        assert quote["exchange_at"].endswith("Z")
        assert quote["received_at"].endswith("Z")

    async def test_before_the_market_is_there_it_asks_for_patience(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answer = await client.get("/v1/quotes", headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_prices")
        assert "retry-after" in answer.headers
