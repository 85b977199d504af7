"""A person's own limits over HTTP."""

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor
from tests.factories.people import Person

__all__ = ["investor"]
pytestmark = pytest.mark.row("PA5")
PATH = "/v1/rebalancing/limits"


async def put(client: httpx.AsyncClient, person: Person, body: dict[str, object]) -> httpx.Response:
    return await client.put(PATH, json=body, headers=person.headers)


class TestLimits:
    async def test_none_at_first_then_what_was_put(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        assert (await get(client, investor, PATH)).json()["changed_at"] is None
        body = {
            "whole_shares": True,
            "limits": [{"symbol": "GLD", "at_most": "0"}],
            "groups": [{"name": "far away", "symbols": ["EEM", "EFA"], "at_most": "0.3"}],
            "most_turnover": "0.2",
            "most_fees": {"amount": "5.00", "currency": "USD"},
            "most_gain": {"amount": "200", "currency": "USD"},
            "lot_method": "hifo",
        }
        answer = await put(client, investor, body)
        assert answer.status_code == 200, answer.text
        kept = (await get(client, investor, PATH)).json()
        assert kept == answer.json()
        assert kept["limits"] == [{"symbol": "GLD", "at_least": "0", "at_most": "0"}]
        assert kept["most_gain"]["amount"] == "200.00"
        # The empty body takes everything back.
        assert (await put(client, investor, {})).json()["limits"] == []

    async def test_a_plan_keeps_them(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        await put(client, investor, {"limits": [{"symbol": "AGG", "at_most": "0"}]})
        run = (await client.post("/v1/rebalancing/preview", headers=investor.headers)).json()
        lines = {order["symbol"]: order for order in run["plan"]["orders"]}
        assert lines.get("AGG", {"action": "skip"})["action"] == "skip"
        assert any(order["action"] == "buy" for order in lines.values())

    async def test_a_clash_names_the_pair_and_the_nearest(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        await client.post("/v1/rebalancing/preview", headers=investor.headers)
        answer = await put(client, investor, {"limits": [{"symbol": "EEM", "at_least": "0.95"}]})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "wishes_conflict")
        assert len(problem["conflict"]) == 2
        assert problem["conflict"][0] == {"kind": "at_least", "subject": "EEM", "bound": "0.95"}
        assert float(problem["nearest"][0]["to"]) < 0.95
        assert (await get(client, investor, PATH)).json()["limits"] == []

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"limits": [{"symbol": "DOGE"}]}, "unknown_instrument"),
            ({"most_fees": {"amount": "5", "currency": "EUR"}}, "currency_mismatch"),
            ({"limits": [{"symbol": "AGG"}, {"symbol": "AGG"}]}, "invalid_input"),
            ({"limits": [{"symbol": "AGG", "at_most": "1.5"}]}, "invalid_input"),
            ({"most_turnover": "-0.1"}, "invalid_input"),
            ({"most_turnover": 0.1}, "invalid_input"),
            ({"whole": True}, "invalid_input"),
        ],
    )
    async def test_what_cannot_mean_anything_is_refused(
        self, client: httpx.AsyncClient, investor: Person, body: dict[str, object], code: str
    ) -> None:
        answer = await put(client, investor, body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
