"""Rules and lists over HTTP: refusals by name, two people, one call back, hits counted."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core import decisions
from app.core.ids import new_id
from app.core.money import Money
from app.core.uow import Transaction
from app.domains.fraud.list_types import ListName, SubjectKind
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind, Verdict
from app.domains.identity.types import Role, StepUpAction
from app.services import AppServices
from app.worker.main import FUNCTIONS
from tests.api.test_transfers import mint_grant
from tests.factories.cases import caller_of
from tests.factories.people import Person, make_person
from tests.factories.rules import rule

BASE = "/v1/fraud/rules"
LISTS = "/v1/fraud/lists"
WHY = {"reason": "fewer mules"}


@pytest.fixture
async def ann(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.FRAUD_ANALYST,))


@pytest.fixture
async def eve(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.ADMIN,))


async def screened(services: AppServices, minor: int, *, payee: str = "") -> Verdict:
    """Judge and record one payment of a new person."""
    facts = PaymentFacts(
        payment_id=new_id(), user_id=new_id(), payee_id=payee or new_id(),
        kind=PaymentKind.ORDER, amount=Money(minor, "USD"), at=services.clock.now(),
        session_id="s", fresh_factor=False,
    )  # fmt: skip
    verdict = await services.fraud.screen(facts)
    await services.fraud.record_refusal(verdict)
    return verdict


async def change(
    client: httpx.AsyncClient, services: AppServices, who: Person, path: str, body: dict[str, Any]
) -> httpx.Response:
    """Activate or roll back with a fresh code."""
    decision = "rollback" if path == "rollback" else "activate"
    number = body["to"] if path == "rollback" else int(path.split("/")[0])
    params: dict[str, object] = {"rules": number, "decision": decision}
    grant = await mint_grant(services, who, StepUpAction.RULE_CHANGE, params)
    headers = {**who.headers, "x-step-up-grant": grant}
    return await client.post(f"{BASE}/{path}", json=body, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def backtest(
    client: httpx.AsyncClient, services: AppServices, who: Person, number: int
) -> dict[str, Any]:
    """Ask, and do what the worker does when it hears of it."""
    asked = await client.post(f"{BASE}/{number}/backtest", json={"days": 7}, headers=who.headers)
    assert (asked.status_code, asked.json()["report"]) == (202, None)
    await services.fraud.rules.backtests.run(asked.json()["backtest_id"])
    found = await client.get(f"{BASE}/{number}/backtest", headers=who.headers)
    report: dict[str, Any] = found.json()["report"]
    return report


@pytest.mark.row("FC6")
class TestRules:
    async def test_from_draft_to_rollback(
        self, client: httpx.AsyncClient, services: AppServices, ann: Person, eve: Person
    ) -> None:
        for minor in (500, 200_000):
            await screened(services, minor)
        desk = (await client.get(BASE, headers=ann.headers)).json()
        assert (desk["pointer"]["version"], desk["judging_here"]) == ("fraud-rules/3",) * 2
        built_in = (await client.get(f"{BASE}/0", headers=ann.headers)).json()
        assert [one["code"] for one in built_in["rules"]] == ["burst", "new_payee", "large_amount"]

        body = {"rules": [rule(outcome="block")], "note": "seen in June"}
        drafted = await client.post(BASE, json=body, headers=ann.headers)
        assert (drafted.status_code, drafted.json()["state"]) == (201, "draft")
        number = drafted.json()["number"]
        assert (await client.post(BASE, json=body, headers=ann.headers)).json() == drafted.json()
        refused = await change(client, services, eve, f"{number}/activate", WHY)
        assert refusal(refused) == (409, "rules_not_proven")
        assert refused.json()["missing"] == ["backtest", "shadow"]

        report = await backtest(client, services, ann, number)
        assert (report["decisions"], report["stricter"]) == (2, 1)
        assert report["draft"]["alerts_per_day"] == 1.0
        assert report["draft"]["by_rule"] == {"large": 1}
        assert report["draft"]["alert_precision"] is None
        put = await client.put(f"{BASE}/{number}/shadow", headers=ann.headers)
        assert put.json()["shadow"] == number
        assert (await client.get(f"{BASE}/{number}/shadow", headers=ann.headers)).json()[
            "decisions"
        ] == 0

        own = await change(client, services, ann, f"{number}/activate", WHY)
        assert refusal(own) == (403, "other_person_needed")
        few = await change(client, services, eve, f"{number}/activate", WHY)
        assert refusal(few) == (409, "impact_too_large")
        path, wanted = f"{number}/activate", {**WHY, "accept_impact": True}
        plain = await client.post(f"{BASE}/{path}", json=wanted, headers=eve.headers)
        assert refusal(plain) == (403, "step_up_required")
        done = await change(client, services, eve, path, wanted)
        assert (done.status_code, done.json()["active"]) == (200, number), done.text

        services.fraud.rules.book._due = 0.0  # five seconds later
        assert (await screened(services, 200_000)).outcome is Outcome.BLOCK
        back = await change(client, services, ann, "rollback", {"to": 0, **WHY})
        assert (back.json()["active"], back.json()["previous"]) == (0, None)
        again = await change(client, services, ann, "rollback", {"to": 0, **WHY})
        assert again.json() == back.json()
        nothing = await change(client, services, ann, "rollback", {"to": number, **WHY})
        assert refusal(nothing) == (409, "nothing_to_roll_back")

    async def test_the_wrong_place_of_a_rule_is_named(
        self, client: httpx.AsyncClient, ann: Person
    ) -> None:
        wrong = rule() | {"when": {"all": [{"field": "iban", "op": "eq", "value": 1}]}}
        body = {"rules": [wrong], "note": "n"}
        refused = await client.post(BASE, json=body, headers=ann.headers)
        assert refusal(refused) == (422, "invalid_rule")
        assert refused.json()["place"] == "rules[0].when.all[0].field"

    async def test_what_is_not_there(self, client: httpx.AsyncClient, ann: Person) -> None:
        got = await client.get(f"{BASE}/7", headers=ann.headers)
        assert refusal(got) == (404, "rules_not_found")
        none = await client.get(f"{BASE}/7/backtest", headers=ann.headers)
        assert refusal(none) == (404, "backtest_not_found")

    async def test_drafts_written_at_once_get_numbers_of_their_own(
        self, client: httpx.AsyncClient, ann: Person
    ) -> None:
        made = await asyncio.gather(
            *(
                client.post(BASE, json={"rules": [rule(minor=n)], "note": "n"}, headers=ann.headers)
                for n in range(1, 7)
            )
        )
        numbers = sorted(one.json()["number"] for one in made)
        assert numbers == [1, 2, 3, 4, 5, 6]

    def test_a_worker_knows_the_job(self) -> None:
        assert "backtest_rules" in FUNCTIONS


@pytest.mark.row("FC8")
class TestLists:
    def entry(self, services: AppServices, who: str, **other: object) -> dict[str, object]:
        until = services.clock.now() + timedelta(days=7)
        return {
            "list_name": "block", "kind": "payee", "subject": who,
            "expires_at": until.isoformat(), "reason": "mule account", **other,
        }  # fmt: skip

    async def test_added_met_counted_and_removed(
        self, client: httpx.AsyncClient, services: AppServices, ann: Person
    ) -> None:
        mule = new_id()
        body = self.entry(services, mule)
        added = await client.post(LISTS, json=body, headers=ann.headers)
        assert added.status_code == 201, added.text
        entry = added.json()["entry_id"]
        assert (await client.post(LISTS, json=body, headers=ann.headers)).json()[
            "entry_id"
        ] == entry
        made = [await screened(services, 500, payee=mule) for _ in range(2)]
        assert {one.outcome for one in made} == {Outcome.BLOCK}
        (line,) = (await client.get(LISTS, headers=ann.headers)).json()
        assert (line["entry"]["entry_id"], line["hits"]) == (entry, 2)
        allowed = await client.get(LISTS, params={"list_name": "allow"}, headers=ann.headers)
        assert allowed.json() == []
        hits = (await client.get(f"{LISTS}/{entry}/hits", headers=ann.headers)).json()
        assert {hit["decision_id"] for hit in hits} == {one.decision_id for one in made}
        gone = await client.delete(f"{LISTS}/{entry}", headers=ann.headers)
        assert gone.status_code == 204
        again = await client.delete(f"{LISTS}/{entry}", headers=ann.headers)
        assert refusal(again) == (404, "list_entry_not_found")
        assert (await client.get(LISTS, headers=ann.headers)).json() == []

    async def test_refusals_by_name(
        self, client: httpx.AsyncClient, services: AppServices, ann: Person
    ) -> None:
        late = (services.clock.now() + timedelta(days=400)).isoformat()
        naive = "2030-01-01T00:00:00"
        for change_, want in (
            ({"subject": ann.user_id}, (403, "own_payment")),
            ({"expires_at": late}, (422, "invalid_list_entry")),
            ({"expires_at": naive}, (422, "invalid_input")),
            ({"subject": "payout"}, (422, "invalid_input")),
            ({"kind": "device"}, (422, "invalid_input")),
        ):
            body = self.entry(services, new_id(), **change_)
            refused = await client.post(LISTS, json=body, headers=ann.headers)
            assert refusal(refused) == want

    async def test_entries_written_at_once_are_all_there(self, services: AppServices) -> None:
        until = services.clock.now() + timedelta(days=1)
        await asyncio.gather(
            *(
                services.fraud.rules.lists.add(
                    ListName.ALLOW, SubjectKind.CUSTOMER, new_id(),
                    expires_at=until, reason="known well", caller=caller_of("ann"),
                )
                for _ in range(6)
            )
        )  # fmt: skip
        assert len(await services.fraud.rules.lists.page(list_name=ListName.ALLOW)) == 6

    async def test_a_hit_is_stored_in_the_transaction_of_its_decision(
        self, services: AppServices
    ) -> None:
        payer = new_id()
        await services.fraud.rules.lists.add(
            ListName.BLOCK, SubjectKind.CUSTOMER, payer, reason="stolen", caller=caller_of("ann"),
            expires_at=services.clock.now() + timedelta(days=1),
        )  # fmt: skip
        facts = PaymentFacts(
            new_id(), payer, new_id(), PaymentKind.ORDER, Money(5, "USD"),
            services.clock.now(), "s", fresh_factor=False,
        )  # fmt: skip
        verdict = await services.fraud.screen(facts)

        class GivenUpError(Exception):
            pass

        async def work(tx: Transaction) -> None:
            await services.fraud.record(tx, verdict, booked=False)
            raise GivenUpError

        with pytest.raises(GivenUpError):
            await services.db.transaction(work)
        assert await decisions.load(services.db, verdict.decision_id) is None
        (line,) = await services.fraud.rules.lists.page()
        assert line.hits == 0
