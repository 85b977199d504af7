"""Casework over HTTP: one winner of twenty, a code for each decision, nobody's own payment."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.core.money import Money
from app.domains.fraud.repository.events import append
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.identity.types import Role
from app.services import AppServices
from tests.api.test_transfers import confirmed, mint_grant, post
from tests.factories.ledger import FakeScorer
from tests.factories.people import Person, make_cleared, make_person

HELD = 0.5
NO_CASE = "case-" + "0" * 26


@pytest.fixture
async def payer(services: AppServices) -> Person:
    person = await make_cleared(services)
    for number in range(5):
        facts = PaymentFacts(
            f"{person.user_id}-{number}", person.user_id, "shop", PaymentKind.TRANSFER,
            Money(100, "USD"), services.clock.now() - timedelta(days=10 + number), "s",
            fresh_factor=False,
        )  # fmt: skip
        await append(services.db, facts, high_ratio=False)
    return person


@pytest.fixture
async def payee(services: AppServices) -> Person:
    return await make_cleared(services)


@pytest.fixture
async def analyst(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.FRAUD_ANALYST,))


async def hold(
    client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person
) -> dict[str, object]:
    """Hold a transfer of 20 dollars; return the movement."""
    model = FakeScorer()
    services.fraud.in_force.pin(model)
    deposit = await confirmed(
        client, services, payer, "/v1/deposits", {"amount": "50.00", "currency": "USD"}
    )
    assert deposit.status_code == 201, deposit.text
    model.probability = HELD
    body = {"amount": "20.00", "currency": "USD", "payee_email": payee.email}
    held = await post(client, payer, "/v1/transfers", body, key="held")
    assert held.status_code == 201, held.text
    assert held.json()["state"] == "held"
    found: dict[str, object] = held.json()
    return found


async def only_case(client: httpx.AsyncClient, analyst: Person) -> str:
    queue = (await client.get("/v1/fraud/cases", headers=analyst.headers)).json()
    assert len(queue["cases"]) == 1
    return str(queue["cases"][0]["case_id"])


@pytest.mark.row("FC4")
class TestClaim:
    async def test_of_twenty_at_once_one_wins_and_the_others_are_told_who(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        await hold(client, services, payer, payee)
        case_id = await only_case(client, analyst)
        cases = services.fraud.cases

        async def claim(number: int) -> str:
            from app.domains.fraud.errors import FraudCaseTakenError

            try:
                await cases.claim(case_id, analyst_id=f"analyst-{number}")
            except FraudCaseTakenError as refused:
                return f"told {refused.fields['holder']}"
            return f"won {number}"

        said = await asyncio.gather(*(claim(number) for number in range(20)))
        won = [line for line in said if line.startswith("won")]
        assert len(won) == 1
        winner = won[0].replace("won ", "analyst-")
        assert sum(line == f"told {winner}" for line in said) == 19
        answer = await client.post(
            f"/v1/fraud/cases/{case_id}/claim", json={}, headers=analyst.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "fraud_case_taken")
        assert answer.json()["holder"] == winner


@pytest.mark.row("FC4")
class TestDecide:
    async def test_needs_a_code_and_a_reason_and_moves_once(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        movement = await hold(client, services, payer, payee)
        case_id = await only_case(client, analyst)
        path = f"/v1/fraud/cases/{case_id}/decision"
        for body in ({"release": True}, {"release": True, "note": ""}):
            bare = await client.post(path, json=body, headers=analyst.headers)
            assert bare.status_code == 422
        body = {"release": True, "note": "called back"}
        asked = await client.post(path, json=body, headers=analyst.headers)
        assert (asked.status_code, asked.json()["code"]) == (403, "step_up_required")
        grant = await mint_grant(services, analyst, asked.json()["action"], asked.json()["params"])
        headers = {**analyst.headers, "x-step-up-grant": grant}
        done = await client.post(path, json=body, headers=headers)
        assert (done.status_code, done.json()["state"]) == (200, "released")
        again = await client.post(path, json=body, headers=headers)
        assert (again.status_code, again.json()["code"]) == (409, "fraud_case_closed")
        await asyncio.gather(
            *(
                services.ledger.holds.release(str(movement["movement_id"]), actor="fraud")
                for _ in range(5)
            )
        )
        accounts = (await client.get("/v1/accounts", headers=payee.headers)).json()
        assert [a["balance"] for a in accounts if a["unit"] == "USD"] == ["20.00"]

    async def test_who_may_not(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        await hold(client, services, payer, payee)
        case_id = await only_case(client, analyst)
        path = f"/v1/fraud/cases/{case_id}/notes"
        body = {"text": "let it go"}
        assert (await client.post(path, json=body)).status_code == 401
        wrong = await client.post(path, json=body, headers=payer.headers)
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_role")
        missing = await client.post(
            f"/v1/fraud/cases/{NO_CASE}/notes", json=body, headers=analyst.headers
        )
        assert missing.status_code == 404


@pytest.mark.row("FC5")
class TestEvidence:
    async def test_every_page_of_a_case_opens(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        await hold(client, services, payer, payee)
        case_id = await only_case(client, analyst)
        await services.fraud.rings.sweep()
        found = {}
        for page in ("explanation", "similar", "would-pass", "graph", "timeline"):
            answer = await client.get(f"/v1/fraud/cases/{case_id}/{page}", headers=analyst.headers)
            assert answer.status_code == 200, answer.text
            found[page] = answer.json()
        assert found["explanation"]["outcome"] == "hold"
        assert found["timeline"][0]["action"] == "opened"
        paid = [e for e in found["graph"]["edges"] if e["kind"] == "paid"]
        assert [(e["source"], e["target"]) for e in paid] == [(payer.user_id, payee.user_id)]


@pytest.mark.row("FC12")
class TestWasThisYou:
    async def test_no_gives_back_and_signs_everybody_out_within_the_call(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person,
        analyst: Person,
    ) -> None:  # fmt: skip
        movement = await hold(client, services, payer, payee)
        path = f"/v1/confirmations/{movement['movement_id']}"
        asked = (await client.get("/v1/confirmations", headers=payer.headers)).json()
        assert [q["movement_id"] for q in asked] == [movement["movement_id"]]
        assert asked[0]["this_device"]
        stranger = await client.post(
            f"{path}/answer", json={"was_me": False}, headers=payee.headers
        )
        assert (stranger.status_code, stranger.json()["code"]) == (404, "question_not_found")
        wrong = await client.post(
            f"{path}/answer", json={"was_me": True, "code": "000000"}, headers=payer.headers
        )
        assert wrong.json()["code"] == "wrong_code"
        no = await client.post(f"{path}/answer", json={"was_me": False}, headers=payer.headers)
        assert no.status_code == 200, no.text
        assert no.json()["signed_out"]
        assert no.json()["movement_state"] == "voided"
        after = await client.get("/v1/me", headers=payer.headers)
        assert after.status_code == 401
        queue = (await client.get("/v1/fraud/cases", headers=analyst.headers)).json()
        assert queue["cases"][0]["customer_answer"] == "no"

    async def test_notice_names_reasons_and_the_way_to_a_person(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person
    ) -> None:
        movement = await hold(client, services, payer, payee)
        path = f"/v1/payment-decisions/{movement['decision_id']}"
        notice = (await client.get(f"{path}/notice", headers=payer.headers)).json()
        assert notice["reasons"]
        assert notice["reasons"][0]["how_to_correct"]
        assert payee.user_id not in str(notice)
        for _ in range(2):
            asked = await client.post(
                f"{path}/review", json={"message": "rent"}, headers=payer.headers
            )
            assert asked.json()["review_asked_at"]
        other = await client.get(f"{path}/notice", headers=payee.headers)
        assert other.status_code == 404
