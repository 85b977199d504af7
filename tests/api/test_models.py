"""The model desk over HTTP: two people and a code, and a payment judged by the new version."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core.keys import KeyRing
from app.domains.fraud.repository import comparisons
from app.domains.identity.types import Role, StepUpAction
from app.services import AppServices, model_store
from tests.api.test_transfers import mint_grant
from tests.domains.fraud.test_models import SHIPPED, won_against
from tests.factories.models import variant
from tests.factories.people import Person, make_person

BASE = "/v1/models/fraud"


@pytest.fixture
async def dana(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.DATA_SCIENTIST,))


@pytest.fixture
async def eve(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.ADMIN,))


@pytest.fixture
def v2(app: FastAPI, services: AppServices, tmp_path: Path) -> str:
    """A second version, registered on this installation."""
    settings = app.state.settings
    keys = KeyRing.load(settings.key_file)
    store = model_store(settings, keys)
    made = variant(tmp_path / "made", "v2")
    return store.register(made, signing_key=keys.model_key().private_bytes_raw()).version


async def decide(
    client: httpx.AsyncClient, services: AppServices, who: Person, change: str
) -> httpx.Response:
    params: dict[str, str | int] = {"change": change, "decision": "agree"}
    grant = await mint_grant(services, who, StepUpAction.MODEL_CHANGE, params)
    return await client.post(
        f"{BASE}/changes/{change}/decision",
        json={"decision": "agree"},
        headers={**who.headers, "x-step-up-grant": grant},
    )


@pytest.mark.row("AO2")
class TestModelDesk:
    async def test_shadow_ask_agree_and_roll_back(
        self, client: httpx.AsyncClient, services: AppServices, dana: Person, eve: Person, v2: str
    ) -> None:
        desk = (await client.get(BASE, headers=dana.headers)).json()
        assert (desk["version"], desk["judging_here"]) == (SHIPPED, SHIPPED)
        assert {v["version"]: v["trusted_by"] for v in desk["versions"]} == {
            SHIPPED: "pin", v2: "signature",
        }  # fmt: skip
        body = {"version": v2, "reason": "retrained on June"}
        shadowed = await client.put(f"{BASE}/shadow", json=body, headers=dana.headers)
        assert shadowed.json()["challenger"] == v2
        ask = {"action": "promote", "version": v2, "reason": "won two weeks"}
        refused = await client.post(f"{BASE}/changes", json=ask, headers=dana.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "promotion_refused")
        assert refused.json()["reasons"]

        await comparisons.put(services.db, won_against(v2, SHIPPED, at=services.clock.now()))
        monitor = (await client.get(f"{BASE}/monitor", headers=dana.headers)).json()
        assert monitor["comparison"]["refusals"] == []
        assert (monitor["rows_min"], monitor["psi_alert"]) == (200, 0.2)
        asked = await client.post(f"{BASE}/changes", json=ask, headers=dana.headers)
        assert asked.status_code == 201, asked.text
        change = asked.json()["change_id"]
        own = await decide(client, services, dana, change)
        assert (own.status_code, own.json()["code"]) == (403, "other_person_needed")
        plain = await client.post(
            f"{BASE}/changes/{change}/decision", json={"decision": "agree"}, headers=eve.headers
        )
        assert (plain.status_code, plain.json()["code"]) == (403, "step_up_required")
        done = await decide(client, services, eve, change)
        assert (done.status_code, done.json()["state"]) == (200, "done")
        await services.fraud.in_force.refresh()
        desk = (await client.get(BASE, headers=dana.headers)).json()
        assert (desk["version"], desk["judging_here"], desk["previous"]) == (v2, v2, SHIPPED)

        back = {"action": "rollback", "reason": "precision fell"}
        asked = await client.post(f"{BASE}/changes", json=back, headers=eve.headers)
        assert (await decide(client, services, dana, asked.json()["change_id"])).status_code == 200
        await services.fraud.in_force.refresh()
        assert services.fraud.model_version == SHIPPED
        changes = (await client.get(f"{BASE}/changes", headers=dana.headers)).json()
        assert [(c["action"], c["state"]) for c in changes] == [
            ("rollback", "done"), ("promote", "done"),
        ]  # fmt: skip

    async def test_the_card_and_its_figures_come_from_the_manifest(
        self, client: httpx.AsyncClient, dana: Person
    ) -> None:
        found = (await client.get(f"{BASE}/versions/{SHIPPED}", headers=dana.headers)).json()
        assert found["metrics"]["average_precision"] == found["average_precision"]
        assert len(found["features"]) == 50
        assert "simulat" in found["card"]
        missing = await client.get(f"{BASE}/versions/nothing", headers=dana.headers)
        assert (missing.status_code, missing.json()["code"]) == (404, "model_not_found")

    @pytest.mark.parametrize("version", ["../x", "a" * 101, "%2e%2e%2fvolatility"])
    async def test_a_version_that_is_a_path_is_none(
        self, client: httpx.AsyncClient, dana: Person, version: str
    ) -> None:
        found = await client.get(f"{BASE}/versions/{version}", headers=dana.headers)
        assert found.status_code in (404, 422)
