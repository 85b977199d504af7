"""Roles over HTTP: admins only, with step-up, a reason and an audit row; and the mailbox."""

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.factories.people import Person, make_person, make_user


@pytest.fixture
async def admin(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.ADMIN,))


async def grant_for(client: httpx.AsyncClient, admin: Person, user_id: str, roles: str) -> str:
    body = {
        "action": "role_change",
        "params": {"user_id": user_id, "roles": roles},
        "code": admin.code(),
    }
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
