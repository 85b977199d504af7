"""Money over HTTP: keyed, judged, balanced, provable."""

import asyncio

import httpx
import pytest

from app.core import receipts
from app.domains.identity.types import StepUpAction
from app.services import AppServices
from app.worker.sequencer import Sequencer
from tests.factories.people import Person, make_cleared, make_person


@pytest.fixture
async def payer(services: AppServices) -> Person:
    return await make_cleared(services)


@pytest.fixture
async def payee(services: AppServices) -> Person:
    return await make_cleared(services)


async def post(
    client: httpx.AsyncClient,
    person: Person,
    path: str,
    body: dict[str, object],
    *,
    key: str = "k1",
    grant: str | None = None,
) -> httpx.Response:
    headers = {**person.headers, "idempotency-key": key}
    if grant:
        headers["x-step-up-grant"] = grant
    return await client.post(path, json=body, headers=headers)


async def confirmed(
    client: httpx.AsyncClient,
    services: AppServices,
    person: Person,
    path: str,
    body: dict[str, object],
    *,
    key: str = "k1",
) -> httpx.Response:
    """Post; when a fresh code is asked for, bring the grant (minted: codes are not the subject)."""
    first = await post(client, person, path, body, key=key)
    if first.status_code != 403:
        return first
    asked = first.json()
    assert asked["code"] == "step_up_required"
    grant = await mint_grant(services, person, asked["action"], asked["params"])
    return await post(client, person, path, body, key=key, grant=grant)


async def mint_grant(
    services: AppServices, person: Person, action: str, params: dict[str, object]
) -> str:
    # Codes are good once per 30 s; a test that needs several forgets the last one.
    await services.db.update_one("users", {"_id": person.user_id}, {"$set": {"totp.last_step": 0}})
    caller = await services.identity.authenticate(person.access_token)
    granted = await services.identity.grant_step_up(
        caller, action=StepUpAction(action), params=params, code=person.code()
    )
    return granted.grant


async def cash(client: httpx.AsyncClient, person: Person) -> dict[str, object]:
    accounts = (await client.get("/v1/accounts", headers=person.headers)).json()
    found: dict[str, object] = next(a for a in accounts if a["unit"] == "USD")
    return found


FIFTY = {"amount": "50.00", "currency": "USD"}


@pytest.mark.row("OK7")
class TestGate:
    async def test_uncleared_person_is_told_every_missing_step(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        person = await make_person(services)
        answer = await post(client, person, "/v1/deposits", FIFTY)
        assert answer.status_code == 403
        assert answer.json()["code"] == "not_cleared"
        assert answer.json()["missing"] == ["profile", "risk_profile", "kyc", "disclosures"]

    @pytest.mark.parametrize("key", [None, "", "x" * 256, "sp\tace"])
    async def test_key_is_mandatory(
        self, client: httpx.AsyncClient, payer: Person, key: str | None
    ) -> None:
        headers = {**payer.headers} | ({"idempotency-key": key} if key is not None else {})
        answer = await client.post("/v1/deposits", json=FIFTY, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["code"] == "idempotency_key_required"

    @pytest.mark.parametrize(
        "amount", ["0", "0.001", "-1", "1e3", "NaN", "1000000000000", "", 5, None, {"$gt": ""}]
    )
    async def test_amounts_that_are_none_are_refused(
        self, client: httpx.AsyncClient, payer: Person, amount: object
    ) -> None:
        answer = await post(client, payer, "/v1/deposits", {"amount": amount, "currency": "USD"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.row("TL2")
class TestIdempotency:
    async def test_repeat_returns_the_first_answer_and_moves_nothing(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person
    ) -> None:
        first = await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        assert first.status_code == 201, first.text
        again = await post(client, payer, "/v1/deposits", FIFTY)
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert (await cash(client, payer))["balance"] == "50.00"

    async def test_other_body_under_the_key_is_refused(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person
    ) -> None:
        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        other = await post(client, payer, "/v1/deposits", {**FIFTY, "amount": "51"})
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_mismatch"

    async def test_refused_attempt_does_not_burn_the_key(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person
    ) -> None:
        body = {**FIFTY, "payee_email": payee.email, "memo": "rent"}
        refused = await confirmed(client, services, payer, "/v1/transfers", body, key="t")
        assert refused.status_code == 409
        assert refused.json()["code"] == "insufficient_funds"
        assert refused.json()["missing"] == "50.00"
        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        await asyncio.sleep(2.1)  # more than five money calls a second would be told to wait
        done = await confirmed(client, services, payer, "/v1/transfers", body, key="t")
        assert done.status_code == 201, done.text
        assert (await cash(client, payee))["balance"] == "50.00"

    async def test_ten_at_once_under_one_key_book_once(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person
    ) -> None:
        first = await post(client, payer, "/v1/deposits", FIFTY)
        grant = None
        if first.status_code == 403:
            asked = first.json()
            grant = await mint_grant(services, payer, asked["action"], asked["params"])
        answers = await asyncio.gather(
            *(post(client, payer, "/v1/deposits", FIFTY, grant=grant) for _ in range(10))
        )
        codes = [a.status_code for a in answers]
        assert codes.count(201) + codes.count(429) + codes.count(403) == 10, codes
        assert 201 in codes
        assert len({a.content for a in answers if a.status_code == 201}) == 1
        assert (await cash(client, payer))["balance"] == "50.00"


@pytest.mark.row("TL1")
class TestBooks:
    async def test_withdrawal_needs_a_grant_for_exactly_this_amount(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person
    ) -> None:
        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        wanted = {"amount": "20.00", "currency": "USD"}
        asked = (await post(client, payer, "/v1/withdrawals", wanted, key="w")).json()
        assert asked["code"] == "step_up_required"
        grant = await mint_grant(services, payer, asked["action"], asked["params"])
        more = {"amount": "30.00", "currency": "USD"}
        refused = await post(client, payer, "/v1/withdrawals", more, key="w", grant=grant)
        assert refused.status_code == 403
        done = await post(client, payer, "/v1/withdrawals", wanted, key="w", grant=grant)
        assert done.status_code == 201, done.text
        assert (await cash(client, payer))["balance"] == "30.00"
        await asyncio.sleep(1.1)  # the sixth money call within a second would be told to wait
        used = await post(client, payer, "/v1/withdrawals", wanted, key="w2", grant=grant)
        assert used.json()["code"] == "step_up_required"

    async def test_statement_adds_up_and_postings_carry_their_verdict(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person
    ) -> None:
        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        body = {"amount": "12.34", "currency": "USD", "payee_email": payee.email}
        await confirmed(client, services, payer, "/v1/transfers", body, key="t")
        account = await cash(client, payer)
        url = f"/v1/accounts/{account['account_id']}"
        lines = (await client.get(f"{url}/postings", headers=payer.headers)).json()["postings"]
        assert [line["amount"] for line in lines] == ["-12.34", "50.00"]
        assert all(line["decision_id"] for line in lines)
        period = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
        found = (await client.get(f"{url}/statement", params=period, headers=payer.headers)).json()
        assert (found["opening"], found["closing"]) == ("0.00", "37.66")
        foreign = await client.get(f"{url}/postings", headers=payee.headers)
        assert foreign.status_code == 404

    async def test_check_finds_clean_books_and_names_an_altered_amount(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person
    ) -> None:
        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        report = await services.ledger.books.check()
        assert report.findings == ()
        assert report.postings == 2
        journal = (await services.db.find_many("journal", {"owner": payer.user_id}, limit=1))[0]
        await services.db.update_one(
            "journal", {"_id": journal["_id"]}, {"$set": {"legs.0.amount": -1}}
        )
        broken = await services.ledger.books.check()
        assert any(journal["_id"] in finding.row for finding in broken.findings)


@pytest.mark.row("TL6")
class TestReceipt:
    async def test_receipt_proves_the_movement_after_sequencing(
        self, client: httpx.AsyncClient, services: AppServices, payer: Person, payee: Person
    ) -> None:
        from app.core.keys import KeyRing

        await confirmed(client, services, payer, "/v1/deposits", FIFTY)
        body = {"amount": "10", "currency": "USD", "payee_email": payee.email}
        sent = (await confirmed(client, services, payer, "/v1/transfers", body, key="t")).json()
        ring = KeyRing.load(services.settings.key_file)
        sequencer = Sequencer(services.db, services.clock, key=ring.log_key(), owner="test")
        await sequencer.step()
        url = f"/v1/receipts/{sent['movement_id']}"
        receipt = (await client.get(url, headers=payer.headers)).json()
        assert receipt["index"] is not None
        assert len(str(receipt)) < 3072
        own = [leg for leg in receipt["legs"] if leg["salt"]]
        assert [leg["amount"] for leg in own] == [-1000]
        assert receipts.problems(receipt) == []
        own[0]["amount"] = -999
        assert "leg 1" in receipts.problems(receipt)[0]
        other = (await client.get(url, headers=payee.headers)).json()
        assert [leg["amount"] for leg in other["legs"] if leg["salt"]] == [1000]
        stranger = await make_person(services)
        assert (await client.get(url, headers=stranger.headers)).status_code == 404
