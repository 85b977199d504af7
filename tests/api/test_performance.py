"""Performance and fees over HTTP: every number with its method, period, currency and flows."""

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor, preview
from tests.api.test_transfers import confirmed
from tests.factories.people import Person, make_person

__all__ = ["investor"]


class TestGetPerformance:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/portfolio/performance")).status_code == 401

    @pytest.mark.row("PA2")
    @pytest.mark.row("PA11")
    async def test_numbers_come_with_method_period_currency_and_flows(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        body = {"plan_id": (await preview(client, investor))["plan_id"]}
        await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        found = (await get(client, investor, "/v1/portfolio/performance")).json()
        assert [m["method"] for m in found["measures"]] == [
            "time_weighted", "money_weighted", "simple",
        ]  # fmt: skip
        for measure in found["measures"]:
            assert {"first", "last", "currency", "as_of", "annualised"} <= set(measure)
            assert measure["annualised"] is None
        (flow,) = found["flows"]
        assert (flow["kind"], flow["amount"]["amount"]) == ("deposit", "1000.00")
        assert found["benchmark"]["name"] == "VTI 60% / AGG 40%"
        assert found["simulated"] is True
        fees = (await get(client, investor, "/v1/portfolio/fees")).json()
        assert fees["paid"] == found["fees"]
        assert (
            sum(line["amount"]["amount_minor"] for line in fees["lines"])
            == (fees["paid"]["amount_minor"])
        )

    async def test_person_with_nothing_gets_reasons(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        stranger = await make_person(services)
        found = (await get(client, stranger, "/v1/portfolio/performance")).json()
        assert {m["reason"] for m in found["measures"]} == {"no_movements"}
        assert (await get(client, stranger, "/v1/portfolio/fees")).json()["lines"] == []

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("first=2026-02-01&last=2026-01-01", 422, "date_range"),
            ("first=1999-01-01", 422, "date_range"),
            ("benchmark=NOPE", 404, "instrument_not_found"),
            ("benchmark=%00", 422, "invalid_input"),
            ("first=yesterday", 422, "invalid_input"),
        ],
    )
    async def test_wrong_questions_are_refused(
        self, client: httpx.AsyncClient, investor: Person, query: str, status: int, code: str
    ) -> None:
        answer = await get(client, investor, f"/v1/portfolio/performance?{query}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_before_any_prices_it_waits(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services)
        answer = await get(client, person, "/v1/portfolio/performance")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_prices")

    @pytest.mark.row("PA2")
    async def test_points_end_at_the_value_and_the_return(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        body = {"plan_id": (await preview(client, investor))["plan_id"]}
        await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        found = (await get(client, investor, "/v1/portfolio/performance?first=2025-01-01")).json()
        # Nothing was there before the first movement: the period begins with it.
        assert found["first"] == found["points"][0]["day"] == found["points"][-1]["day"]
        assert found["points"][-1]["value"] == found["end_value"]
        assert found["points"][-1]["growth"] == pytest.approx(found["measures"][0]["value"])
        assert found["drawdown"]["depth"] <= found["drawdown"]["now"] <= 0
