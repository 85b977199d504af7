"""Roles over HTTP: admins only, with step-up, a reason and an audit row; and the mailbox."""

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.api.test_transfers import confirmed
from tests.factories.people import Person, make_cleared, make_person, make_user


@pytest.fixture
async def admin(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.ADMIN,))


async def grant_for(client: httpx.AsyncClient, admin: Person, user_id: str, roles: str) -> str:
    return await confirm(client, admin, "role_change", {"user_id": user_id, "roles": roles})


async def confirm(
    client: httpx.AsyncClient, admin: Person, action: str, params: dict[str, str]
) -> str:
    body = {"action": action, "params": params, "code": admin.code()}
    answer = await client.post("/v1/me/step-up", json=body, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["grant"])


@pytest.mark.row("IS7")
class TestWho:
    @pytest.mark.parametrize("role", [None, *(r for r in Role if r not in (Role.USER, Role.ADMIN))])
    async def test_everybody_but_an_admin_is_403(
        self, client: httpx.AsyncClient, services: AppServices, role: Role | None
    ) -> None:
        person = await make_person(services, roles=(role,) if role else ())
        calls = (
            ("GET", "/v1/admin/users", None),
            ("POST", "/v1/admin/users/find", {"email": person.email}),
            (
                "POST",
                f"/v1/admin/users/{person.user_id}/roles",
                {"roles": ["admin"], "reason": "I want it"},
            ),
        )
        for method, path, body in calls:
            answer = await client.request(method, path, json=body, headers=person.headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
            anonymous = await client.request(method, path, json=body)
            assert anonymous.status_code == 401


class TestSetRoles:
    @pytest.mark.row("IS11")
    async def test_change_with_step_up_writes_an_audit_row(
        self, client: httpx.AsyncClient, services: AppServices, admin: Person
    ) -> None:
        user_id, email = await make_user(services)
        found = await client.post(
            "/v1/admin/users/find", json={"email": email}, headers=admin.headers
        )
        assert found.json()["id"] == user_id
        assert email not in found.text
        body = {"roles": ["kyc_reviewer"], "reason": "joins the onboarding team"}
        path = f"/v1/admin/users/{user_id}/roles"
        refused = await client.post(path, json=body, headers=admin.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        assert refused.json()["params"] == {"user_id": user_id, "roles": "kyc_reviewer,user"}
        grant = await grant_for(client, admin, user_id, "kyc_reviewer,user")
        headers = {**admin.headers, "x-step-up-grant": grant}
        done = await client.post(path, json=body, headers=headers)

        assert done.status_code == 200, done.text
        assert done.json()["roles"] == ["kyc_reviewer", "user"]
        listed = (await client.get("/v1/admin/users", headers=admin.headers)).json()["users"]
        assert user_id in [row["id"] for row in listed]
        rows = await services.db.find_many("audit", {"action": "identity.roles_changed"}, limit=9)
        assert any(row["actor"] == admin.user_id for row in rows)
        again = await client.post(path, json=body, headers=headers)
        assert again.json()["code"] == "step_up_required"

    async def test_own_account_unknown_user_and_bad_input(
        self, client: httpx.AsyncClient, admin: Person
    ) -> None:
        body: dict[str, object] = {"roles": [], "reason": "no reason at all"}
        own = await client.post(
            f"/v1/admin/users/{admin.user_id}/roles", json=body, headers=admin.headers
        )
        assert (own.status_code, own.json()["code"]) == (403, "own_account")
        unknown = await client.post(
            f"/v1/admin/users/{'0' * 20}/roles", json=body, headers=admin.headers
        )
        assert (unknown.status_code, unknown.json()["code"]) == (404, "user_not_found")
        for change in ({"roles": ["king"]}, {"reason": ""}, {"reason": "a\u0000bcd"}, {"x": 1}):
            answer = await client.post(
                f"/v1/admin/users/{'0' * 20}/roles", json={**body, **change}, headers=admin.headers
            )
            assert answer.status_code == 422


@pytest.mark.row("TL1")
class TestReversal:
    async def test_mistake_is_undone_once_with_a_reason_that_its_owner_reads(
        self, client: httpx.AsyncClient, services: AppServices, admin: Person
    ) -> None:
        owner = await make_cleared(services)
        twelve: dict[str, object] = {"amount": "12.00", "currency": "USD"}
        paid = await confirmed(client, services, owner, "/v1/deposits", twelve)
        movement = paid.json()["movement_id"]
        path = f"/v1/admin/movements/{movement}/reversal"
        body = {"reason": "booked twice by the bank"}
        refused = await client.post(path, json=body, headers=admin.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        grant = await confirm(client, admin, "reversal", {"movement_id": movement})
        headers = {**admin.headers, "x-step-up-grant": grant}
        done = await client.post(path, json=body, headers=headers)
        again = await client.post(path, json=body, headers=headers)
        assert done.status_code == 201, done.text
        assert again.json()["movement_id"] == done.json()["movement_id"]
        assert done.json()["memo"] == body["reason"]
        undone = await client.get(f"/v1/transfers/{movement}", headers=owner.headers)
        assert undone.json()["state"] == "reversed"

    async def test_unknown_movement_is_404_and_others_may_not_ask(
        self, client: httpx.AsyncClient, services: AppServices, admin: Person
    ) -> None:
        path = f"/v1/admin/movements/{'0' * 20}-{'0' * 32}/reversal"
        body = {"reason": "no reason at all"}
        unknown = await client.post(path, json=body, headers=admin.headers)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "journal_not_found")
        person = await make_person(services)
        other = await client.post(path, json=body, headers=person.headers)
        assert (other.status_code, other.json()["code"]) == (403, "wrong_role")
