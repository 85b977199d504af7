"""Kept reports over HTTP: one's own, byte-equal, never somebody else's; figures for the staff."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.api.test_recommendations import advise, get
from tests.api.test_transfers import confirmed
from tests.factories.market import open_market
from tests.factories.people import Person, make_cleared, make_person

pytestmark = pytest.mark.row("AN3")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.fixture
async def investor(client: httpx.AsyncClient, services: AppServices) -> Person:
    """A cleared customer with 25 dollars, a moment ago."""
    await open_market(services)
    person = await make_cleared(services)
    body = {"amount": "25.00", "currency": "USD"}
    done = await confirmed(client, services, person, "/v1/deposits", body)
    assert done.status_code == 201, done.text
    return person


async def make(
    client: httpx.AsyncClient, person: Person, kind: str, period: str, path: str = "/v1/reports"
) -> httpx.Response:
    body = {"kind": kind, "period": period}
    return await client.post(path, json=body, headers=person.headers)


class TestCustomer:
    async def test_statement_of_the_month_so_far_is_made_listed_and_downloaded(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        made = await make(client, investor, "statement", today())
        assert made.status_code == 200, made.text
        (account,) = made.json()["content"]["body"]["accounts"]
        assert (account["opening_minor"], account["closing_minor"]) == (0, 2500)
        again = await make(client, investor, "statement", today())
        assert again.json() == made.json()
        listed = (await get(client, investor, "/v1/reports")).json()["reports"]
        assert [one["report_id"] for one in listed] == [made.json()["report_id"]]
        assert "content" not in listed[0]
        path = f"/v1/reports/{made.json()['report_id']}"
        assert (await get(client, investor, path)).json() == made.json()
        for form, media in (("pdf", "application/pdf"), ("csv", "text/csv; charset=utf-8")):
            first = await get(client, investor, f"{path}.{form}")
            second = await get(client, investor, f"{path}.{form}")
            assert first.status_code == 200, first.text
            assert first.content == second.content
            assert first.headers["content-type"] == media
            assert first.headers["content-disposition"].endswith(f'.{form}"')
        assert b"25.00" in first.content

    async def test_suitability_file_holds_the_statement_of_each_advice(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        made = await make(client, investor, "suitability", today())
        (stated,) = made.json()["content"]["body"]["statements"]
        path = f"/v1/recommendations/{advice['recommendation_id']}/statement"
        assert stated == (await get(client, investor, path)).json()

    async def test_somebody_elses_is_not_there(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        made = (await make(client, investor, "performance", today())).json()
        other = await make_cleared(services)
        staff = await make_person(services, roles=(Role.ADMIN,))
        for form in ("", ".pdf", ".csv"):
            path = f"/v1/reports/{made['report_id']}{form}"
            for person in (other, staff):
                answer = await get(client, person, path)
                assert (answer.status_code, answer.json()["code"]) == (404, "report_not_found")
            assert (await client.get(path)).status_code == 401
        assert (await get(client, other, "/v1/reports")).json() == {"reports": []}

    async def test_bad_periods_and_kinds_are_named_and_nothing_is_kept(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
        for kind, period, status, code in (
            ("statement", later, 422, "report_period"),
            ("statement", later[:7], 422, "report_period"),
            ("statement", "2026-13", 422, "report_period"),
            ("statement", "1999-01", 422, "report_period"),
            ("statement", "0000-00", 422, "report_period"),
            ("statement", "2026-W01", 422, "invalid_input"),
            ("statement", "last month", 422, "invalid_input"),
            ("fraud_kpi", "2026-01", 422, "invalid_input"),
            ("tax_lots", today(), 409, "report_empty"),
            ("statement", "2020-01", 409, "report_empty"),
        ):
            answer = await make(client, investor, kind, period)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (kind, period)
        assert (await get(client, investor, "/v1/reports")).json() == {"reports": []}
        assert (await get(client, investor, "/v1/reports?year=1")).status_code == 422
        assert (await get(client, investor, "/v1/reports/nothing")).status_code == 422

    async def test_posting_changed_by_hand_is_refused_and_never_drawn(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        row = {"account": f"{investor.user_id}.USD"}
        from app.core.mongo import long

        await services.db.update_one("postings", row, {"$set": {"amount": long(2501)}})
        made = (await make(client, investor, "statement", today())).json()
        assert (made["state"], made["content"], made["reason"]) == ("refused", None, "difference")
        assert made["differences"]
        answer = await get(client, investor, f"/v1/reports/{made['report_id']}.pdf")
        assert (answer.status_code, answer.json()["code"]) == (409, "report_refused")


class TestStaff:
    PATH = "/v1/analytics/reports"

    async def test_week_of_fraud_figures_equals_the_decisions_and_is_kept(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        analyst = await make_person(services, roles=(Role.FRAUD_ANALYST,))
        week_ago = datetime.now(UTC) - timedelta(days=7)
        await services.db.update_many("decisions", {"kind": "fraud"}, {"$set": {"at": week_ago}})
        year, number, _ = week_ago.isocalendar()
        made = await make(client, analyst, "fraud_kpi", f"{year}-W{number:02d}", self.PATH)
        assert made.status_code == 200, made.text
        assert made.json()["state"] == "issued"
        assert made.json()["content"]["body"]["total"]["judged"] == 1
        listed = (await get(client, analyst, f"{self.PATH}?year={year}")).json()["reports"]
        assert [one["kind"] for one in listed] == ["fraud_kpi"]
        path = f"{self.PATH}/{made.json()['report_id']}"
        assert (await get(client, analyst, path)).json() == made.json()
        for form in ("pdf", "csv"):
            first = await get(client, analyst, f"{path}.{form}")
            assert first.status_code == 200, first.text
            assert first.content == (await get(client, analyst, f"{path}.{form}")).content
        own = f"/v1/reports/{made.json()['report_id']}"
        assert (await get(client, analyst, own)).status_code == 404

    async def test_roles_periods_and_customers_kinds_are_kept_apart(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        reviewer = await make_person(services, roles=(Role.KYC_REVIEWER,))
        for person in (reviewer, investor):
            assert (await get(client, person, self.PATH)).status_code == 403
            answer = await make(client, person, "fraud_kpi", "2026-10", self.PATH)
            assert answer.status_code == 403
        admin = await make_person(services, roles=(Role.ADMIN,))
        for kind, period, status, code in (
            ("statement", "2026-10", 422, "invalid_input"),
            ("fraud_kpi", today(), 422, "invalid_input"),
            ("fraud_kpi", "2026-W60", 422, "report_period"),
            ("fraud_kpi", "2020-01", 409, "report_empty"),
        ):
            answer = await make(client, admin, kind, period, self.PATH)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (kind, period)
