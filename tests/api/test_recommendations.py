"""Advice over HTTP: explained, sealed, capped, previewed, executed once."""

import asyncio
from decimal import Decimal

import httpx
import pytest

from app.core import decisions
from app.services import AppServices
from tests.api.test_transfers import confirmed, mint_grant, post
from tests.factories.market import open_market, quote_all
from tests.factories.people import Person, make_cleared, make_person

DEPOSIT = {"amount": "1000.00", "currency": "USD"}


@pytest.fixture
async def investor(services: AppServices) -> Person:
    await open_market(services)
    return await make_cleared(services)


async def get(client: httpx.AsyncClient, person: Person, path: str) -> httpx.Response:
    return await client.get(path, headers=person.headers)


async def advise(client: httpx.AsyncClient, person: Person, key: str = "a1") -> dict[str, object]:
    answer = await post(client, person, "/v1/recommendations", {}, key=key)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def preview(client: httpx.AsyncClient, person: Person, key: str = "a1") -> dict[str, object]:
    advice = await advise(client, person, key=key)
    path = f"/v1/recommendations/{advice['recommendation_id']}/accept"
    answer = await client.post(path, headers=person.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def fund(client: httpx.AsyncClient, services: AppServices, person: Person) -> None:
    answer = await confirmed(client, services, person, "/v1/deposits", DEPOSIT, key="d1")
    assert answer.status_code == 201, answer.text


class TestCreateRecommendation:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/recommendations", json={}, headers={"idempotency-key": "a"})
        assert answer.status_code == 401

    @pytest.mark.row("PA4")
    async def test_mix_keeps_the_promise_and_says_why_and_what_it_costs(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        mix = advice["mix"]
        assert advice["outcome"] == "invest"
        assert sum(Decimal(t["weight"]) for t in mix["targets"]) == 1
        assert mix["predicted_volatility"] <= mix["promised_volatility"]
        assert mix["equity_share"] <= mix["equity_limit"]
        codes = [reason["code"] for reason in advice["reasons"]]
        assert codes[:3] == ["profile", "promise", "highest_rung"]
        assert {"cost", "worst_year"} <= set(codes)
        assert mix["costs"]["basis_is_example"] is True
        assert mix["simulated"] is True

    @pytest.mark.row("EX1")
    async def test_effects_and_base_add_up_to_the_total(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        risk = (await advise(client, investor))["mix"]["risk"]
        effects = sum(part["effect"] for part in risk["contributions"])
        assert risk["base"] + effects == pytest.approx(risk["total"], abs=1e-5)

    @pytest.mark.row("EX4")
    async def test_decision_record_is_sealed_and_tells_the_same_advice(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        record = await decisions.load(services.db, advice["recommendation_id"])
        assert record is not None
        assert record.hash() == advice["record_hash"]
        assert {"profile", "frontier", "model", "price_data_sha256"} <= set(record.versions)
        again = await get(client, investor, f"/v1/recommendations/{advice['recommendation_id']}")
        assert again.json() == advice

    async def test_same_key_answers_the_same_also_when_calls_race(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        answers = await asyncio.gather(*(advise(client, investor) for _ in range(4)))
        assert all(answer == answers[0] for answer in answers)

    async def test_key_with_another_amount_is_refused(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        await advise(client, investor)
        other = await post(client, investor, "/v1/recommendations", DEPOSIT, key="a1")
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_mismatch"

    async def test_amount_is_the_basis_of_the_money_figures(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        body = {"amount": "25000.00", "currency": "USD"}
        costs = (await post(client, investor, "/v1/recommendations", body)).json()["mix"]["costs"]
        assert costs["basis"]["amount"] == "25000.00"
        assert costs["basis_is_example"] is False
        assert costs["one_off"]["amount"] == "25.00"

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": "10.00"},
            {"amount": "-1", "currency": "USD"},
            {"amount": "0", "currency": "USD"},
            {"amount": "NaN", "currency": "USD"},
            {"amount": "10.00", "currency": "EUR"},
            {"profile": 10},
        ],
    )
    async def test_malformed_body_is_refused(
        self, client: httpx.AsyncClient, investor: Person, body: dict[str, object]
    ) -> None:
        assert (await post(client, investor, "/v1/recommendations", body)).status_code == 422

    async def test_without_a_risk_profile_nothing_is_advised(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await open_market(services)
        stranger = await make_person(services)
        answer = await post(client, stranger, "/v1/recommendations", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "risk_profile_missing")

    async def test_missing_frontier_answers_202_and_is_completed_later(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await open_market(services, with_frontier=False)
        person = await make_cleared(services)
        first = await post(client, person, "/v1/recommendations", {})
        assert first.status_code == 202
        assert first.json()["outcome"] == "preparing"
        rows = await services.db.find_many(
            "outbox", {"name": "portfolio.frontier_wanted.v1"}, limit=10
        )
        assert len(rows) == 1
        await services.portfolio.rebuild_frontier()
        later = await get(client, person, first.headers["location"])
        assert later.status_code == 200
        assert later.json()["mix"] is not None


class TestGetRecommendation:
    async def test_somebody_elses_is_not_found(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        stranger = await make_person(services)
        path = f"/v1/recommendations/{advice['recommendation_id']}"
        assert (await get(client, stranger, path)).status_code == 404
        accepted = await client.post(f"{path}/accept", headers=stranger.headers)
        assert accepted.status_code == 404
        assert (await client.get(path)).status_code == 401


class TestAcceptRecommendation:
    async def test_preview_spends_the_cash_and_gives_a_reason_per_line(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        assert plan["state"] == "previewed"
        assert {order["action"] for order in plan["orders"]} <= {"buy", "skip"}
        assert all(order["reason"]["sentence"] for order in plan["orders"])
        assert 0 <= Decimal(plan["cash_after"]["amount"]) < 5
        assert Decimal(plan["drift_after"]) < Decimal(plan["drift_before"])

    async def test_accepting_again_returns_the_same_preview(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        assert await preview(client, investor) == await preview(client, investor)

    async def test_stale_price_gives_no_plan(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        advice = await advise(client, investor)
        await services.db.update_many("quotes", {}, {"$unset": {"nothing": ""}})
        await services.db.delete_many("quotes", {})
        path = f"/v1/recommendations/{advice['recommendation_id']}/accept"
        answer = await client.post(path, headers=investor.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_price")


class TestCreateOrders:
    @pytest.mark.row("PA8")
    async def test_orders_are_filled_once_and_books_balance(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        body = {"plan_id": plan["plan_id"]}
        done = await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        assert done.status_code == 201, done.text
        assert done.json()["state"] in {"filled", "held"}
        again = await post(client, investor, "/v1/orders", body, key="o1")
        assert again.json() == done.json()
        report = await services.ledger.books.check()
        assert report.findings == ()
        listed = (await get(client, investor, "/v1/orders")).json()["orders"]
        assert [plan["plan_id"] for plan in listed] == [plan["plan_id"]]

    async def test_portfolio_after_the_orders_is_on_target_and_a_second_run_does_nothing(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        body = {"plan_id": (await preview(client, investor))["plan_id"]}
        done = await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        if done.json()["state"] == "held":
            pytest.fail("the first order of a cleared person with a fresh code was held")
        holdings = (await get(client, investor, "/v1/portfolio")).json()
        assert holdings["next_action"] == "none"
        assert Decimal(holdings["drift"]) < Decimal("0.01")
        cost = Decimal(done.json()["fees"]["amount"])
        assert Decimal(holdings["value"]["amount"]) == pytest.approx(1000 - cost, abs=Decimal("1"))
        second = await preview(client, investor, key="a2")
        assert {order["action"] for order in second["orders"]} == {"skip"}
        answer = await post(
            client, investor, "/v1/orders", {"plan_id": second["plan_id"]}, key="o3"
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_trade")

    async def test_risen_prices_shrink_the_buys_instead_of_failing(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        await quote_all(services, factor="1.10")
        body = {"plan_id": plan["plan_id"]}
        done = (await confirmed(client, services, investor, "/v1/orders", body)).json()
        assert 0 <= Decimal(done["cash_after"]["amount"]) < 5
        bought = {o["symbol"]: Decimal(o["quantity"]) for o in done["orders"]}
        for order in plan["orders"]:
            assert bought[order["symbol"]] <= Decimal(order["quantity"])

    async def test_parallel_posts_of_one_plan_fill_it_once(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan_id = str((await preview(client, investor))["plan_id"])
        # At the door: over HTTP the rate limit would answer most of the calls.
        grant = await mint_grant(services, investor, "order", {"reference": plan_id})
        session_id = (await services.identity.authenticate(investor.access_token)).session_id
        answers = await asyncio.gather(
            *(
                services.portfolio.orders.execute(
                    investor.user_id, plan_id, session_id=session_id, key=f"o{n % 2}", grant=grant
                )
                for n in range(6)
            ),
            return_exceptions=True,
        )
        movements = {a.movement_id for a in answers if not isinstance(a, BaseException)}
        assert len(movements) == 1
        rows = await services.db.find_many("journal", {"kind": "order"}, limit=10)
        assert len(rows) == 1

    async def test_somebody_elses_plan_is_not_found(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        stranger = await make_person(services)
        answer = await post(client, stranger, "/v1/orders", {"plan_id": plan["plan_id"]})
        assert answer.status_code == 404
        seen = await get(client, stranger, f"/v1/orders/{plan['plan_id']}")
        assert seen.status_code == 404
        anonymous = await client.post("/v1/orders", json={"plan_id": plan["plan_id"]})
        assert anonymous.status_code == 401


class TestGetPortfolio:
    async def test_new_person_is_told_to_finish_onboarding(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await open_market(services)
        person = await make_person(services)
        found = (await get(client, person, "/v1/portfolio")).json()
        assert found["next_action"] == "finish_onboarding"
        assert found["value"]["amount"] == "0.00"
        assert found["positions"] == []
        assert [alert["code"] for alert in found["alerts"]] == ["kyc_missing"]

    async def test_next_action_walks_from_deposit_to_advice_to_orders(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        async def next_action() -> object:
            return (await get(client, investor, "/v1/portfolio")).json()["next_action"]

        assert await next_action() == "deposit"
        await fund(client, services, investor)
        assert await next_action() == "get_advice"
        await advise(client, investor)
        assert await next_action() == "invest"

    @pytest.mark.row("PA3")
    @pytest.mark.row("AN1")
    async def test_what_is_shown_adds_up_to_the_cent(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        body = {"plan_id": (await preview(client, investor))["plan_id"]}
        await confirmed(client, services, investor, "/v1/orders", body, key="o1")
        for factor in ("1", "1.0317", "0.8683", "13.7"):
            await quote_all(services, factor=factor)
            found = (await get(client, investor, "/v1/portfolio")).json()
            parts = [found["cash"], found["reserved"], *(p["value"] for p in found["positions"])]
            shown = sum(Decimal(part["amount"]) for part in parts)
            assert Decimal(found["value"]["amount"]) == shown
            assert {line["symbol"] for line in found["allocation"]} >= {
                None, *(p["symbol"] for p in found["positions"]),
            }  # fmt: skip
            assert found["drift_verdict"] in {"on_plan", "inside_bands", "outside_bands"}

    async def test_before_any_price_says_so(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services)
        answer = await get(client, person, "/v1/portfolio")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_prices")

    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/portfolio")).status_code == 401
        assert (await client.get("/v1/orders")).status_code == 401
