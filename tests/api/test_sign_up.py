"""Sign-up over HTTP: the same answer for everybody, clear refusals, nothing echoed."""

import httpx
import pytest

from app.core.ids import new_id
from app.services import AppServices

PASSWORD = "tidal lantern cobble seven"


@pytest.fixture
def body() -> dict[str, str]:
    """A new person each time: letters to one address are limited for longer than a test run."""
    return {"email": f"{new_id()}@example.org", "password": PASSWORD, "name": "Ada Lovelace"}


async def deliver(services: AppServices) -> None:
    """Do what the worker does with requested letters."""
    rows = await services.db.find_many(
        "outbox", {"open": True, "name": "identity.mail_requested.v1"}, limit=50
    )
    for row in rows:
        await services.identity.deliver_mail(row["ids"]["mail_id"])


async def newest(client: httpx.AsyncClient, services: AppServices, email: str) -> dict[str, str]:
    await deliver(services)
    answer = await client.get("/v1/sandbox/mailbox", params={"email": email})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()["messages"][0]
    return found


@pytest.mark.row("IS1")
class TestRegister:
    async def test_known_and_unknown_address_get_the_same_answer(
        self, client: httpx.AsyncClient, services: AppServices, body: dict[str, str]
    ) -> None:
        first = await client.post("/v1/auth/register", json=body)
        code = (await newest(client, services, body["email"]))["action_code"]
        await client.post("/v1/auth/verify-email", json={"token": code})
        again = await client.post("/v1/auth/register", json=body)

        assert (first.status_code, again.status_code) == (202, 202)
        assert first.content == again.content == b'{"status":"check_mail"}'
        assert (await newest(client, services, body["email"]))["kind"] == "already_registered"

    @pytest.mark.row("IS9")
    @pytest.mark.parametrize(
        "change",
        [
            {"email": {"$gt": ""}},
            {"email": "not an address"},
            {"email": "a@example.org\r\nBcc: x@example.org"},
            {"email": "a" * 300 + "@example.org"},
            {"name": "Ada\u0000"},
            {"name": "Ada \u202e evil"},
            {"name": "see http://evil.example"},
            {"name": ""},
            {"name": "   "},
            {"name": "x" * 81},
            {"name": ["Ada"]},
            {"password": 123456789012345678},
            {"password": "\ud800 lone surrogate here"},
            {"password": "x" * 300},
            {"locale": "english"},
            {"roles": ["admin"]},
        ],
    )
    async def test_malformed_input_is_422_and_stores_nothing(
        self,
        client: httpx.AsyncClient,
        services: AppServices,
        body: dict[str, str],
        change: dict[str, object],
    ) -> None:
        import json

        answer = await client.post(
            "/v1/auth/register",
            content=json.dumps({**body, **change}),
            headers={"content-type": "application/json"},
        )

        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid_input"
        assert await services.db.find_one("registrations", {}) is None

    async def test_weak_password_says_why_and_is_not_echoed(
        self, client: httpx.AsyncClient, body: dict[str, str]
    ) -> None:
        answer = await client.post(
            "/v1/auth/register", json={**body, "password": "hunter2hunter2!"}
        )

        assert answer.status_code == 422
        assert answer.json()["code"] == "weak_password"
        assert answer.json()["reason"]
        assert "hunter2" not in answer.text


class TestVerifyEmail:
    async def test_link_works_once(
        self, client: httpx.AsyncClient, services: AppServices, body: dict[str, str]
    ) -> None:
        await client.post("/v1/auth/register", json=body)
        letter = await newest(client, services, body["email"])
        assert f"/en/app/verify?token={letter['action_code']}" in letter["text"]
        token = {"token": letter["action_code"]}
        first, second = [await client.post("/v1/auth/verify-email", json=token) for _ in range(2)]

        assert (first.status_code, first.json()) == (200, {"status": "done"})
        assert (second.status_code, second.json()["code"]) == (422, "link_invalid")

    @pytest.mark.parametrize("token", ["", "nonsense", {"$ne": None}, "a" * 201, "a b"])
    async def test_wrong_token_is_422(self, client: httpx.AsyncClient, token: object) -> None:
        answer = await client.post("/v1/auth/verify-email", json={"token": token})

        assert answer.status_code == 422


class TestPasswordReset:
    async def test_whole_way(
        self, client: httpx.AsyncClient, services: AppServices, body: dict[str, str]
    ) -> None:
        await client.post("/v1/auth/register", json=body)
        code = (await newest(client, services, body["email"]))["action_code"]
        await client.post("/v1/auth/verify-email", json={"token": code})
        asked = [
            await client.post("/v1/auth/password/forgot", json={"email": email})
            for email in (body["email"], "nobody@example.org")
        ]
        assert asked[0].content == asked[1].content
        letter = await newest(client, services, body["email"])
        new = {"token": letter["action_code"], "password": "seven purple stones on a shelf"}
        assert (await client.post("/v1/auth/password/reset", json=new)).status_code == 200
        for password, status in ((PASSWORD, 401), (new["password"], 200)):
            answer = await client.post(
                "/v1/auth/login",
                json={"email": body["email"], "password": password, "transport": "body"},
            )
            assert answer.status_code == status

    async def test_resend_is_limited_per_address(
        self, client: httpx.AsyncClient, body: dict[str, str]
    ) -> None:
        answers = [
            await client.post("/v1/auth/resend", json={"email": body["email"]}) for _ in range(4)
        ]

        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert int(answers[3].headers["retry-after"]) > 0
