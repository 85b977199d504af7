"""Exchange rates, net worth and the base currency over HTTP."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.domains.market.adapters.ecb_file import read_rate_file
from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor
from tests.api.test_transfers import confirmed
from tests.factories.people import Person

__all__ = ["investor"]
pytestmark = pytest.mark.row("PA3")

NAIRA = {"amount": "30000.00", "currency": "NGN"}


@pytest.fixture
async def rates(services: AppServices, tmp_path: Path) -> str:
    """Yesterday's rates: a dollar is 1500 naira; returns yesterday."""
    today = services.clock.now().date()
    day = (today - timedelta(days=1)).isoformat()
    (tmp_path / "r.csv").write_text(f"date,USD,NGN\n{day},1.10,1650\n")
    file = read_rate_file(tmp_path / "r.csv", today=today)
    await services.market.rates.import_rates(file, label="Central Bank")
    return day


class TestGetRates:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/rates?base=USD&quotes=EUR")).status_code == 401

    async def test_rate_has_its_day_and_source_and_unknown_is_null(
        self, client: httpx.AsyncClient, investor: Person, rates: str
    ) -> None:
        answer = await get(client, investor, "/v1/rates?base=USD&quotes=NGN,USD,XXX,NGN")
        found = answer.json()
        assert [one["quote"] for one in found["rates"]] == ["NGN", "USD", "XXX"]
        assert found["rates"][0]["rate"] == {
            "base": "USD", "quote": "NGN", "value": "1500", "day": rates,
            "source": "Central Bank", "filled_days": 1,
        }  # fmt: skip
        assert found["rates"][1]["rate"]["value"] == "1"
        assert found["rates"][2]["rate"] is None
        assert found["known"] == ["EUR", "NGN", "USD"]
        old = await get(client, investor, "/v1/rates?base=USD&quotes=NGN&on=2001-01-01")
        assert old.json()["rates"][0]["rate"] is None

    @pytest.mark.parametrize(
        "query",
        [
            "base=usd&quotes=EUR",
            "base=USD",
            "base=USD&quotes=",
            "base=USD&quotes=EUR;NGN",
            "base=USD&quotes=" + ",".join(["EUR"] * 21),
            "base=USD&quotes=EUR&on=soon",
        ],
    )
    async def test_wrong_questions_are_refused(
        self, client: httpx.AsyncClient, investor: Person, query: str
    ) -> None:
        answer = await get(client, investor, f"/v1/rates?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    async def test_ends_of_the_calendar_are_unknown(
        self, client: httpx.AsyncClient, investor: Person, rates: str, day: str
    ) -> None:
        answer = await get(client, investor, f"/v1/rates?base=USD&quotes=NGN&on={day}")
        assert (answer.status_code, answer.json()["rates"][0]["rate"]) == (200, None)


class TestNetWorth:
    async def test_parts_have_rates_and_missing_ones_stay_apart(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person, tmp_path: Path
    ) -> None:
        await fund(client, services, investor)
        done = await confirmed(client, services, investor, "/v1/deposits", NAIRA, key="d2")
        assert done.status_code == 201, done.text
        unknown = (await get(client, investor, "/v1/portfolio/net-worth")).json()
        assert (unknown["total"], unknown["unknown"]) == (None, ["NGN"])
        assert unknown["known"]["amount"] == "1000.00"
        report = (await get(client, investor, "/v1/portfolio/performance")).json()
        assert (report["end_value"], report["missing_rates"]) == (None, ["NGN"])
        assert {m["reason"] for m in report["measures"]} == {"no_rate"}
        today = services.clock.now().date()
        (tmp_path / "r.csv").write_text(
            f"date,USD,NGN\n{today - timedelta(days=1)},1.10,1650\n{today},1.10,1760\n"
        )
        file = read_rate_file(tmp_path / "r.csv", today=today)
        await services.market.rates.import_rates(file, label="Central Bank")
        found = (await get(client, investor, "/v1/portfolio/net-worth")).json()
        assert (found["total"]["amount"], found["unknown"]) == ("1018.75", [])
        part = next(one for one in found["parts"] if one["unit"] == "NGN")
        assert (part["local"]["amount"], part["value"]["amount"]) == ("30000.00", "18.75")
        assert part["rate"]["source"] == "Central Bank"
        report = (await get(client, investor, "/v1/portfolio/performance")).json()
        assert report["end_value"] == found["total"]
        assert report["gain"]["amount"] == "0.00"
        assert report["gains"]["currency"]["amount"] == "0.00"
        assert len(report["rates_hash"]) == 64
        naira = next(f for f in report["flows"] if f["local"]["currency"] == "NGN")
        assert (naira["amount"]["amount"], naira["rate"]["filled_days"]) == ("18.75", 0)

    async def test_base_currency_is_kept_and_a_strange_one_refused(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person, rates: str
    ) -> None:
        await fund(client, services, investor)

        async def choose(body: dict[str, object]) -> httpx.Response:
            return await client.put(
                "/v1/portfolio/base-currency", json=body, headers=investor.headers
            )

        for _ in range(2):
            assert (await choose({"currency": "NGN"})).json() == {"currency": "NGN", "chosen": True}
        found = (await get(client, investor, "/v1/portfolio/net-worth")).json()
        assert (found["total"]["amount"], found["chosen"]) == ("1500000.00", True)
        refused = await choose({"currency": "XXX"})
        assert (refused.status_code, refused.json()["code"]) == (422, "base_currency")
        assert (await choose({"currency": "naira"})).status_code == 422
        once = await get(client, investor, "/v1/portfolio/performance?currency=USD")
        assert once.json()["currency"] == "USD"
        wrong = await get(client, investor, "/v1/portfolio/net-worth?currency=XXX")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "base_currency")
