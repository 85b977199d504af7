"""Instruments and closes over HTTP: signed in, bounded, with their source."""

from datetime import date

import httpx
import pytest

from app.services import AppServices
from tests.factories.people import Person, make_person

URLS = ("/v1/instruments", "/v1/instruments/VTI/prices")


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services, second_factor=False)


@pytest.fixture
async def market_open(services: AppServices) -> None:
    await services.market.ensure_simulated()


@pytest.mark.row("MD1")
@pytest.mark.usefixtures("market_open")
class TestInstruments:
    @pytest.mark.parametrize("url", URLS)
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient, url: str) -> None:
        assert (await client.get(url)).status_code == 401

    async def test_sandbox_instruments_say_simulated_and_name_their_currency(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        listed = (await client.get("/v1/instruments", headers=person.headers)).json()
        assert len(listed) == 14
        assert all(one["simulated"] and "simulated" in one["name"] for one in listed)
        assert {one["currency"] for one in listed} == {"USD"}


@pytest.mark.usefixtures("market_open")
class TestPrices:
    async def test_range_holds_exact_text_and_the_hash_of_its_data(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        url = "/v1/instruments/VTI/prices?from=2020-01-01&to=2020-01-31"
        found = (await client.get(url, headers=person.headers)).json()
        days = [close["day"] for close in found["closes"]]
        assert days == sorted(days)
        assert (days[0], days[-1]) == ("2020-01-01", "2020-01-31")
        assert all(isinstance(close["price"], str) for close in found["closes"])
        assert len(found["data_hash"]) == 64
        assert found["source"] == "simulated"

    async def test_without_a_range_the_last_year(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        found = (await client.get("/v1/instruments/VTI/prices", headers=person.headers)).json()
        assert 255 < len(found["closes"]) < 265
        # The last close is some days old: any time zone will do.
        assert date.fromisoformat(found["closes"][-1]["day"]) < date.today()  # noqa: DTZ011

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("NOPE/prices", 404, "instrument_not_found"),
            ("VTI/prices?from=2021-01-02&to=2021-01-01", 422, "date_range"),
            ("VTI/prices?from=2000-01-01&to=2021-01-01", 422, "date_range"),
            ("VTI/prices?from=never", 422, "invalid_input"),
            ("vti%00/prices", 422, "invalid_input"),
        ],
    )
    async def test_what_cannot_be_answered_is_said(
        self, client: httpx.AsyncClient, person: Person, path: str, status: int, code: str
    ) -> None:
        answer = await client.get(f"/v1/instruments/{path}", headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    @pytest.mark.parametrize("query", ["to=0001-01-01", "from=9999-12-01&to=9999-12-31"])
    async def test_days_at_the_edge_of_the_calendar_are_empty(
        self, client: httpx.AsyncClient, person: Person, query: str
    ) -> None:
        url = f"/v1/instruments/VTI/prices?{query}"
        answer = await client.get(url, headers=person.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["closes"] == []
