"""An advice's second page over HTTP: outlook, what-if, declined, asked, and what flips it."""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.api.test_onboarding import PROFILE
from tests.api.test_recommendations import advise, fund, get, preview
from tests.api.test_transfers import confirmed, post
from tests.factories.market import open_market, quote_all
from tests.factories.people import Person, make_cleared, make_person

USD = "USD"


@pytest.fixture
async def investor(services: AppServices) -> Person:
    await open_market(services)
    return await make_cleared(services)


def path_of(advice: dict[str, Any], rest: str) -> str:
    return f"/v1/recommendations/{advice['recommendation_id']}/{rest}"


async def what_if(
    client: httpx.AsyncClient, person: Person, advice: dict[str, Any], body: dict[str, Any]
) -> httpx.Response:
    return await client.post(path_of(advice, "what-if"), json=body, headers=person.headers)


class TestOutlook:
    @pytest.mark.row("PA12")
    async def test_costs_over_the_horizon_are_once_and_every_year(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        found = (await get(client, investor, path_of(advice, "outlook"))).json()
        costs = advice["mix"]["costs"]
        assert found["horizon_years"] == 15
        once, yearly = (costs[name]["amount_minor"] for name in ("one_off", "yearly"))
        assert found["cost_over_horizon"]["amount_minor"] == once + 15 * yearly
        assert found["mix"] == advice["mix"]

    @pytest.mark.row("PA7")
    async def test_bad_ends_are_told_in_money_and_in_order(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        future = (await get(client, investor, path_of(advice, "outlook"))).json()["future"]
        ends = [future[name]["amount_minor"] for name in ("worst", "poor", "low", "middle", "high")]
        assert ends == sorted(ends)
        assert future["paid_in"]["amount"] == advice["mix"]["costs"]["basis"]["amount"]
        assert future["paths"] == 10_000

    @pytest.mark.row("EX2")
    async def test_rank_agreement_is_reported_with_its_threshold(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        check = (await get(client, investor, path_of(advice, "outlook"))).json()["cross_check"]
        assert check["unstable"] == (check["agreement"] < check["threshold"])
        assert -1 <= check["agreement"] <= 1
        assert {e["code"] for e in check["effects"]} == {
            c["code"] for c in advice["mix"]["risk"]["contributions"]
        }

    @pytest.mark.row("PA6")
    async def test_alternatives_stay_inside_their_limits_and_her_capacity(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        beside = (await get(client, investor, path_of(advice, "outlook"))).json()["alternatives"]
        assert beside["calmer"]["profile"] == advice["profile"] - 1
        assert beside["calmer"]["why_not"]["sentence"]
        assert (beside["bolder"] is None) == (advice["profile"] >= advice["capacity"])
        for other in filter(None, (beside["calmer"], beside["bolder"])):
            assert other["profile"] <= advice["capacity"]
            assert other["mix"]["predicted_volatility"] <= other["mix"]["promised_volatility"]
            assert other["mix"]["equity_share"] <= other["mix"]["equity_limit"]

    async def test_somebody_elses_is_not_found(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        stranger = await make_person(services)
        for rest in ("outlook", "standing"):
            assert (await get(client, stranger, path_of(advice, rest))).status_code == 404
        assert (await what_if(client, stranger, advice, {})).status_code == 404

    async def test_card_is_of_the_model_that_made_the_advice(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        found = (await get(client, investor, path_of(advice, "model-card"))).json()
        assert found["version"] == advice["mix"]["model_version"]
        assert found["card"].startswith("#")

    async def test_while_it_is_prepared_there_is_no_outlook(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await open_market(services, with_frontier=False)
        person = await make_cleared(services)
        advice = (await post(client, person, "/v1/recommendations", {})).json()
        answer = await get(client, person, path_of(advice, "outlook"))
        assert (answer.status_code, answer.json()["code"]) == (409, "outlook_not_ready")


class TestWhatIf:
    @pytest.mark.row("PA7")
    async def test_nothing_changed_is_the_outlook_and_the_same_again(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        told = (await get(client, investor, path_of(advice, "outlook"))).json()
        before = await services.db.find_many("decisions", {}, limit=10)
        for _ in range(2):
            assert (await what_if(client, investor, advice, {})).json() == told
        changed = {"amount": "25000.00", "monthly": "100.00", "currency": USD, "horizon_years": 10}
        found = (await what_if(client, investor, advice, changed)).json()
        assert found["mix"]["costs"]["basis"]["amount"] == "25000.00"
        assert found["future"]["paid_in"]["amount"] == "37000.00"
        assert found == (await what_if(client, investor, advice, changed)).json()
        assert await services.db.find_many("decisions", {}, limit=10) == before

    async def test_short_horizon_goes_through_the_rules_of_the_profile(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        found = (await what_if(client, investor, advice, {"horizon_years": 4})).json()
        assert found["profile"] < advice["profile"]
        assert found["mix"]["predicted_volatility"] < advice["mix"]["predicted_volatility"]
        none = (await what_if(client, investor, advice, {"horizon_years": 1})).json()
        assert none["may_invest"] is False or none["profile"] <= found["profile"]

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": "10.00"},
            {"currency": USD},
            {"amount": "0", "currency": USD},
            {"amount": "10.00", "currency": "EUR"},
            {"monthly": "999999999.00", "currency": USD},
            {"horizon_years": 0},
            {"horizon_years": 51},
            {"profile": 10},
        ],
    )
    async def test_malformed_body_is_refused(
        self, client: httpx.AsyncClient, investor: Person, body: dict[str, Any]
    ) -> None:
        advice = await advise(client, investor)
        assert (await what_if(client, investor, advice, body)).status_code == 422


class TestReject:
    BODY: ClassVar = {"code": "too_risky", "note": "I slept badly.\nReally."}

    @pytest.mark.row("PA4")
    async def test_it_is_kept_once_seen_in_standing_and_history_and_stops_orders(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        advice = await advise(client, investor)
        first = await post(client, investor, path_of(advice, "reject"), self.BODY)
        assert first.status_code == 200, first.text
        assert first.json()["rejection"]["note"] == self.BODY["note"]
        again = await post(client, investor, path_of(advice, "reject"), self.BODY)
        assert again.json() == first.json()
        other = await post(client, investor, path_of(advice, "reject"), {"code": "other"})
        assert (other.status_code, other.json()["code"]) == (409, "recommendation_rejected")
        listed = (await get(client, investor, "/v1/recommendations")).json()["recommendations"]
        assert [one["rejection"]["code"] for one in listed] == ["too_risky"]
        accepted = await post(client, investor, path_of(advice, "accept"), {})
        assert (accepted.status_code, accepted.json()["code"]) == (409, "recommendation_rejected")
        placed = await post(client, investor, "/v1/orders", {"plan_id": plan["plan_id"]}, key="o1")
        assert (placed.status_code, placed.json()["code"]) == (409, "plan_expired")

    async def test_after_the_orders_there_is_nothing_to_decline(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        plan = await preview(client, investor)
        done = await confirmed(
            client, services, investor, "/v1/orders", {"plan_id": plan["plan_id"]}, key="o1"
        )
        assert done.status_code == 201, done.text
        advice = await advise(client, investor)
        answer = await post(client, investor, path_of(advice, "reject"), self.BODY)
        assert (answer.status_code, answer.json()["code"]) == (409, "recommendation_ordered")
        standing = (await get(client, investor, path_of(advice, "standing"))).json()
        assert standing["orders"] == done.json()["state"]
        assert standing["rejection"] is None

    @pytest.mark.parametrize(
        "body",
        [{}, {"code": "because"}, {"code": "other", "note": "x" * 501}, {"code": "other", "by": 1}],
    )
    async def test_malformed_body_is_refused(
        self, client: httpx.AsyncClient, investor: Person, body: dict[str, Any]
    ) -> None:
        advice = await advise(client, investor)
        assert (await post(client, investor, path_of(advice, "reject"), body)).status_code == 422

    async def test_somebody_elses_is_not_found(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        stranger = await make_person(services)
        for rest, body in (("reject", self.BODY), ("help", {"message": "Why so much?"})):
            assert (await post(client, stranger, path_of(advice, rest), body)).status_code == 404


class TestStanding:
    async def test_stale_prices_say_why_it_cannot_be_accepted(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        path = path_of(advice, "standing")
        assert (await get(client, investor, path)).json()["blocked"] is None
        (row,) = await services.db.find_many("quotes", {}, limit=2)
        old = services.clock.now() - timedelta(days=9)
        changes = {f"q.{name}.received_at": old for name in row["q"]}
        await services.db.update_one("quotes", {"_id": row["_id"]}, {"$set": changes})
        blocked = (await get(client, investor, path)).json()["blocked"]
        accepted = await post(client, investor, path_of(advice, "accept"), {})
        assert accepted.json()["code"] == "stale_price"
        assert blocked["code"] == "advice_stale_price"
        assert blocked["values"]["symbols"]
        await quote_all(services)
        assert (await get(client, investor, path)).json()["blocked"] is None


class TestHelp:
    async def test_an_adviser_sees_the_question_and_answers_it_once(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        body = {"message": "Is this also right when I buy a flat?"}
        asked = await post(client, investor, path_of(advice, "help"), body)
        assert (asked.status_code, asked.json()["state"]) == (200, "open")
        assert (await post(client, investor, path_of(advice, "help"), body)).json() == asked.json()
        more = await post(client, investor, path_of(advice, "help"), {"message": "And now?"})
        assert (more.status_code, more.json()["code"]) == (409, "help_taken")
        adviser = await make_person(services, roles=(Role.ADVISER,))
        queue = (await get(client, adviser, "/v1/advice-requests")).json()["requests"]
        assert [one["message"] for one in queue] == [body["message"]]
        path = f"/v1/advice-requests/{advice['recommendation_id']}/answer"
        for _ in range(2):
            done = await post(client, adviser, path, {"message": "Yes: tell us the new date."})
            assert (done.status_code, done.json()["state"]) == (200, "answered")
        late = await post(client, adviser, path, {"message": "No."})
        assert (late.status_code, late.json()["code"]) == (409, "help_taken")
        standing = (await get(client, investor, path_of(advice, "standing"))).json()
        assert standing["help"]["answer"] == "Yes: tell us the new date."
        assert (await get(client, adviser, "/v1/advice-requests")).json()["requests"] == []
        assert (await get(client, investor, "/v1/advice-requests")).status_code == 403

    async def test_what_nobody_asked_is_not_found(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        advice = await advise(client, investor)
        adviser = await make_person(services, roles=(Role.ADVISER,))
        path = f"/v1/advice-requests/{advice['recommendation_id']}/answer"
        answer = await post(client, adviser, path, {"message": "Yes."})
        assert (answer.status_code, answer.json()["code"]) == (404, "help_not_found")


class TestWhatWouldChange:
    @pytest.mark.row("EX3")
    @pytest.mark.parametrize(
        "poor",
        [{"horizon_years": 4}, {"liquid_reserve": "100.00", "net_worth": "50000.00"}],
        ids=["another profile", "out of do not invest yet"],
    )
    async def test_suggestion_applied_through_the_api_flips_the_recommendation(
        self,
        client: httpx.AsyncClient,
        investor: Person,
        poor: dict[str, Any],
    ) -> None:
        async def with_facts(sets: dict[str, Any]) -> dict[str, Any]:
            facts = deepcopy(PROFILE)
            facts["financial"] |= sets
            path = "/v1/onboarding/profile"
            saved = await client.put(path, json=facts, headers=investor.headers)
            assert saved.status_code == 200, saved.text
            made = await client.post("/v1/risk-profile", headers=investor.headers)
            assert made.status_code == 201, made.text
            return await advise(client, investor, key=str(sets))

        before = await with_facts(poor)
        told = await get(client, investor, "/v1/risk-profile/what-would-change")
        changes = told.json()["changes"]
        assert changes
        sets = {k: v for change in changes for k, v in change["sets"].items()}
        whole = {k: int(v) for k, v in sets.items() if k in {"horizon_years"}}
        after = await with_facts(poor | sets | whole)
        assert after["outcome"] == "invest"
        assert after["profile"] == told.json()["changed_profile"]
        if before["mix"] is not None:
            assert after["profile"] > before["profile"]
            moved = Decimal(str(after["mix"]["equity_share"]))
            assert moved > Decimal(str(before["mix"]["equity_share"]))
