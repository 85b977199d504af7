"""Reviews over HTTP: drawn payments, a customer who asks for a person, advice that really helps."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from app.domains.fraud.repository.events import by_ids
from app.domains.fraud.types import EntityState, ModelScore, PaymentFacts
from app.services import AppServices
from app.worker.main import FUNCTIONS
from tests.api.test_fraud_cases import analyst, only_case, payee, payer
from tests.api.test_transfers import confirmed, mint_grant, post
from tests.factories.ledger import FakeScorer
from tests.factories.people import Person, make_cleared

__all__ = ["analyst", "payee", "payer"]
HELD, BLOCKED = 0.5, 0.95


class PickyScorer(FakeScorer):
    """A model that holds what `dislikes` says and lets everything else pass."""

    def __init__(self) -> None:
        super().__init__()
        self.dislikes: Callable[[PaymentFacts], bool] = lambda _: False

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        self.probability = HELD if self.dislikes(facts) else 0.0
        return super().score(facts, customer, payee)


async def fund(
    client: httpx.AsyncClient, services: AppServices, person: Person, amount: str = "900.00"
) -> None:
    done = await confirmed(
        client, services, person, "/v1/deposits", {"amount": amount, "currency": "USD"}
    )
    assert done.status_code == 201, done.text


def to(person: Person, amount: str) -> dict[str, object]:
    return {"amount": amount, "currency": "USD", "payee_email": person.email}


async def dollars(client: httpx.AsyncClient, person: Person) -> str:
    accounts = (await client.get("/v1/accounts", headers=person.headers)).json()
    return str(next((a["balance"] for a in accounts if a["unit"] == "USD"), "0.00"))


async def close(
    client: httpx.AsyncClient,
    services: AppServices,
    analyst: Person,
    case_id: str,
    *,
    release: bool,
) -> dict[str, Any]:
    decision = "release" if release else "refuse"
    params: dict[str, object] = {"case": case_id, "decision": decision}
    grant = await mint_grant(services, analyst, "case_decision", params)
    done = await client.post(
        f"/v1/fraud/cases/{case_id}/decision",
        json={"release": release, "note": "the bank's list says mule"},
        headers={**analyst.headers, "x-step-up-grant": grant},
    )
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


async def run_jobs(services: AppServices, event: str) -> int:
    """Run what the worker would run for an event, twice each; return how many rows there were."""
    from app.services import SUBSCRIPTIONS

    rows = await services.db.find_many("outbox", {"name": event}, limit=20)
    for row in rows * 2:
        for job, _ in SUBSCRIPTIONS[event]:
            await FUNCTIONS[job](services, SimpleNamespace(ids=row["ids"]))
    return len(rows)


@pytest.mark.row("FC7")
class TestSample:
    async def test_drawn_payment_is_labelled_by_an_analyst_and_stays_where_it_is(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        services.fraud.in_force.pin(FakeScorer())
        await fund(client, services, payer)
        services.fraud.review_share = 1.0
        sent = await post(client, payer, "/v1/transfers", to(payee, "20.00"), key="t")
        assert (sent.status_code, sent.json()["state"]) == (201, "posted")
        assert await run_jobs(services, "fraud.review_sampled.v1") == 1
        (row,) = (await client.get("/v1/fraud/cases?kind=sample", headers=analyst.headers)).json()[
            "cases"
        ]
        assert (row["movement_id"], row["breached"]) == (sent.json()["movement_id"], False)
        assert not row["needs_second"]
        assert row["due_at"][:10] > row["opened_at"][:10]
        closed = await close(client, services, analyst, row["case_id"], release=False)
        assert closed["state"] == "rejected"
        assert await run_jobs(services, "fraud.payment_labelled.v1") == 1
        assert await run_jobs(services, "fraud.case_rejected.v1") == 0
        (event,) = await by_ids(services.db, [sent.json()["movement_id"]])
        assert event.label is not None
        assert event.label[0]
        assert await dollars(client, payee) == "20.00"
        told = await client.get(
            f"/v1/payment-decisions/{sent.json()['decision_id']}/notice", headers=payer.headers
        )
        assert told.json()["review_outcome"] is None
        assert (await client.get("/v1/confirmations", headers=payer.headers)).json() == []


@pytest.mark.row("EX6")
class TestAskForPerson:
    async def test_blocked_payment_gets_one_review_an_outcome_and_stays_blocked(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        model = FakeScorer()
        services.fraud.in_force.pin(model)
        await fund(client, services, payer)
        before = await dollars(client, payer)
        model.probability = BLOCKED
        refused = await post(client, payer, "/v1/transfers", to(payee, "20.00"), key="t")
        assert (refused.status_code, refused.json()["code"]) == (403, "payment_blocked")
        path = f"/v1/payment-decisions/{refused.json()['decision_id']}"
        body = {"message": "  the deposit for my flat  "}
        for headers, given, status in (
            ({}, body, 401),
            (payee.headers, body, 404),
            (payer.headers, {"message": "     "}, 422),
            (payer.headers, {"message": "x" * 501}, 422),
        ):
            answer = await client.post(f"{path}/review", json=given, headers=headers)
            assert answer.status_code == status, answer.text
        first = await client.post(f"{path}/review", json=body, headers=payer.headers)
        assert first.status_code == 200, first.text
        assert first.json()["review_asked_at"]
        again = await client.post(f"{path}/review", json={"message": "hey"}, headers=payer.headers)
        assert again.json() == first.json()
        case_id = await only_case(client, analyst)
        lines = (
            await client.get(f"/v1/fraud/cases/{case_id}/timeline", headers=analyst.headers)
        ).json()
        assert [(e["actor"], e["action"], e["text"]) for e in lines] == [
            ("customer", "review_asked", "the deposit for my flat")
        ]
        await close(client, services, analyst, case_id, release=True)
        told = (await client.get(f"{path}/notice", headers=payer.headers)).json()
        assert told["review_outcome"] == "cleared"
        assert told["review_decided_at"]
        assert "mule" not in str(told)
        assert await run_jobs(services, "fraud.case_released.v1") == 0
        assert await dollars(client, payer) == before


@pytest.mark.row("FC5")
class TestWouldPass:
    """What the analyst's page says would pass, the customer does, and it does."""

    async def held(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        amount: str,
    ) -> None:  # fmt: skip
        held = await confirmed(
            client, services, payer, "/v1/transfers", to(payee, amount), key="held"
        )
        assert (held.status_code, held.json()["state"]) == (201, "held"), held.text

    async def changes(
        self, client: httpx.AsyncClient, analyst: Person
    ) -> dict[str, dict[str, Any]]:
        case_id = await only_case(client, analyst)
        page = await client.get(f"/v1/fraud/cases/{case_id}/would-pass", headers=analyst.headers)
        assert page.status_code == 200, page.text
        return {change["kind"]: change for change in page.json()["changes"]}

    async def test_smaller_amount_flips_a_hold_and_one_dollar_more_does_not(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        model = PickyScorer()
        services.fraud.in_force.pin(model)
        await fund(client, services, payer)
        model.dislikes = lambda facts: facts.amount.amount_minor > 15_00
        await self.held(client, services, payer, payee, "20.00")
        change = (await self.changes(client, analyst))["amount"]
        assert (change["amount"]["amount"], change["needs_code"]) == ("15.00", False)
        passed = await post(client, payer, "/v1/transfers", to(payee, "15.00"), key="less")
        assert (passed.status_code, passed.json()["state"]) == (201, "posted"), passed.text
        more = await post(client, payer, "/v1/transfers", to(payee, "16.00"), key="more")
        assert (more.status_code, more.json()["state"]) == (201, "held"), more.text
        assert await dollars(client, payee) == "15.00"

    async def test_smaller_amount_that_needs_a_code_asks_for_it_and_passes(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        model = PickyScorer()
        services.fraud.in_force.pin(model)
        await fund(client, services, payer, "30000.00")
        # From 10,000.00 on a payment needs a code by rule, whatever the model says.
        model.dislikes = lambda facts: facts.amount.amount_minor > 10_500_00
        await self.held(client, services, payer, payee, "12000.00")
        change = (await self.changes(client, analyst))["amount"]
        assert change["needs_code"]
        body = to(payee, change["amount"]["amount"])
        bare = await post(client, payer, "/v1/transfers", body, key="less")
        assert (bare.status_code, bare.json()["code"]) == (403, "step_up_required")
        done = await confirmed(client, services, payer, "/v1/transfers", body, key="less")
        assert (done.status_code, done.json()["state"]) == (201, "posted"), done.text

    async def test_payee_paid_before_flips_a_hold(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        friend = await make_cleared(services)
        model = PickyScorer()
        services.fraud.in_force.pin(model)
        await fund(client, services, payer)
        known = await post(client, payer, "/v1/transfers", to(friend, "1.00"), key="known")
        assert known.status_code == 201, known.text
        model.dislikes = lambda facts: facts.payee_id == payee.user_id
        await self.held(client, services, payer, payee, "20.00")
        change = (await self.changes(client, analyst))["known_payee"]
        assert change["payee_id"] == friend.user_id
        passed = await post(client, payer, "/v1/transfers", to(friend, "20.00"), key="other")
        assert (passed.status_code, passed.json()["state"]) == (201, "posted"), passed.text

    async def test_fresh_code_flips_a_payment_that_waits_for_one(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        services.fraud.in_force.pin(FakeScorer())
        await fund(client, services, payer)
        body = to(payee, "600.00")
        asked = await post(client, payer, "/v1/transfers", body, key="t")
        assert (asked.status_code, asked.json()["code"]) == (403, "step_up_required")
        review = await client.post(
            f"/v1/payment-decisions/{asked.json()['decision_id']}/review",
            json={"message": "my rent"},
            headers=payer.headers,
        )
        assert review.status_code == 200, review.text
        change = (await self.changes(client, analyst))["fresh_code"]
        assert change["needs_code"]
        done = await confirmed(client, services, payer, "/v1/transfers", body, key="t")
        assert (done.status_code, done.json()["state"]) == (201, "posted"), done.text
