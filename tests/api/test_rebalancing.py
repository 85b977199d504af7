"""Rebalancing and tax lots over HTTP."""

from decimal import Decimal

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor
from tests.api.test_transfers import confirmed
from tests.factories.people import Person, make_person

__all__ = ["investor"]


async def preview(client: httpx.AsyncClient, person: Person) -> httpx.Response:
    return await client.post("/v1/rebalancing/preview", headers=person.headers)


class TestPreviewRebalancing:
    @pytest.mark.row("PA8")
    async def test_preview_is_ordered_like_any_plan_and_a_second_run_has_nothing(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        run = (await preview(client, investor)).json()
        assert (run["state"], run["triggers"]) == ("previewed", ["cash"])
        assert all(order["reason"]["sentence"] for order in run["plan"]["orders"])
        assert (await preview(client, investor)).json() == run
        body = {"plan_id": run["plan"]["plan_id"]}
        done = await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        assert done.json()["state"] == "filled", done.text
        again = (await preview(client, investor)).json()
        assert again["state"] == "nothing"
        listed = (await get(client, investor, "/v1/rebalancing")).json()
        assert [found["state"] for found in listed["runs"]] == ["nothing", "filled"]

    async def test_stranger_without_a_profile_is_told_so(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        stranger = await make_person(services)
        answer = await preview(client, stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "risk_profile_missing")
        assert (await client.post("/v1/rebalancing/preview")).status_code == 401


class TestPutRebalancing:
    async def test_is_off_until_asked_for_and_repeats_change_nothing(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        assert (await get(client, investor, "/v1/rebalancing")).json()["automatic"] is False
        answers = [
            (
                await client.put(
                    "/v1/rebalancing", json={"automatic": True}, headers=investor.headers
                )
            ).json()
            for _ in range(2)
        ]
        assert answers[0] == answers[1]
        assert answers[0]["automatic"] is True
        assert answers[0]["next_at"] is not None

    @pytest.mark.row("PA8")
    async def test_due_run_passes_the_same_gate_and_happens_once(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        await client.put("/v1/rebalancing", json={"automatic": True}, headers=investor.headers)
        assert await services.portfolio.automatic.run_due() == 1
        assert await services.portfolio.automatic.run_due() == 0
        (run,) = (await get(client, investor, "/v1/rebalancing")).json()["runs"]
        assert run["automatic"] is True
        orders = await services.db.find_many("journal", {"kind": "order"}, limit=10)
        assert run["state"] in {"filled", "held", "needs_you"}
        assert len(orders) == (0 if run["state"] == "needs_you" else 1)
        assert (await services.ledger.books.check()).findings == ()

    @pytest.mark.parametrize("body", [{}, {"automatic": "yes"}, {"automatic": True, "x": 1}])
    async def test_malformed_body_is_refused(
        self, client: httpx.AsyncClient, investor: Person, body: dict[str, object]
    ) -> None:
        answer = await client.put("/v1/rebalancing", json=body, headers=investor.headers)
        assert answer.status_code == 422


class TestLots:
    @pytest.mark.row("PA9")
    async def test_lots_cost_what_was_paid_and_a_sale_is_previewed_by_three_methods(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = (await preview(client, investor)).json()["plan"]
        body = {"plan_id": plan["plan_id"]}
        done = (await confirmed(client, services, investor, "/v1/orders", body, key="o1")).json()
        found = (await get(client, investor, "/v1/portfolio/lots")).json()
        cost = sum(lot["cost"]["amount_minor"] for lot in found["lots"])
        assert cost == 1000_00 - done["cash_after"]["amount_minor"]
        lot = found["lots"][0]
        half = (Decimal(lot["quantity"]) / 2).quantize(Decimal("0.000001"))
        path = f"/v1/portfolio/lots/preview?symbol={lot['symbol']}&quantity={half}"
        previews = (await get(client, investor, path)).json()["previews"]
        assert [one["method"] for one in previews] == ["fifo", "hifo", "min_tax"]
        too_much = await get(client, investor, path.replace(f"{half}", "999999"))
        assert (too_much.status_code, too_much.json()["code"]) == (409, "not_held")
        for bad in ("-1", "NaN", "1e9", ""):
            assert (await get(client, investor, path.replace(f"{half}", bad))).status_code == 422
        stranger = await make_person(services)
        assert (await get(client, stranger, "/v1/portfolio/lots")).json()["lots"] == []
