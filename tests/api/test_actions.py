"""Drafted actions over HTTP: shown, confirmed with a fresh code, carried out once."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund
from tests.api.test_transfers import cash, mint_grant, post
from tests.factories.actions import draft, drafted
from tests.factories.people import Person, make_cleared


@pytest.fixture
async def owner(client: httpx.AsyncClient, services: AppServices) -> Person:
    made = await make_cleared(services)
    await fund(client, services, made)
    return made


async def confirm(
    client: httpx.AsyncClient,
    services: AppServices,
    person: Person,
    action: str,
    *,
    key: str = "c1",
) -> httpx.Response:
    """Confirm as the page does: asked for a code it brings the grant, told to wait it waits."""
    path = f"/v1/actions/{action}/confirm"
    grant = None
    while True:
        answer = await post(client, person, path, {}, key=key, grant=grant)
        problem = answer.json()
        if answer.status_code == 429:
            await asyncio.sleep(problem["retry_after_s"])
        elif grant is None and problem.get("code") == "step_up_required":
            grant = await mint_grant(services, person, problem["action"], problem["params"])
        else:
            return answer


async def balance(client: httpx.AsyncClient, person: Person) -> str:
    found = await cash(client, person)
    return str(found["available"])


class TestReadActions:
    async def test_a_draft_is_shown_to_its_owner_with_figures_that_are_evidence(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        answer = await client.get(f"/v1/actions/{action}", headers=owner.headers)
        shown = answer.json()
        assert shown["state"] == "proposed"
        assert shown["parameters"] == {"amount": "50.00", "currency": "USD", "to": "own_bank"}
        known = {one["id"]: one for one in shown["evidence"]}
        assert known[shown["preview"]["cash_after"]]["value"] == "950.00"
        assert shown["suitability"] == {"ok": True, "reasons": ["verified"]}
        listed = await client.get("/v1/actions?state=proposed", headers=owner.headers)
        assert listed.json()["actions"] == [shown]

    async def test_somebody_elses_is_not_there(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        other = await make_cleared(services)
        for path in ("", "/confirm", "/cancel"):
            call = client.get if path == "" else client.post
            headers = {**other.headers, "idempotency-key": "k"}
            answer = await call(f"/v1/actions/{action}{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "action_not_found")
        assert (await client.get("/v1/actions", headers=other.headers)).json() == {"actions": []}


@pytest.mark.row("CH9")
class TestConfirmAction:
    async def test_a_fresh_code_carries_it_out_once(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        done = await confirm(client, services, owner, action)
        assert done.status_code == 200, done.text
        assert done.json()["state"] == "executed"
        assert done.json()["result"]["state"] == "posted"
        assert await balance(client, owner) == "950.00"
        again = await post(client, owner, f"/v1/actions/{action}/confirm", {}, key="other")
        assert again.headers["idempotency-replayed"] == "true"
        assert again.content == done.content
        assert await balance(client, owner) == "950.00"

    async def test_without_a_code_nothing_moves(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        answer = await post(client, owner, f"/v1/actions/{action}/confirm", {})
        assert answer.status_code == 403
        assert answer.json()["action"] == "chat_action"
        assert set(answer.json()["params"]) == {"action_id", "params_hash"}
        assert await balance(client, owner) == "1000.00"

    async def test_a_grant_for_another_draft_is_no_grant(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        small = await drafted(services, owner, "withdraw", amount="1")
        large = await drafted(services, owner, "withdraw", amount="900")
        asked = (await post(client, owner, f"/v1/actions/{small}/confirm", {})).json()
        grant = await mint_grant(services, owner, asked["action"], asked["params"])
        wrong = await post(client, owner, f"/v1/actions/{large}/confirm", {}, grant=grant)
        assert (wrong.status_code, wrong.json()["code"]) == (403, "step_up_required")
        assert await balance(client, owner) == "1000.00"

    async def test_two_clicks_at_once_move_it_once(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        path = f"/v1/actions/{action}/confirm"
        asked = (await post(client, owner, path, {})).json()
        grant = await mint_grant(services, owner, asked["action"], asked["params"])
        answers = await asyncio.gather(
            *(post(client, owner, path, {}, key=f"k{n}", grant=grant) for n in range(2))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["result"]["movement_id"] for answer in answers}) == 1
        assert await balance(client, owner) == "950.00"

    async def test_a_cancelled_draft_stays_cancelled(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        for _ in range(2):
            answer = await client.post(f"/v1/actions/{action}/cancel", headers=owner.headers)
            assert answer.json()["state"] == "cancelled"
        late = await confirm(client, services, owner, action)
        assert (late.status_code, late.json()["code"]) == (409, "action_closed")
        assert await balance(client, owner) == "1000.00"

    async def test_an_old_draft_is_gone(
        self, client: httpx.AsyncClient, services: AppServices, owner: Person
    ) -> None:
        action = await drafted(services, owner, "withdraw", amount="50")
        await services.db.update_one(
            "pending_actions",
            {"_id": action},
            {"$set": {"expires_at": services.clock.now() - timedelta(seconds=1)}},
        )
        late = await confirm(client, services, owner, action)
        assert (late.status_code, late.json()["code"]) == (410, "action_expired")
        assert await balance(client, owner) == "1000.00"


class TestDraft:
    async def test_more_than_there_is_becomes_no_card(
        self, services: AppServices, owner: Person
    ) -> None:
        result = await draft(services, owner, "withdraw", amount="5000")
        assert (result.ok, result.code, result.action) == (False, "insufficient_funds", None)
