"""Suitability statements over HTTP: complete, byte-equal, never of somebody else's advice."""

from datetime import timedelta

import httpx
import pytest

from app.core import decisions
from app.services import AppServices
from tests.api.test_recommendations import advise, get
from tests.factories.market import open_market
from tests.factories.people import Person, make_cleared


@pytest.fixture
async def investor(services: AppServices) -> Person:
    await open_market(services)
    return await make_cleared(services)


@pytest.mark.row("RS6")
class TestStatement:
    async def test_it_names_objective_horizon_loss_capacity_costs_and_the_record(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        path = f"/v1/recommendations/{advice['recommendation_id']}/statement"
        found = (await get(client, investor, path)).json()
        assert found["record_hash"] == advice["record_hash"]
        assert found["objective"]["profile"] == advice["profile"]
        assert found["horizon"]["years"] == 15
        capacity = found["loss_capacity"]
        assert min(capacity["tolerance"], capacity["capacity"]) == advice["profile"]
        assert [line["symbol"] for line in found["mix"]] == [
            line["symbol"] for line in advice["mix"]["targets"]
        ]
        assert "costs" in found["costs"]["sentence"]
        assert found["reasons"] == [reason["sentence"] for reason in advice["reasons"]]
        assert any("simulated" in line for line in found["limits"])

    async def test_made_again_both_forms_are_byte_equal(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        for form in ("statement", "statement.pdf"):
            path = f"/v1/recommendations/{advice['recommendation_id']}/{form}"
            first, again = await get(client, investor, path), await get(client, investor, path)
            assert first.status_code == 200
            assert first.content == again.content
        assert first.headers["content-type"] == "application/pdf"
        assert first.content.startswith(b"%PDF-")
        assert "attachment" in first.headers["content-disposition"]

    async def test_stale_inputs_and_foreign_advice_are_refused(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        path = f"/v1/recommendations/{advice['recommendation_id']}/statement"
        other = await make_cleared(services)
        assert (await get(client, other, path)).status_code == 404
        # As if the advice had been given a month after its prices.
        row = await services.db.find_one(decisions.COLLECTION, {"_id": advice["recommendation_id"]})
        assert row is not None
        await services.db.update_one(
            "risk_profiles",
            {"_id": advice["profile_reference"]},
            {"$set": {"expires_at": row["at"] - timedelta(days=1)}},
        )
        refused = await get(client, investor, path)
        assert (refused.status_code, refused.json()["code"]) == (409, "statement_stale")
        assert "expired" in refused.json()["inputs"][0]
