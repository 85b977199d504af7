"""Each kind of drafted action on real servers: drafted, confirmed, carried out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.core.money import Money
from app.domains.fraud.repository.events import append
from app.domains.fraud.rules.builtin import BURST_COUNT
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.services import AppServices
from tests.api.test_actions import balance, confirm
from tests.api.test_goals import GOAL, years_ahead
from tests.api.test_recommendations import fund, get, investor
from tests.api.test_transfers import mint_grant, post
from tests.factories.actions import draft, drafted
from tests.factories.people import Person, make_person

__all__ = ["investor"]
pytestmark = pytest.mark.row("CH9")


@pytest.fixture
async def funded(client: httpx.AsyncClient, services: AppServices, investor: Person) -> Person:
    await fund(client, services, investor)
    return investor


async def shown(client: httpx.AsyncClient, person: Person, action: str) -> dict[str, Any]:
    """Return the preview of an action with its evidence put in."""
    found = (await get(client, person, f"/v1/actions/{action}")).json()
    values = {one["id"]: one["value"] for one in found["evidence"]}
    return {name: values.get(value, value) for name, value in found["preview"].items()}


class TestOrders:
    async def test_a_purchase_is_what_its_card_said(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        action = await drafted(services, funded, "buy", instrument="AGG", amount="100")
        card = await shown(client, funded, action)
        assert Decimal(card["amount"]) <= 100
        done = await confirm(client, services, funded, action)
        assert done.status_code == 200, done.text
        assert done.json()["suitability"]["reasons"][-1] == "inside_equity_limit"
        held = (await get(client, funded, "/v1/portfolio")).json()["positions"]
        assert [(p["symbol"], Decimal(p["quantity"])) for p in held] == [
            ("AGG", Decimal(card["quantity"]))
        ]
        spent = Decimal(card["amount"]) + Decimal(card["fee"])
        assert Decimal(await balance(client, funded)) == 1000 - spent
        orders = (await get(client, funded, "/v1/orders")).json()["orders"]
        assert [order["movement_id"] for order in orders] == [done.json()["result"]["movement_id"]]

    async def test_half_is_sold_and_what_is_not_held_is_not(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        none = await draft(services, funded, "sell", instrument="AGG", percent="50")
        assert none.code == "not_held"
        bought = await drafted(services, funded, "buy", instrument="AGG", quantity="2")
        assert (await confirm(client, services, funded, bought)).status_code == 200
        sold = await drafted(services, funded, "sell", instrument="AGG", percent="50")
        done = await confirm(client, services, funded, sold, key="c2")
        assert done.status_code == 200, done.text
        held = (await get(client, funded, "/v1/portfolio")).json()["positions"]
        assert [Decimal(p["quantity"]) for p in held] == [Decimal(1)]

    async def test_what_breaks_the_promise_becomes_no_card(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        result = await draft(services, funded, "buy", instrument="VTI", amount="900")
        assert (result.code, result.action) == ("not_suitable", None)
        assert (await get(client, funded, "/v1/actions")).json()["actions"] == []

    async def test_rebalancing_executes_the_previewed_run(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        action = await drafted(services, funded, "rebalance")
        card = await shown(client, funded, action)
        done = await confirm(client, services, funded, action)
        assert done.status_code == 200, done.text
        assert Decimal(await balance(client, funded)) == Decimal(card["cash_after"])
        again = await draft(services, funded, "rebalance")
        assert again.code in ("nothing_to_do", "not_now")

    async def test_cash_that_went_elsewhere_asks_to_look_again(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        action = await drafted(services, funded, "buy", instrument="AGG", amount="500")
        spent = await drafted(services, funded, "withdraw", amount="300")
        assert (await confirm(client, services, funded, spent)).status_code == 200
        changed = await confirm(client, services, funded, action, key="c2")
        assert (changed.status_code, changed.json()["code"]) == (409, "action_changed")
        new = changed.json()["action"]
        assert (new["state"], new["version"]) == ("proposed", 2)
        assert Decimal(await balance(client, funded)) == 700
        done = await confirm(client, services, funded, action, key="c3")
        assert done.status_code == 200, done.text


class TestCrash:
    async def test_an_order_that_was_booked_before_a_crash_is_finished_by_the_second_click(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        action = await drafted(services, funded, "buy", instrument="AGG", amount="100")
        done = await confirm(client, services, funded, action)
        left = await balance(client, funded)
        lost = {"$set": {"state": "executing", "movement": None}}
        await services.db.update_one("order_plans", {"user": funded.user_id}, lost)
        again = await confirm(client, services, funded, action, key="c2")
        assert again.json() == done.json()
        assert await balance(client, funded) == left
        orders = (await get(client, funded, "/v1/orders")).json()["orders"]
        assert [order["state"] for order in orders] == ["filled"]

    async def test_what_was_confirmed_before_a_crash_is_done_once_without_another_code(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        await post(client, funded, "/v1/goals", GOAL, key="g1")
        action = await drafted(services, funded, "goal_change", goal="House", amount="70000")
        done = await confirm(client, services, funded, action)
        lost = {"$set": {"state": "confirmed", "result": None, "ended_at": None}}
        await services.db.update_one("pending_actions", {"_id": action}, lost)
        again = await post(client, funded, f"/v1/actions/{action}/confirm", {}, key="c2")
        assert again.json() == done.json()
        assert again.json()["result"]["version"] == "2"


class TestGoals:
    async def test_target_and_date_change_and_a_repeat_changes_nothing_more(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        goal = (await post(client, funded, "/v1/goals", GOAL, key="g1")).json()["goal_id"]
        due = years_ahead(20)
        action = await drafted(
            services, funded, "goal_change", goal="House", amount="70000", date=due
        )
        for key in ("c1", "c2"):
            done = await confirm(client, services, funded, action, key=key)
            assert done.json()["result"] == {"goal_id": goal, "version": "2"}
        found = (await get(client, funded, f"/v1/goals/{goal}")).json()
        assert (found["target"]["amount"], found["due"]) == ("70000.00", due)

    async def test_saving_every_week_is_kept_as_what_it_comes_to_in_a_month(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        goal = (await post(client, funded, "/v1/goals", GOAL, key="g1")).json()["goal_id"]
        action = await drafted(services, funded, "recurring_plan", amount="60", frequency="weekly")
        assert (await confirm(client, services, funded, action)).status_code == 200
        found = (await get(client, funded, f"/v1/goals/{goal}")).json()
        assert found["monthly"]["amount"] == "260.00"

    async def test_a_goal_that_was_changed_elsewhere_is_shown_anew(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        goal = (await post(client, funded, "/v1/goals", GOAL, key="g1")).json()["goal_id"]
        action = await drafted(services, funded, "goal_change", goal="House", amount="70000")
        body = {**GOAL, "monthly": "1.00", "version": 1}
        changed = await client.put(f"/v1/goals/{goal}", json=body, headers=funded.headers)
        assert changed.status_code == 200
        answer = await confirm(client, services, funded, action)
        assert (answer.status_code, answer.json()["code"]) == (409, "action_changed")
        assert (await confirm(client, services, funded, action, key="c2")).status_code == 200
        found = (await get(client, funded, f"/v1/goals/{goal}")).json()
        assert (found["target"]["amount"], found["monthly"]["amount"]) == ("70000.00", "1.00")


class TestSafety:
    @pytest.mark.parametrize("path", ["/v1/withdrawals", "/v1/deposits"])
    async def test_a_freeze_stops_money_until_it_is_lifted_with_a_code(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person, path: str
    ) -> None:
        action = await drafted(services, funded, "freeze_account")
        assert (await confirm(client, services, funded, action)).status_code == 200
        body: dict[str, object] = {"amount": "5.00", "currency": "USD"}
        stopped = await post(client, funded, path, body)
        assert (stopped.status_code, stopped.json()["code"]) == (403, "account_frozen")
        assert (await draft(services, funded, "withdraw", amount="5")).code == "frozen"
        assert (await draft(services, funded, "freeze_account")).code == "done_already"
        bare = await client.delete("/v1/me/freeze", headers=funded.headers)
        assert (bare.status_code, bare.json()["code"]) == (403, "step_up_required")
        grant = await mint_grant(services, funded, bare.json()["action"], bare.json()["params"])
        headers = {**funded.headers, "x-step-up-grant": grant}
        assert (await client.delete("/v1/me/freeze", headers=headers)).status_code == 200
        assert (await get(client, funded, "/v1/me/freeze")).json() == {"frozen_since": None}
        await drafted(services, funded, "withdraw", amount="5")

    async def test_money_is_frozen_at_once_without_a_code_also_before_there_is_any(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services, second_factor=False)
        answers = [
            (await client.put("/v1/me/freeze", headers=person.headers)).json() for _ in range(2)
        ]
        assert answers[0]["frozen_since"] is not None
        assert answers[0] == answers[1] == (await get(client, person, "/v1/me/freeze")).json()

    async def test_an_objection_opens_a_case_and_signs_everybody_out(
        self, client: httpx.AsyncClient, services: AppServices, funded: Person
    ) -> None:
        paid = await drafted(services, funded, "withdraw", amount="20")
        moved = (await confirm(client, services, funded, paid)).json()["result"]["movement_id"]
        assert (await draft(services, funded, "dispute_payment", amount="21")).code == "no_payments"
        action = await drafted(services, funded, "dispute_payment", amount="20")
        done = await confirm(client, services, funded, action, key="c2")
        assert done.status_code == 200, done.text
        assert done.json()["result"] == {"movement_id": moved, "state": "posted"}
        assert (await get(client, funded, "/v1/me")).status_code == 401
        case = await services.db.find_one("fraud_cases", {"payment": moved})
        assert case is not None

    async def test_only_an_order_that_waits_can_be_cancelled(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        # The deposit and the first order bring it to the limit of an hour.
        await many_payments(services, investor, BURST_COUNT - 2)
        await fund(client, services, investor)
        funded = investor
        assert (await draft(services, funded, "cancel_order")).code == "no_orders"
        filled = await drafted(services, funded, "buy", instrument="AGG", amount="100")
        assert (await confirm(client, services, funded, filled)).status_code == 200
        assert (await draft(services, funded, "cancel_order")).code == "done_already"
        before = await balance(client, funded)
        bought = await drafted(services, funded, "buy", instrument="AGG", amount="200")
        done = await confirm(client, services, funded, bought, key="c2")
        assert done.json()["result"]["state"] == "held", done.text
        action = await drafted(services, funded, "cancel_order")
        ended = await confirm(client, services, funded, action, key="c3")
        assert ended.json()["result"]["state"] == "voided", ended.text
        assert await balance(client, funded) == before
        orders = (await get(client, funded, "/v1/orders")).json()["orders"]
        assert sorted(order["state"] for order in orders) == ["cancelled", "filled"]


async def many_payments(services: AppServices, person: Person, count: int) -> None:
    """Give a person so many payments within the hour; at a limit the next waits for an analyst."""
    for number in range(count):
        facts = PaymentFacts(
            f"{person.user_id}-{number}", person.user_id, "shop", PaymentKind.TRANSFER,
            Money(100, "USD"), services.clock.now() - timedelta(minutes=1 + number), "s",
            fresh_factor=False,
        )  # fmt: skip
        await append(services.db, facts, high_ratio=False)
