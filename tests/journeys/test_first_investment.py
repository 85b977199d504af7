"""A new person, from sign-up to a verified investment, over HTTP and by the document only."""

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from tests.journeys.conftest import Installation
from tests.journeys.openapi_client import Answer, Json, OpenApiClient

PASSWORD = "tidal lantern cobble seven"
PROFILE = {
    "personal": {
        "legal_name": "Amina Diallo",
        "birth_date": "1994-05-17",
        "country": "PT",
        "address": "Rua das Flores 12, Lisboa",
        "document_number": "AB1234567",
    },
    "financial": {
        "currency": "USD",
        "monthly_income": "2400",
        "monthly_spending": "1500",
        "liquid_reserve": "12000",
        "monthly_debt_payment": "0",
        "highest_debt_rate_bps": 0,
        "net_worth": "60000",
        "invested": "5000",
        "income_stability": "stable",
        "dependants": 0,
        "horizon_years": 15,
    },
}
WAIT_S = 30


def eventually(what: str, look: Callable[[], Json]) -> Json:
    """Return what `look` finds, asking again for a while: workers do some things afterwards."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen within {WAIT_S} s")


class Totp:
    """An authenticator app that never shows the same code twice."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._last = ""

    def code(self) -> str:
        while (code := self._totp.now()) == self._last:
            time.sleep(0.5)
        self._last = code
        return code


def sign_in(client: OpenApiClient, email: str, password: str, totp: Totp) -> OpenApiClient:
    first = client.call(
        "login", {"email": email, "password": password, "transport": "body"}, expect=200
    )
    challenge = first.body["challenge"]
    done = client.call("login_totp", {"challenge": challenge, "code": totp.code()}, expect=200)
    return client.signed_in(done.body["access_token"])


def confirmed(
    client: OpenApiClient, totp: Totp, operation: str, body: Json, key: str, **path: str
) -> Answer:
    """Make a call that moves money; when a fresh code is asked for, give it."""
    headers = {"idempotency-key": key}
    answer = client.call(operation, body, headers=headers, **path)
    if answer.status != 403:
        return answer
    assert answer.body["code"] == "step_up_required", answer.body
    wanted = {"action": answer.body["action"], "params": answer.body["params"]}
    grant = client.call("step_up", {**wanted, "code": totp.code()}, expect=200)
    headers["x-step-up-grant"] = grant.body["grant"]
    return client.call(operation, body, headers=headers, **path)


@pytest.mark.row("DX1")
@pytest.mark.row("DX8")
def test_from_sign_up_to_a_verified_investment(installation: Installation, tmp_path: Path) -> None:
    guest = OpenApiClient.at(installation.url)
    email = f"{secrets.token_hex(6)}@example.org"

    # She signs up and confirms her address with the letter from the sandbox mailbox.
    who = {"email": email, "password": PASSWORD, "name": "Amina Diallo", "locale": "en"}
    guest.call("register", who, expect=202)
    letters = eventually(
        "the letter", lambda: guest.call("read_mailbox", email=email, expect=200).body["messages"]
    )
    guest.call("verify_email", {"token": letters[0]["action_code"]}, expect=200)

    # She signs in and switches the second factor on.
    first = guest.call(
        "login", {"email": email, "password": PASSWORD, "transport": "body"}, expect=200
    )
    me = guest.signed_in(first.body["access_token"])
    enrolment = me.call("begin_totp", expect=200).body
    totp = Totp(enrolment["secret"])
    codes = me.call("confirm_totp", {"code": totp.code()}, expect=200).body
    assert len(codes["recovery_codes"]) == 10

    # Money is refused until every step is done, and the refusal names them.
    refused = me.call(
        "create_deposit",
        {"amount": "100", "currency": "USD"},
        headers={"idempotency-key": "early"},
        expect=403,
    )
    assert set(refused.body["missing"]) == {"profile", "risk_profile", "kyc", "disclosures"}

    # She fills in her facts, answers, accepts, and is approved by the reviewer.
    me.call("save_profile", PROFILE, expect=200)
    me.call("save_answers", {"answers": {str(i): "b" for i in range(1, 14)}}, expect=200)
    answer_facts(me)
    profile = me.call("make_risk_profile", expect=201).body
    assert profile["final"] == min(profile["tolerance"], profile["capacity"])
    text = me.call("get_disclosure", expect=200).body
    me.call("accept_disclosure", {"version": text["version"], "language": "en"}, expect=200)
    case = me.call("submit_kyc", expect=202).body
    approve(installation, guest, case["case_id"])
    assert me.call("get_kyc", expect=200).body["state"] == "approved"

    fund(me, totp)
    invest(me, totp)
    verify(installation, me, tmp_path)


def answer_facts(me: OpenApiClient) -> None:
    # She does not know one fact, reads why, and nothing stands before advice any more.
    right = {"interest": "c", "inflation": "a", "bond_prices": "b", "diversification": "b"}
    given = {"answers": {**right, "risk_return": "c", "fees": "d"}}
    graded = me.call("answer_facts", given, expect=200).body
    assert (graded["open"], graded["unexplained"]) == (0, 1)
    wrong = next(item for item in graded["items"] if item["grade"] == "wrong")
    read = {"topic": "fees", "sha256": wrong["explanation"]["sha256"]}
    assert me.call("confirm_explanation", read, expect=200).body["unexplained"] == 0
    assert me.call("list_follow_ups", expect=200).body == []


def fund(me: OpenApiClient, totp: Totp) -> None:
    # She funds her account; the key makes a repeat harmless.
    funding = {"amount": "2500.00", "currency": "USD"}
    deposit = confirmed(me, totp, "create_deposit", funding, "first-deposit")
    assert deposit.status == 201, deposit.body
    again = me.call("create_deposit", funding, headers={"idempotency-key": "first-deposit"})
    assert again.body == deposit.body
    assert again.headers["idempotency-replayed"] == "true"


def invest(me: OpenApiClient, totp: Totp) -> None:
    # She gets a recommendation with reasons, accepts it and sees orders before they are made.
    advice = recommendation(me)
    assert advice["reasons"]
    weights = [float(target["weight"]) for target in advice["mix"]["targets"]]
    assert sum(weights) == pytest.approx(1)
    advice_id = advice["recommendation_id"]
    plan = me.call("accept_recommendation", recommendation_id=advice_id, expect=200).body
    assert any(order["action"] == "buy" for order in plan["orders"])
    orders = confirmed(me, totp, "create_orders", {"plan_id": plan["plan_id"]}, "first-orders")
    assert orders.status == 201, orders.body


def verify(installation: Installation, me: OpenApiClient, tmp_path: Path) -> None:
    # She sees what she holds, and that the books agree with it to the cent.
    view = eventually("holdings", lambda: me.call("get_portfolio", expect=200).body["positions"])
    accounts = me.call("list_accounts", expect=200).body
    held = {a["unit"]: a["balance"] for a in accounts if a["kind"] == "holding"}
    assert {h["symbol"]: h["quantity"] for h in view} == held
    cash = next(a for a in accounts if a["unit"] == "USD")
    lines = me.call("list_postings", account_id=cash["account_id"], expect=200).body["postings"]
    assert all(line["decision_id"] for line in lines)
    assert lines[0]["balance_after"] == cash["balance"]

    # She verifies herself, offline, that nothing was altered.
    movement = next(line["movement_id"] for line in lines if line["kind"] == "order")
    receipt = eventually("the receipt's place", lambda: _placed(me, movement))
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))
    assert installation.finnami("receipt", "verify", str(file)).returncode == 0
    receipt["legs"] = [
        {**leg, "amount": leg["amount"] + 1} if leg["salt"] else leg for leg in receipt["legs"]
    ]
    file.write_text(json.dumps(receipt))
    assert installation.finnami("receipt", "verify", str(file)).returncode == 1
    checked = installation.finnami("db", "check", "--json")
    assert checked.returncode == 0, checked.stdout


def _placed(client: OpenApiClient, movement_id: str) -> Json:
    receipt = client.call("get_receipt", movement_id=movement_id, expect=200).body
    return receipt if receipt["index"] is not None else None


def recommendation(me: OpenApiClient) -> Json:
    """Ask for advice; while the first frontier is being computed the answer is 202."""

    def ask() -> Json:
        answer = me.call(
            "create_recommendation", {}, headers={"idempotency-key": secrets.token_hex(8)}
        )
        return answer.body if answer.status == 201 else None

    return eventually("the recommendation", ask)


def approve(installation: Installation, guest: OpenApiClient, case_id: str) -> None:
    login = installation.login_of("reviewer")
    reviewer = sign_in(guest, login["email"], login["password"], Totp(login["totp_secret"]))
    claimed = reviewer.call("claim_kyc_review", case_id=case_id, expect=200).body
    seen = reviewer.call("get_kyc_review", case_id=case_id, expect=200).body
    assert seen["legal_name"] == "Amina Diallo"
    decision = {"decision": "approve", "reason": "data_matches", "revision": claimed["revision"]}
    reviewer.call("decide_kyc_review", decision, case_id=case_id, expect=200)
