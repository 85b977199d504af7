"""/v1/market and the market's state on the dashboard."""

from datetime import UTC, datetime

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor
from tests.api.test_transfers import confirmed
from tests.factories.people import Person
from tests.fakes.clock import FakeClock

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
__all__ = ["investor"]


async def follow(services: AppServices, calendar: str) -> None:
    """Let the sandbox market keep the hours of an exchange."""
    change = {"$set": {"calendar": calendar}}
    await services.db.update_one("price_sources", {"_id": "simulated"}, change)


@pytest.mark.row("MD3")
class TestGetMarket:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/market")).status_code == 401

    async def test_sandbox_is_always_open_on_both_routes(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        market = (await get(client, investor, "/v1/market")).json()
        assert (market["calendar"], market["state"], market["closes_at"]) == ("24/7", "open", None)
        portfolio = (await get(client, investor, "/v1/portfolio")).json()
        assert portfolio["market"] == market
        assert portfolio["prices_as_of"] is None, "nothing is held yet"

    @pytest.mark.row("PA8")
    async def test_order_while_closed_is_refused_with_the_next_opening(
        self,
        client: httpx.AsyncClient,
        services: AppServices,
        investor: Person,
    ) -> None:
        await fund(client, services, investor)
        plan = (await client.post("/v1/rebalancing/preview", headers=investor.headers)).json()
        await follow(services, "XNYS")
        services.market._sources._clock = FakeClock(SUNDAY)  # whatever the hour of this test
        body = {"plan_id": plan["plan"]["plan_id"]}
        refused = await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        assert (refused.status_code, refused.json()["code"]) == (409, "market_closed")
        assert refused.json()["next_open"] == "2026-11-23T14:30:00+00:00"
