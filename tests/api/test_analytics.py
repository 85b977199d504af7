"""Analytics over HTTP: for those whose work it is, from rollups alone, within bounds."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.api.test_transfers import confirmed
from tests.factories.people import Person, make_cleared, make_person, make_user

PATHS = ("cohorts", "flows", "fraud")


@pytest.fixture
async def admin(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.ADMIN,))


@pytest.mark.row("AN2")
class TestAnalytics:
    async def test_what_happened_today_is_shown_once_it_is_rolled_up(
        self, client: httpx.AsyncClient, services: AppServices, admin: Person
    ) -> None:
        person = await make_cleared(services)
        body = {"amount": "25.00", "currency": "USD"}
        done = await confirmed(client, services, person, "/v1/deposits", body)
        assert done.status_code == 201, done.text

        async def get(path: str) -> dict[str, object]:
            answer = await client.get(f"/v1/analytics/{path}", headers=admin.headers)
            assert answer.status_code == 200, answer.text
            body: dict[str, object] = answer.json()
            return body

        before = await get("flows")
        assert before["days"] == []
        assert before["coverage"]["missing"] == 30  # it is an object
        await services.analytics.refreshing.run()
        (line,) = (await get("flows"))["days"]  # it is a list
        assert line["deposits"] == {"amount": "25.00", "amount_minor": 2500, "currency": "USD"}
        total = (await get("cohorts"))["total"]
        assert total == {"signed_up": 1, "kyc": 1, "profile": 1, "funded": 1, "invested": 0}
        fraud = await get("fraud")
        assert fraud["total"]["judged"] == 1
        assert [c["channel"] for c in fraud["channels"]] == ["deposit"]

    async def test_roles_see_what_is_their_work(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        seen = {}
        for role in (Role.DATA_SCIENTIST, Role.FRAUD_ANALYST, Role.KYC_REVIEWER):
            person = await make_person(services, roles=(role,))
            seen[role] = [
                (await client.get(f"/v1/analytics/{path}", headers=person.headers)).status_code
                for path in PATHS
            ]
        assert seen == {
            Role.DATA_SCIENTIST: [200, 200, 200],
            Role.FRAUD_ANALYST: [403, 403, 200],
            Role.KYC_REVIEWER: [403, 403, 403],
        }

    async def test_ranges_are_bounded(self, client: httpx.AsyncClient, admin: Person) -> None:
        today = datetime.now(UTC).date()
        bad = {
            "from=2026-02-02&to=2026-02-01": "analytics_range",
            f"from={today - timedelta(days=400)}&to={today}": "analytics_range",
            f"to={today + timedelta(days=2)}": "analytics_range",
            "from=0001-01-01": "analytics_range",
            "from=yesterday": "invalid_input",
        }
        for query, code in bad.items():
            for path in PATHS:
                answer = await client.get(f"/v1/analytics/{path}?{query}", headers=admin.headers)
                assert (answer.status_code, answer.json()["code"]) == (422, code), query
        for query in ("to=0001-01-01", f"from={today - timedelta(days=399)}&to={today}"):
            answer = await client.get(f"/v1/analytics/flows?{query}", headers=admin.headers)
            assert answer.status_code == 200, query
        assert (await client.get("/v1/analytics/flows")).status_code == 401

    async def test_somebody_who_only_signed_up_has_come_nowhere_yet(
        self, client: httpx.AsyncClient, services: AppServices, admin: Person
    ) -> None:
        await make_user(services)
        await services.analytics.refreshing.run()
        answer = await client.get("/v1/analytics/cohorts", headers=admin.headers)
        week = answer.json()["weeks"][-1]
        assert week["size"] == {"signed_up": 1, "kyc": 0, "profile": 0, "funded": 0, "invested": 0}
