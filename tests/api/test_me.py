"""The signed-in person over HTTP: her view, devices, second factor, step-up."""

import httpx
import pyotp
import pytest

from app.services import AppServices
from tests.factories.people import PASSWORD, Person, make_person

ROUTES = (
    ("GET", "/v1/me"),
    ("POST", "/v1/me/password"),
    ("POST", "/v1/me/totp/begin"),
    ("POST", "/v1/me/totp/confirm"),
    ("POST", "/v1/me/totp/disable"),
    ("POST", "/v1/me/recovery-codes"),
    ("GET", "/v1/me/sessions"),
    ("DELETE", "/v1/me/sessions"),
    ("DELETE", "/v1/me/sessions/00000000000000000000"),
    ("POST", "/v1/me/step-up"),
)


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_anonymous_is_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == 401


class TestGetMe:
    async def test_shows_the_person_and_nothing_of_the_staffs(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answer = await client.get("/v1/me", headers=person.headers)

        assert answer.json() == {
            "id": person.user_id,
            "email": person.email,
            "name": "Amina Diallo",
            "locale": "en",
            "roles": ["user"],
            "totp_enabled": True,
            "recovery_codes_left": 10,
            "created_at": answer.json()["created_at"],
        }


@pytest.mark.row("IS4")
class TestTotp:
    async def test_enrolment_from_qr_to_codes(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services, second_factor=False)
        begun = (await client.post("/v1/me/totp/begin", headers=person.headers)).json()
        assert begun["qr_svg"].startswith("<svg")
        assert begun["uri"].startswith("otpauth://totp/FinNami:")
        code = {"code": pyotp.TOTP(begun["secret"]).now()}
        confirmed = await client.post("/v1/me/totp/confirm", json=code, headers=person.headers)

        assert len(confirmed.json()["recovery_codes"]) == 10
        assert (await client.get("/v1/me", headers=person.headers)).json()["totp_enabled"]
        again = await client.post("/v1/me/totp/begin", headers=person.headers)
        assert (again.status_code, again.json()["code"]) == (409, "second_factor_on")

    async def test_disable_needs_both(self, client: httpx.AsyncClient, person: Person) -> None:
        wrong = {"password": "wrong password", "code": person.code()}
        refused = await client.post("/v1/me/totp/disable", json=wrong, headers=person.headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "bad_credentials")
        right = {"password": PASSWORD, "code": person.code()}
        done = await client.post("/v1/me/totp/disable", json=right, headers=person.headers)

        assert done.status_code == 200, done.text
        assert not (await client.get("/v1/me", headers=person.headers)).json()["totp_enabled"]

    @pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", 123456, None])
    async def test_code_is_six_ascii_digits(
        self, client: httpx.AsyncClient, person: Person, code: object
    ) -> None:
        answer = await client.post(
            "/v1/me/recovery-codes", json={"code": code}, headers=person.headers
        )

        assert answer.status_code == 422


@pytest.mark.row("IS5")
class TestSessions:
    async def test_ending_one_device_signs_it_out_and_only_it(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        login = {"email": person.email, "password": PASSWORD, "transport": "body"}
        pending = (await client.post("/v1/auth/login", json=login)).json()
        other = (
            await client.post(
                "/v1/auth/login/totp",
                json={"challenge": pending["challenge"], "code": person.code()},
                headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"},
            )
        ).json()
        listed = (await client.get("/v1/me/sessions", headers=person.headers)).json()["sessions"]
        assert [row["current"] for row in listed].count(True) == 1
        assert listed[0]["device"] == "Firefox on Windows"
        assert listed[0]["id"] == other["session_id"]
        ended = await client.delete(
            f"/v1/me/sessions/{other['session_id']}", headers=person.headers
        )
        assert ended.status_code == 204

        theirs = {"authorization": f"Bearer {other['access_token']}"}
        assert (await client.get("/v1/me", headers=theirs)).status_code == 401
        assert (await client.get("/v1/me", headers=person.headers)).status_code == 200

    async def test_somebody_elses_device_is_404(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        stranger = await make_person(services)
        listed = (await client.get("/v1/me/sessions", headers=person.headers)).json()["sessions"]
        answer = await client.delete(f"/v1/me/sessions/{listed[0]['id']}", headers=stranger.headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
        assert (await client.get("/v1/me", headers=person.headers)).status_code == 200

    async def test_ending_all_others_keeps_this_one(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        assert (await client.delete("/v1/me/sessions", headers=person.headers)).status_code == 204
        listed = (await client.get("/v1/me/sessions", headers=person.headers)).json()["sessions"]

        assert [row["current"] for row in listed] == [True]


@pytest.mark.row("IS6")
class TestStepUp:
    async def test_grant_for_a_code_and_the_code_is_used_up(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        body = {
            "action": "withdrawal",
            "params": {"amount_minor": "5000", "currency": "EUR"},
            "code": person.code(),
        }
        first, second = [
            await client.post("/v1/me/step-up", json=body, headers=person.headers) for _ in range(2)
        ]

        assert first.json()["expires_in"] == 300
        assert (second.status_code, second.json()["code"]) == (401, "wrong_code")

    async def test_without_second_factor_is_403(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services, second_factor=False)
        body = {"action": "export", "params": {}, "code": "123456"}
        answer = await client.post("/v1/me/step-up", json=body, headers=person.headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")

    @pytest.mark.parametrize(
        "change",
        [
            {"action": "world domination"},
            {"params": {"amount": {"$gt": 0}}},
            {"params": {"$where": "1"}},
            {"params": {f"k{'a' * n}": "v" for n in range(13)}},
            {"params": []},
        ],
    )
    async def test_malformed_is_422(
        self, client: httpx.AsyncClient, person: Person, change: dict[str, object]
    ) -> None:
        body = {"action": "export", "params": {}, "code": "123456", **change}
        answer = await client.post("/v1/me/step-up", json=body, headers=person.headers)

        assert answer.status_code == 422


class TestPassword:
    async def test_change_needs_the_present_one_and_a_code(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        new = "seven purple stones on a shelf"
        for body, code in (
            ({"present": "wrong", "password": new, "code": person.code()}, "bad_credentials"),
            ({"present": PASSWORD, "password": new}, "wrong_code"),
        ):
            refused = await client.post("/v1/me/password", json=body, headers=person.headers)
            assert (refused.status_code, refused.json()["code"]) == (401, code)
        body = {"present": PASSWORD, "password": new, "code": person.code()}
        done = await client.post("/v1/me/password", json=body, headers=person.headers)
        assert done.status_code == 200, done.text
        assert (await client.get("/v1/me", headers=person.headers)).status_code == 200
