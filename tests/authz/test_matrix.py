"""Every operation by every kind of caller, against a real API process and real objects."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import redis as redis_py

from app.core.config import Settings
from app.domains.identity.types import Role
from app.main import create_app
from app.services import AppServices
from tests.authz import matrix
from tests.factories.actions import drafted
from tests.factories.people import (
    FINANCIAL,
    PERSONAL,
    Person,
    make_cleared,
    make_person,
    sign_in,
)
from tests.fakes.clock import FakeClock
from tests.live import LiveApi, claims_of, resigned, running_api

DOCUMENT = create_app(Settings()).openapi()
OPERATIONS = matrix.operations(DOCUMENT)
STAFF = (Role.ADVISER, Role.KYC_REVIEWER, Role.FRAUD_ANALYST, Role.DATA_SCIENTIST, Role.ADMIN)
MADE_UP = {
    "log": "ledger",
    "source": "ledger",
    "symbol": "SPY",
    "movement_id": f"{'0' * 20}-{'0' * 32}",
    "decision_id": "0" * 26,
    "case_id": f"case-{'0' * 26}",
    "turn_id": "0" * 26,
}
GOAL = {"name": "House", "currency": "USD", "target": "5000", "due": "2040-01-01"}
#: date,type,amount,currency and one deposit, in base64.
IMPORT = {
    "account": "Elsewhere",
    "file_name": "a.csv",
    "content": "ZGF0ZSx0eXBlLGFtb3VudCxjdXJyZW5jeQoyMDI2LTAxLTA1LGRlcG9zaXQsMTAwLjAwLFVTRAo=",
}
#: What an operation needs to get past the shape of its body, so that ownership decides.
BODIES = {
    "change_goal": GOAL | {"version": 1},
    "reject_recommendation": {"code": "other"},
    "ask_adviser": {"message": "Why this?"},
    "rename_conversation": {"title": "Savings"},
    "send_message": {"client_message_id": "message-1", "text": "How much?", "locale": "en"},
}
A_TIME = "2026-11-01T00:00:00Z"
EXPIRED_AT = datetime.now(UTC) - timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class People:
    """`left` has a valid token of an ended session; `roamer` has a second device."""

    owner: Person
    stranger: Person
    roamer: Person
    second_device: str
    left: Person
    staff: dict[Role, Person]
    kyc_case: str
    action: str


async def gather(services: AppServices) -> People:
    left = await make_person(services, second_factor=False)
    await services.identity.sign_out.end(
        left.user_id, claims_of(left.access_token)["sid"], why="test"
    )
    roamer = await make_person(services, second_factor=False)
    second = await sign_in(services, roamer.user_id, roamer.email, second_factor=False)
    waiting = await make_person(services)
    await services.onboarding.profiles.save_facts(
        waiting.user_id, personal=PERSONAL, financial=FINANCIAL
    )
    owner = await make_cleared(services)
    return People(
        owner=owner,
        stranger=await make_cleared(services),
        roamer=roamer,
        second_device=claims_of(second.access_token)["sid"],
        left=left,
        staff={role: await make_person(services, roles=(role,)) for role in STAFF},
        kyc_case=(await services.onboarding.kyc.submit(waiting.user_id)).case_id,
        action=await drafted(services, owner, "deposit", amount="5"),
    )


class World:
    """The running API, its people, and one real object of each kind."""

    def __init__(self, api: LiveApi[People], client: httpx.Client, redis: redis_py.Redis) -> None:
        self.api, self.client, self.redis = api, client, redis
        self.people = api.cast
        owner = self.people.owner
        deposit = self.deposit(owner)
        advice = self.call("POST", "/v1/recommendations", owner, {})
        assert advice.status_code == 201, advice.text
        advice_id = advice.json()["recommendation_id"]
        plan = self.call("POST", f"/v1/recommendations/{advice_id}/accept", owner, {})
        assert plan.status_code == 200, plan.text
        goal = self.call("POST", "/v1/goals", owner, GOAL)
        assert goal.status_code == 201, goal.text
        imported = self.call("POST", "/v1/imports", owner, IMPORT)
        assert imported.status_code == 201, imported.text
        today = datetime.now(UTC).date().isoformat()
        report = self.call("POST", "/v1/reports", owner, {"kind": "suitability", "period": today})
        assert report.status_code == 200, report.text
        talk = self.call("POST", "/v1/conversations", owner, {})
        assert talk.status_code == 201, talk.text
        accounts = self.call("GET", "/v1/accounts", owner).json()
        self.real = {
            "account_id": accounts[0]["account_id"],
            "movement_id": deposit.json()["movement_id"],
            "source": "ledger",
            "ref": deposit.json()["movement_id"],
            "recommendation_id": advice_id,
            "plan_id": plan.json()["plan_id"],
            "goal_id": goal.json()["goal_id"],
            "report_id": report.json()["report_id"],
            "import_id": imported.json()["import_id"],
            "conversation_id": talk.json()["conversation_id"],
            "session_id": self.people.second_device,
            "action_id": self.people.action,
            "case_id": self.people.kyc_case,
            "decision_id": deposit.json()["decision_id"],
        }

    def deposit(self, person: Person) -> httpx.Response:
        """Put money in, with a fresh code when one is asked for."""
        body, headers = {"amount": "5.00", "currency": "USD"}, self.api.headers_of(person)
        answer = self.send("POST", "/v1/deposits", headers, body)
        if answer.status_code == 403:
            asked = {name: answer.json()[name] for name in ("action", "params")}
            grant = self.call("POST", "/v1/me/step-up", person, {**asked, "code": person.code()})
            assert grant.status_code == 200, grant.text
            headers |= {"x-step-up-grant": grant.json()["grant"]}
            answer = self.send("POST", "/v1/deposits", headers, body)
        assert answer.status_code == 201, answer.text
        return answer

    def call(
        self, method: str, path: str, person: Person | None, body: object = None
    ) -> httpx.Response:
        headers = {"idempotency-key": "k"} if person is None else self.api.headers_of(person)
        return self.send(method, path, headers, body)

    def send(
        self, method: str, path: str, headers: dict[str, str], body: object = None
    ) -> httpx.Response:
        """Send one request with the rate limits forgotten."""
        self.redis.flushdb()
        return self.client.request(method, path, headers=headers, json=body)

    def path_of(self, row: dict[str, str]) -> str:
        """Return the address with ids and whatever the query must have, so that who decides."""
        ids = self.real if row["ids"] == "real" else MADE_UP
        path = re.sub(r"{(\w+)}", lambda name: ids.get(name[1], "0" * 20), row["path"])
        query = "&".join(
            f"{item['name']}={A_TIME if item['schema'].get('format') == 'date-time' else 1}"
            for item in OPERATIONS[row["operation"]][2].get("parameters", ())
            if item["in"] == "query" and item.get("required")
        )
        return f"{path}?{query}" if query else path

    def headers(self, row: dict[str, str], caller: str) -> dict[str, str]:
        people = self.people
        own = people.roamer if row["operation"] == "end_session" else people.owner
        required = OPERATIONS[row["operation"]][2]["x-finnami-policy"]["roles"]
        if caller == "anonymous":
            return {"idempotency-key": "k"}
        if caller == "expired":
            token = resigned(own.access_token, self.api.keys, FakeClock(EXPIRED_AT))
            return {"authorization": f"Bearer {token}", "idempotency-key": "k"}
        person = {
            "user": own,
            "other_user": people.stranger,
            "revoked": people.left,
            "staff_without_role": next(p for r, p in people.staff.items() if r not in required),
            "staff_with_role": next((p for r, p in people.staff.items() if r in required), None),
        }[caller]
        assert person is not None, f"{row['operation']} names no staff role"
        return self.api.headers_of(person)


@pytest.fixture(scope="module")
def world(
    embedded_mongo_url: str, embedded_redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("authz")
    redis_url = embedded_redis_url.rsplit("/", 1)[0] + "/8"
    with (
        running_api(embedded_mongo_url, redis_url, folder, gather=gather) as api,
        httpx.Client(base_url=api.url, timeout=60) as client,
    ):
        yield World(api, client, redis_py.Redis.from_url(redis_url))


def cell_of(answer: httpx.Response, *, real: bool) -> str:
    """Return what an answer says about who may call, in the words of the matrix."""
    assert answer.status_code < 500, answer.text
    code = answer.json().get("code", "") if answer.status_code >= 400 else ""
    if answer.status_code == 401:
        return "401"
    if code == "wrong_role":
        return "403"
    return "404" if answer.status_code == 404 and real else "pass"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    rows = matrix.rows()
    assert rows.keys() == OPERATIONS.keys(), "run `python -m tests.authz.matrix` and judge the rows"
    for name, row in rows.items():
        assert (row["method"], row["path"]) == OPERATIONS[name][:2]
        assert ("{" in row["path"]) == (row["ids"] != "-")
        assert all(row[caller] in {"401", "403", "404", "pass", "-"} for caller in matrix.CALLERS)


@pytest.mark.row("IS7")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_caller_gets_what_the_matrix_says(name: str, world: World) -> None:
    row = matrix.rows()[name]
    # The rightful caller comes last: what she does may end the object.
    order = sorted(matrix.CALLERS, key=lambda caller: caller in {"user", "staff_with_role"})
    found = {}
    for caller in order:
        if row[caller] == "-":
            continue
        body = BODIES.get(name, {}) if "requestBody" in OPERATIONS[name][2] else None
        answer = world.send(row["method"], world.path_of(row), world.headers(row, caller), body)
        found[caller] = cell_of(answer, real=row["ids"] == "real")
    assert found == {caller: row[caller] for caller in order if row[caller] != "-"}
