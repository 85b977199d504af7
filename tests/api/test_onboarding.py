"""The way in over HTTP: resumable, explained, and a gate before money."""

import httpx
import pytest

from app.domains.identity.types import Role
from app.services import AppServices
from tests.factories.people import Person, make_person

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
ALL_B = {"answers": {str(item): "b" for item in range(1, 14)}}


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services)


@pytest.fixture
async def reviewer(services: AppServices) -> Person:
    return await make_person(services, roles=(Role.KYC_REVIEWER,))


def steps(body: dict[str, object]) -> dict[str, str]:
    listed = body["steps"]
    assert isinstance(listed, list)
    return {item["step"]: item["status"] for item in listed}


@pytest.mark.row("OK1")
class TestOnboarding:
    async def test_anonymous_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/onboarding")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_facts_and_answers_are_there_on_the_next_device(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        first = await client.get("/v1/onboarding", headers=person.headers)
        assert first.json()["next_step"] == "profile"
        saved = await client.put("/v1/onboarding/profile", json=PROFILE, headers=person.headers)
        assert saved.status_code == 200, saved.text
        half = {"answers": {"1": "a", "2": "c"}}
        kept = await client.put("/v1/risk-profile/answers", json=half, headers=person.headers)
        assert kept.json() == {"answers": {"1": "a", "2": "c"}, "answered": 2, "total": 13}
        again = (await client.get("/v1/onboarding", headers=person.headers)).json()
        assert again["personal"]["legal_name"] == "Amina Diallo"
        assert again["financial"]["liquid_reserve"]["amount"] == "12000.00"
        assert again["answers"] == {"1": "a", "2": "c"}
        assert steps(again)["risk_profile"] == "started"

    async def test_personal_facts_are_sealed_at_rest(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        await client.put("/v1/onboarding/profile", json=PROFILE, headers=person.headers)
        stored = await services.db.find_one("onboarding", {"_id": person.user_id})
        assert b"Amina" not in repr(stored).encode()
        assert "AB1234567" not in repr(stored)

    @pytest.mark.parametrize(
        ("part", "field", "value"),
        [
            ("personal", "birth_date", "2020-01-01"),
            ("personal", "birth_date", "1850-01-01"),
            ("personal", "legal_name", "Am\u202eina"),
            ("personal", "legal_name", "a\u0000b"),
            ("personal", "legal_name", "   "),
            ("personal", "country", {"$gt": ""}),
            ("financial", "monthly_income", "-5"),
            ("financial", "monthly_income", 1e400),
            ("financial", "monthly_income", "1.999"),
            ("financial", "dependants", True),
            ("financial", "horizon_years", -1),
            ("financial", "surprise", 1),
        ],
    )
    async def test_facts_that_cannot_be_are_refused_by_field(
        self, client: httpx.AsyncClient, person: Person, part: str, field: str, value: object
    ) -> None:
        body = {**PROFILE, part: {**PROFILE[part], field: value}}
        import json

        answer = await client.put(
            "/v1/onboarding/profile",
            content=json.dumps(body),
            headers={**person.headers, "content-type": "application/json"},
        )
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        kept = (await client.get("/v1/onboarding", headers=person.headers)).json()
        assert kept["personal"] is None, "nothing half-saved"


@pytest.mark.row("RS1")
@pytest.mark.row("RS2")
class TestRiskProfile:
    async def test_open_questionnaire_names_what_is_missing(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        refused = await client.post("/v1/risk-profile", headers=person.headers)
        assert refused.json()["code"] == "facts_missing"
        await client.put("/v1/onboarding/profile", json=PROFILE, headers=person.headers)
        refused = await client.post("/v1/risk-profile", headers=person.headers)
        assert refused.status_code == 409
        assert refused.json()["missing"] == list(range(1, 14))

    async def test_score_tolerance_capacity_and_why(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        await client.put("/v1/onboarding/profile", json=PROFILE, headers=person.headers)
        await client.put("/v1/risk-profile/answers", json=ALL_B, headers=person.headers)
        made = await client.post("/v1/risk-profile", headers=person.headers)
        assert made.status_code == 201
        body = made.json()
        # b: 3 for item 1, 3 for items 9 and 10, 2 for the other ten.
        assert body["score"] == 3 + 3 + 3 + 2 * 10
        assert body["final"] == min(body["tolerance"], body["capacity"])
        assert sum(item["points"] for item in body["items"]) == body["score"]
        assert str(body["score"]) in body["reasons"][0]["sentence"]
        assert (await client.get("/v1/risk-profile", headers=person.headers)).json() == body
        second = (await client.post("/v1/risk-profile", headers=person.headers)).json()
        assert second["version"] == 2

    async def test_capacity_limits_and_says_so(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        poor = {**PROFILE, "financial": {**PROFILE["financial"], "liquid_reserve": "100"}}
        bold = {"answers": {str(i): "d" for i in (2, 3, 6, 7, 8, 11, 13)} | {"1": "a"}}
        bold["answers"] |= {str(i): "c" for i in (4, 5, 12)} | {"9": "b", "10": "b"}
        await client.put("/v1/onboarding/profile", json=poor, headers=person.headers)
        await client.put("/v1/risk-profile/answers", json=bold, headers=person.headers)
        body = (await client.post("/v1/risk-profile", headers=person.headers)).json()
        assert body["score"] == 47
        assert (body["tolerance"], body["capacity"], body["final"]) == (10, 1, 1)
        assert any("because your reserve covers" in r["sentence"] for r in body["reasons"])

    async def test_questionnaire_comes_in_arabic_and_falls_back_to_english(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        url = "/v1/risk-profile/questionnaire"
        arabic = (await client.get(f"{url}?locale=ar", headers=person.headers)).json()
        assert arabic["language"] == "ar"
        assert len(arabic["items"]) == 13
        other = (await client.get(f"{url}?locale=nl", headers=person.headers)).json()
        assert other["language"] == "en"

    async def test_unknown_option_is_refused(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        bad = {"answers": {"9": "c"}}
        answer = await client.put("/v1/risk-profile/answers", json=bad, headers=person.headers)
        assert answer.status_code == 422
        assert answer.json()["code"] == "answer_invalid"


@pytest.mark.row("OK6")
class TestKyc:
    async def submitted(self, client: httpx.AsyncClient, person: Person) -> str:
        await client.put("/v1/onboarding/profile", json=PROFILE, headers=person.headers)
        answer = await client.post("/v1/kyc/submit", headers=person.headers)
        assert answer.status_code == 202
        case_id: str = answer.json()["case_id"]
        return case_id

    async def test_reviewer_claims_and_approves_and_the_person_sees_no_note(
        self, client: httpx.AsyncClient, person: Person, reviewer: Person
    ) -> None:
        case_id = await self.submitted(client, person)
        url = f"/v1/kyc/reviews/{case_id}"
        listed = (await client.get("/v1/kyc/reviews", headers=reviewer.headers)).json()
        assert [item["case_id"] for item in listed] == [case_id]
        claimed = (await client.post(f"{url}/claim", headers=reviewer.headers)).json()
        read = (await client.get(url, headers=reviewer.headers)).json()
        assert read["legal_name"] == "Amina Diallo"
        decision = {
            "decision": "approve",
            "reason": "data_matches",
            "staff_note": "secret remark",
            "revision": claimed["revision"],
        }
        done = await client.post(f"{url}/decision", json=decision, headers=reviewer.headers)
        assert done.status_code == 200
        seen = await client.get("/v1/kyc", headers=person.headers)
        assert seen.json()["state"] == "approved"
        assert "secret remark" not in seen.text
        assert reviewer.user_id not in seen.text
        stale = await client.post(f"{url}/decision", json=decision, headers=reviewer.headers)
        assert stale.json()["code"] == "kyc_case_stale"

    async def test_users_cannot_see_the_desk(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answer = await client.get("/v1/kyc/reviews", headers=person.headers)
        assert answer.status_code == 403
        assert answer.json()["code"] == "wrong_role"

    async def test_reviewer_cannot_review_herself(
        self, client: httpx.AsyncClient, reviewer: Person
    ) -> None:
        case_id = await self.submitted(client, reviewer)
        answer = await client.post(f"/v1/kyc/reviews/{case_id}/claim", headers=reviewer.headers)
        assert answer.json()["code"] == "own_case"

    async def test_second_reviewer_is_told_that_the_case_is_taken(
        self,
        client: httpx.AsyncClient,
        services: AppServices,
        person: Person,
        reviewer: Person,
    ) -> None:
        other = await make_person(services, roles=(Role.KYC_REVIEWER,))
        case_id = await self.submitted(client, person)
        url = f"/v1/kyc/reviews/{case_id}/claim"
        assert (await client.post(url, headers=reviewer.headers)).status_code == 200
        assert (await client.post(url, headers=other.headers)).json()["code"] == "kyc_case_taken"

    async def test_undecided_case_cannot_be_decided_without_claim(
        self, client: httpx.AsyncClient, person: Person, reviewer: Person
    ) -> None:
        case_id = await self.submitted(client, person)
        decision = {"decision": "approve", "reason": "data_matches", "revision": 1}
        answer = await client.post(
            f"/v1/kyc/reviews/{case_id}/decision", json=decision, headers=reviewer.headers
        )
        assert answer.status_code == 409
        assert answer.json()["code"] == "kyc_state"


@pytest.mark.row("OK6")
class TestTwoPersons:
    """North Korea is on the list that an installation starts with."""

    async def reviewed(
        self,
        client: httpx.AsyncClient,
        reviewer: Person,
        case_id: str,
        decision: str,
        *,
        claim: bool = True,
    ) -> httpx.Response:
        url = f"/v1/kyc/reviews/{case_id}"
        if claim:
            claimed = await client.post(f"{url}/claim", headers=reviewer.headers)
            if claimed.status_code != 200:
                return claimed
        read = (await client.get(url, headers=reviewer.headers)).json()
        body = {
            "decision": decision,
            "reason": "data_matches" if decision == "approve" else "could_not_verify",
            "staff_note": "secret remark",
            "revision": read["revision"],
        }
        return await client.post(f"{url}/decision", json=body, headers=reviewer.headers)

    async def submitted(self, client: httpx.AsyncClient, person: Person, country: str) -> str:
        body = {**PROFILE, "personal": {**PROFILE["personal"], "country": country}}
        await client.put("/v1/onboarding/profile", json=body, headers=person.headers)
        answer = await client.post("/v1/kyc/submit", headers=person.headers)
        case_id: str = answer.json()["case_id"]
        return case_id

    async def test_high_risk_is_approved_by_two_and_the_person_sees_nothing_of_it(
        self, client: httpx.AsyncClient, services: AppServices, person: Person, reviewer: Person
    ) -> None:
        other = await make_person(services, roles=(Role.KYC_REVIEWER,))
        case_id = await self.submitted(client, person, "KP")
        first = await self.reviewed(client, reviewer, case_id, "approve")
        assert first.status_code == 200, first.text
        assert (
            first.json()
            | {
                "state": "pending",
                "reviewer_id": None,
                "needs_second_person": True,
                "risk_codes": ["high_risk_country"],
                "proposed_decision": "approve",
                "proposed_by_me": True,
            }
            == first.json()
        )
        seen = await client.get("/v1/kyc", headers=person.headers)
        assert seen.json()["state"] == "pending"
        assert seen.json()["reason"] is None
        whole = seen.text + (await client.get("/v1/onboarding", headers=person.headers)).text
        for secret in ("propos", "risk_code", "high_risk", "secret remark", "second_person"):
            assert secret not in whole
        again = await self.reviewed(client, reviewer, case_id, "approve")
        assert (again.status_code, again.json()["code"]) == (403, "second_person_needed")
        again = await self.reviewed(client, reviewer, case_id, "approve", claim=False)
        assert (again.status_code, again.json()["code"]) == (403, "second_person_needed")
        listed = (await client.get("/v1/kyc/reviews", headers=other.headers)).json()
        assert [(i["proposed_decision"], i["proposed_by_me"]) for i in listed] == [
            ("approve", False)
        ]
        second = await self.reviewed(client, other, case_id, "approve")
        assert (second.json()["state"], second.json()["proposed_decision"]) == ("approved", None)
        seen = await client.get("/v1/kyc", headers=person.headers)
        assert seen.json()["state"] == "approved"

    async def test_late_rejection_takes_two_and_only_the_second_freezes(
        self, client: httpx.AsyncClient, services: AppServices, person: Person, reviewer: Person
    ) -> None:
        other = await make_person(services, roles=(Role.KYC_REVIEWER,))
        case_id = await self.submitted(client, person, "PT")
        assert (await self.reviewed(client, reviewer, case_id, "approve")).json()[
            "state"
        ] == "approved"
        first = await self.reviewed(client, reviewer, case_id, "reject", claim=False)
        assert (first.json()["state"], first.json()["proposed_decision"]) == ("approved", "reject")

        async def step() -> str:
            body = (await client.get("/v1/onboarding", headers=person.headers)).json()
            return steps(body)["kyc"]

        assert await step() == "done"
        listed = (await client.get("/v1/kyc/reviews", headers=other.headers)).json()
        assert [item["case_id"] for item in listed] == [case_id]
        second = await self.reviewed(client, other, case_id, "reject", claim=False)
        assert second.json()["state"] == "rejected"
        assert await step() == "needs_attention"
        assert (await client.get("/v1/kyc/reviews", headers=other.headers)).json() == []


@pytest.mark.row("OK7")
class TestDisclosures:
    async def test_consent_is_stored_once_with_the_hash_of_the_text(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        text = (await client.get("/v1/disclosures", headers=person.headers)).json()
        body = {"version": text["version"], "language": "en"}
        for _ in range(2):
            answer = await client.post("/v1/disclosures/accept", json=body, headers=person.headers)
            assert answer.status_code == 200
        kept = await services.db.find_many("consents", {"user": person.user_id}, limit=5)
        assert [row["sha256"] for row in kept] == [text["sha256"]]

    async def test_old_version_is_refused(self, client: httpx.AsyncClient, person: Person) -> None:
        body = {"version": "2020-01", "language": "en"}
        answer = await client.post("/v1/disclosures/accept", json=body, headers=person.headers)
        assert answer.json()["code"] == "disclosure_version"
