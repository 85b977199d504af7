"""Signing in, refreshing and signing out over HTTP, by cookie and by body."""

from http.cookies import SimpleCookie

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from app.services import AppServices
from tests.api.conftest import client_of
from tests.factories.people import PASSWORD, Person, make_person, make_user

OWN = {"x-finnami": "1", "sec-fetch-site": "same-origin"}


@pytest.fixture
async def plain(services: AppServices) -> Person:
    user_id, email = await make_user(services)
    return Person(user_id, email, "", "")


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services)


def credentials(person: Person, **more: object) -> dict[str, object]:
    return {"email": person.email, "password": PASSWORD, "transport": "body", **more}


def cookies(answer: httpx.Response) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        jar.load(header)
    return jar


class TestLogin:
    async def test_body_transport_gives_tokens_that_work(
        self, client: httpx.AsyncClient, plain: Person
    ) -> None:
        answer = await client.post("/v1/auth/login", json=credentials(plain))

        tokens = answer.json()
        assert answer.status_code == 200, answer.text
        assert tokens["status"] == "signed_in"
        assert tokens["expires_in"] == 600
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        me = await client.get(
            "/v1/me", headers={"authorization": f"Bearer {tokens['access_token']}"}
        )
        assert me.json()["email"] == plain.email

    async def test_cookie_transport_keeps_the_refresh_token_out_of_the_body(
        self, client: httpx.AsyncClient, plain: Person
    ) -> None:
        answer = await client.post("/v1/auth/login", json=credentials(plain, transport="cookie"))

        assert answer.json()["refresh_token"] is None
        cookie = cookies(answer)["__Host-fn_refresh"]
        assert (cookie["path"], cookie["samesite"].lower()) == ("/", "strict")
        assert cookie["httponly"]
        assert cookie["secure"]
        assert not cookie["domain"]

    async def test_wrong_password_and_unknown_address_get_the_same_answer(
        self, client: httpx.AsyncClient, plain: Person
    ) -> None:
        bodies = []
        for email in (plain.email, "nobody@example.org"):
            answer = await client.post(
                "/v1/auth/login", json={"email": email, "password": "not the password"}
            )
            assert answer.status_code == 401
            bodies.append({k: v for k, v in answer.json().items() if k != "request_id"})

        assert bodies[0] == bodies[1]
        assert bodies[0]["code"] == "bad_credentials"

    @pytest.mark.row("IS10")
    async def test_two_hundred_a_minute_are_refused_with_retry_after(
        self, client: httpx.AsyncClient
    ) -> None:
        answers = [
            await client.post(
                "/v1/auth/login", json={"email": "target@example.org", "password": f"guess {n}"}
            )
            for n in range(20)
        ]

        assert [answer.status_code for answer in answers[:5]] == [401] * 5
        assert {answer.status_code for answer in answers[5:]} == {429}
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].json()["code"] == "too_many_attempts"

    @pytest.mark.row("IS9")
    @pytest.mark.parametrize(
        "change",
        [
            {"password": {"$gt": ""}},
            {"email": ["a@example.org"]},
            {"transport": "carrier pigeon"},
            {"trusted_device": "a\u0000"},
            {"remember": True},
        ],
    )
    async def test_malformed_input_is_422(
        self, client: httpx.AsyncClient, plain: Person, change: dict[str, object]
    ) -> None:
        answer = await client.post("/v1/auth/login", json=credentials(plain, **change))

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


class TestTotp:
    async def test_challenge_then_tokens(self, client: httpx.AsyncClient, person: Person) -> None:
        pending = (await client.post("/v1/auth/login", json=credentials(person))).json()
        assert pending["status"] == "second_factor"
        assert "access_token" not in pending
        wrong = await client.post(
            "/v1/auth/login/totp", json={"challenge": pending["challenge"], "code": "000000"}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
        right = await client.post(
            "/v1/auth/login/totp",
            json={"challenge": pending["challenge"], "code": person.code(), "trust_device": True},
        )
        assert right.json()["status"] == "signed_in"
        trusted = credentials(person, trusted_device=right.json()["trusted_device"])
        again = await client.post("/v1/auth/login", json=trusted)
        assert again.json()["status"] == "signed_in"

    async def test_unknown_challenge_is_401(self, client: httpx.AsyncClient) -> None:
        for path, code in (("totp", "123456"), ("recovery", "aaaaa-bbbbb")):
            answer = await client.post(
                f"/v1/auth/login/{path}", json={"challenge": "nonsense", "code": code}
            )
            assert (answer.status_code, answer.json()["code"]) == (401, "challenge_over")


@pytest.mark.row("IS2")
class TestRefresh:
    async def test_body_token_is_rotated_and_reuse_in_the_grace_gives_the_same(
        self, client: httpx.AsyncClient, plain: Person
    ) -> None:
        first = (await client.post("/v1/auth/login", json=credentials(plain))).json()
        body = {"refresh_token": first["refresh_token"]}
        second, again = [
            (await client.post("/v1/auth/refresh", json=body)).json() for _ in range(2)
        ]

        assert second["refresh_token"] == again["refresh_token"] != first["refresh_token"]

    async def test_cookie_works_from_our_pages_only(
        self, app: FastAPI, client: httpx.AsyncClient, plain: Person
    ) -> None:
        answer = await client.post("/v1/auth/login", json=credentials(plain, transport="cookie"))
        value = cookies(answer)["__Host-fn_refresh"].value
        cookie = {"cookie": f"__Host-fn_refresh={value}"}
        async with client_of(app) as browser:
            for headers in (
                {},
                {"x-finnami": "1"},
                {"sec-fetch-site": "same-origin"},
                {"x-finnami": "1", "sec-fetch-site": "cross-site"},
                {"x-finnami": "1", "sec-fetch-site": "same-site"},
                {"x-finnami": "1", "origin": "https://attacker.example"},
            ):
                refused = await browser.post("/v1/auth/refresh", headers={**cookie, **headers})
                assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
            good = await browser.post("/v1/auth/refresh", headers={**cookie, **OWN})
            origin = {"x-finnami": "1", "origin": "http://127.0.0.1:8000"}
            also = await browser.post("/v1/auth/refresh", headers={**cookie, **origin})
        assert good.status_code == 200, good.text
        assert also.status_code == 200
        assert good.json()["refresh_token"] is None
        assert cookies(good)["__Host-fn_refresh"].value != value

    async def test_no_cookie_is_401(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/auth/refresh", headers=OWN)

        assert (answer.status_code, answer.json()["code"]) == (401, "refresh_invalid")


@pytest.mark.row("IS2")
class TestLogout:
    async def test_both_tokens_stop_working(self, client: httpx.AsyncClient, plain: Person) -> None:
        tokens = (await client.post("/v1/auth/login", json=credentials(plain))).json()
        body = {"refresh_token": tokens["refresh_token"]}
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        assert (await client.get("/v1/me", headers=bearer)).status_code == 200
        assert (await client.post("/v1/auth/logout", json=body)).status_code == 204

        assert (await client.get("/v1/me", headers=bearer)).json()["code"] == "session_ended"
        assert (await client.post("/v1/auth/refresh", json=body)).status_code == 401
        assert (await client.post("/v1/auth/logout", json=body)).status_code == 204

    async def test_cookie_logout_clears_the_cookie_and_needs_our_page(
        self, client: httpx.AsyncClient
    ) -> None:
        assert (await client.post("/v1/auth/logout")).status_code == 403
        answer = await client.post("/v1/auth/logout", headers=OWN)

        assert answer.status_code == 204
        assert cookies(answer)["__Host-fn_refresh"]["max-age"] == "0"


class TestJwks:
    async def test_key_verifies_our_tokens(self, client: httpx.AsyncClient, person: Person) -> None:
        from joserfc import jwt
        from joserfc.jwk import KeySet

        keys = (await client.get("/.well-known/jwks.json")).json()
        token = jwt.decode(person.access_token, KeySet.import_key_set(keys), algorithms=["ES256"])

        assert token.claims["sub"] == person.user_id
        assert token.header["typ"] == "at+jwt"


class TestBearer:
    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer \udc80"]
    )
    async def test_anything_else_is_401(self, client: httpx.AsyncClient, header: str) -> None:
        raw = header.encode("utf-8", "surrogateescape")
        answer = await client.get("/v1/me", headers={b"authorization": raw})

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_code_for_another_secret_does_not_step_up(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answer = await client.post(
            "/v1/me/step-up",
            json={"action": "export", "params": {}, "code": pyotp.TOTP("A" * 32).now()},
            headers=person.headers,
        )

        assert answer.status_code == 401
