"""The deeper risk profile over HTTP: facts tested, contradictions asked, advice held back."""

from copy import deepcopy
from typing import Any

import httpx
import pytest

from app.services import AppServices
from tests.api.test_onboarding import ALL_B, PROFILE
from tests.factories.people import Person, make_person

URL = "/v1/risk-profile"
RIGHT = {
    "interest": "c",
    "inflation": "a",
    "bond_prices": "b",
    "diversification": "b",
    "risk_return": "c",
    "fees": "a",
}
BOLD = {"4": "c", "8": "d", "11": "d", "12": "c", "13": "d"}
CLASH = {"8": "a", "12": "c"}


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services)


class Caller:
    """One person's calls."""

    def __init__(self, client: httpx.AsyncClient, person: Person) -> None:
        self._client = client
        self._headers = person.headers

    async def __call__(self, method: str, url: str, expect: int = 200, **json: Any) -> Any:
        body = {"json": json} if json else {}
        answer = await self._client.request(method, url, headers=self._headers, **body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def facts(self, **financial: object) -> None:
        profile = deepcopy(PROFILE)
        profile["financial"] |= financial
        await self("PUT", "/v1/onboarding/profile", **profile)

    async def answer(self, **changes: str) -> None:
        await self("PUT", f"{URL}/answers", answers=ALL_B["answers"] | changes)

    async def make(self) -> Any:
        return await self("POST", URL, expect=201)

    async def advice(self, key: str, expect: int = 201) -> Any:
        answer = await self._client.post(
            "/v1/recommendations",
            json={},
            headers={**self._headers, "idempotency-key": key},
        )
        assert answer.status_code == expect, answer.text
        return answer.json()


@pytest.fixture
async def she(client: httpx.AsyncClient, person: Person) -> Caller:
    found = Caller(client, person)
    await found.facts()
    await found.answer()
    return found


def codes(reasons: list[dict[str, Any]]) -> list[str]:
    return [reason["code"] for reason in reasons]


@pytest.mark.row("RS3")
class TestKnowledge:
    async def test_nothing_tells_the_right_answer_before_it_is_given(self, she: Caller) -> None:
        asked = await she("GET", f"{URL}/knowledge")
        assert (asked["open"], asked["unexplained"]) == (6, 0)
        for item in asked["items"]:
            assert item["explanation"] is None
            assert set(item) == {
                "topic", "question", "why", "options", "answer", "grade", "explanation"
            }  # fmt: skip

    async def test_two_wrong_block_the_class_until_an_explanation_is_read(
        self, she: Caller
    ) -> None:
        wrong = RIGHT | {"diversification": "a", "fees": "d"}
        graded = await she("PUT", f"{URL}/knowledge", answers=wrong)
        assert graded["unexplained"] == 2
        made = await she.make()
        assert made["knowledge"]["blocked"] == ["shares"]
        assert codes(made["waits"]) == ["explanation_first_shares"]
        advice = await she.advice("blocked")
        assert (advice["outcome"], advice["mix"]) == ("wait", None)
        assert codes(advice["reasons"]) == ["explanation_first_shares"]

        fees = next(item for item in graded["items"] if item["topic"] == "fees")
        text = fees["explanation"]["sha256"]
        await she("PUT", f"{URL}/explanations", topic="fees", sha256=text)
        again = await she("PUT", f"{URL}/explanations", topic="fees", sha256=text)
        assert again["unexplained"] == 1
        after = await she.make()
        assert after["knowledge"]["blocked"] == []
        assert after["waits"] == []
        assert after["final"] == made["final"], "knowing facts is no tolerance"

    async def test_first_answer_counts(self, she: Caller) -> None:
        await she("PUT", f"{URL}/knowledge", answers={"fees": "d"})
        await she("PUT", f"{URL}/knowledge", answers={"fees": "d"})
        refused = await she("PUT", f"{URL}/knowledge", expect=409, answers={"fees": "a"})
        assert (refused["code"], refused["topic"]) == ("knowledge_answered", "fees")

    async def test_an_explanation_nobody_was_shown_is_refused(self, she: Caller) -> None:
        await she("PUT", f"{URL}/knowledge", answers={"fees": "d", "interest": "c"})
        for topic in ("fees", "interest", "inflation"):
            body = {"topic": topic, "sha256": "0" * 64}
            refused = await she("PUT", f"{URL}/explanations", expect=409, **body)
            assert refused["code"] == "nothing_to_explain"

    async def test_untested_gets_a_profile_and_no_advice(self, she: Caller) -> None:
        made = await she.make()
        assert codes(made["waits"]) == ["knowledge_open_bonds", "knowledge_open_shares"]
        assert (await she.advice("untested"))["outcome"] == "wait"

    @pytest.mark.parametrize(
        "answers", [{}, {"fees": "e"}, {"gold": "a"}, {"fees": 1}, {"fees": {"$gt": ""}}]
    )
    async def test_bad_answers_are_refused(self, she: Caller, answers: Any) -> None:
        refused = await she("PUT", f"{URL}/knowledge", expect=422, answers=answers)
        assert refused["code"] == "invalid_input"


@pytest.mark.row("RS4")
class TestFollowUps:
    async def test_ignored_blocks_advice_and_reads_low_and_a_reply_settles_it(
        self, she: Caller
    ) -> None:
        await she("PUT", f"{URL}/knowledge", answers=RIGHT)
        await she.answer(**CLASH)
        (asked,) = await she("GET", f"{URL}/follow-ups")
        assert asked["code"] == "no_loss_but_high_risk"
        assert "question 8" in asked["question"]
        assert "{" not in asked["question"]
        ignored = await she.make()
        assert ignored["tolerance"] < ignored["stated_tolerance"]
        assert codes(ignored["waits"]) == ["follow_up_open"]
        assert "lower_reading" in codes(ignored["reasons"])
        assert (await she.advice("open"))["outcome"] == "wait"
        steps = (await she("GET", "/v1/onboarding"))["steps"]
        assert {"step": "risk_profile", "status": "done"} in steps, "advice waits, not the account"

        await she("PUT", f"{URL}/follow-ups", replies={asked["code"]: "careful"})
        careful = await she.make()
        assert careful["tolerance"] == ignored["tolerance"]
        assert careful["waits"] == []
        await she("PUT", f"{URL}/follow-ups", replies={asked["code"]: "bold"})
        bold = await she.make()
        # Standing by the bold answer after the careful one counts is more risk: it waits.
        assert bold["tolerance"] == careful["tolerance"]
        assert bold["cooling"]["tolerance"] == bold["stated_tolerance"]

    async def test_standing_by_it_at_once_counts_as_stated(self, she: Caller) -> None:
        await she.answer(**CLASH)
        code = (await she("GET", f"{URL}/follow-ups"))[0]["code"]
        await she("PUT", f"{URL}/follow-ups", replies={code: "bold"})
        made = await she.make()
        assert made["tolerance"] == made["stated_tolerance"]
        assert made["follow_ups"] == [{"code": code, "reply": "bold"}]

    async def test_what_is_not_asked_any_more_is_refused(self, she: Caller) -> None:
        await she.answer(**CLASH)
        code = (await she("GET", f"{URL}/follow-ups"))[0]["code"]
        await she.answer(**{"8": "b", "12": "c"})
        refused = await she("PUT", f"{URL}/follow-ups", expect=409, replies={code: "bold"})
        assert (refused["code"], refused["codes"]) == ("follow_up_closed", [code])

    async def test_the_words_come_in_arabic(self, she: Caller) -> None:
        await she.answer(**CLASH)
        (asked,) = await she("GET", f"{URL}/follow-ups?locale=ar")
        assert "السؤال 8" in asked["question"]

    async def test_without_a_model_the_record_says_that_nothing_was_compared(
        self, she: Caller
    ) -> None:
        assert (await she.make())["challenge"]["code"] == "challenge_skipped"


@pytest.mark.row("RS5")
class TestMoreRisk:
    async def test_more_waits_a_week_and_less_counts_at_once(self, she: Caller) -> None:
        first = await she.make()
        await she.answer(**BOLD)
        more = await she.make()
        assert more["stated_tolerance"] > first["tolerance"]
        assert (more["tolerance"], more["final"]) == (first["tolerance"], first["final"])
        assert more["cooling"]["because"] == "soon"
        assert "cooling" in codes(more["reasons"])
        again = await she.make()
        assert again["cooling"]["until"] == more["cooling"]["until"]
        await she.answer(**{"4": "a", "5": "a", "8": "a", "12": "a"})
        less = await she.make()
        assert less["tolerance"] < first["tolerance"]
        assert less["cooling"] is None

    async def test_other_facts_end_advice_and_the_refusal_says_what_to_do(
        self, she: Caller
    ) -> None:
        await she("PUT", f"{URL}/knowledge", answers=RIGHT)
        await she.make()
        assert (await she("GET", URL))["state"] == "current"
        await she.facts(monthly_income="900", dependants=2)
        found = await she("GET", URL)
        assert found["state"] == "facts_changed"
        refused = await she.advice("changed", expect=409)
        assert (refused["code"], refused["reason"]) == ("risk_profile_expired", "facts_changed")
        assert "Make the profile again" in refused["detail"]
        await she.make()
        assert (await she("GET", URL))["state"] == "current"


@pytest.mark.row("RS8")
class TestDoNotInvestYet:
    async def test_every_reason_is_named_with_what_would_change_it(self, she: Caller) -> None:
        await she("PUT", f"{URL}/knowledge", answers=RIGHT)
        await she.facts(liquid_reserve="100", horizon_years=0)
        made = await she.make()
        assert codes(made["waits"]) == ["save_first", "horizon_too_short"]
        assert made["do_not_invest"]["code"] == "save_first"
        assert "Save 1400.00 USD more" in made["do_not_invest"]["sentence"]
        advice = await she.advice("wait")
        assert (advice["outcome"], advice["mix"]) == ("wait", None)
        assert codes(advice["reasons"]) == ["save_first", "horizon_too_short"]


@pytest.mark.row("EX3")
class TestWhatWouldChange:
    @pytest.mark.parametrize(
        ("facts", "waits"),
        [
            ({"liquid_reserve": "2000"}, False),
            ({"liquid_reserve": "100", "horizon_years": 0}, True),
            (
                {
                    "monthly_debt_payment": "100",
                    "highest_debt_rate_bps": 2500,
                    "liquid_reserve": "100",
                },
                True,
            ),
        ],
        ids=["reserve", "reserve and horizon", "debt and reserve"],
    )
    async def test_doing_it_through_the_api_really_flips_the_result(
        self, she: Caller, facts: dict[str, object], waits: bool
    ) -> None:
        await she("PUT", f"{URL}/knowledge", answers=RIGHT)
        await she.facts(**facts)
        before = await she.make()
        assert bool(before["waits"]) is waits
        found = await she("GET", f"{URL}/what-would-change")
        assert found["profile"] == before["final"]
        assert found["first"] == []
        changed: dict[str, object] = {}
        for change in found["changes"]:
            assert change["field"] in ("liquid_reserve", "horizon_years", "monthly_debt_payment")
            changed |= change["sets"]
        for name in ("horizon_years", "highest_debt_rate_bps"):
            changed |= {name: int(str(changed[name]))} if name in changed else {}

        await she.facts(**{**facts, **changed})
        after = await she.make()

        assert after["final"] == found["changed_profile"]
        assert after["waits"] == []
        assert waits or after["final"] > before["final"]

    async def test_open_questions_come_first_and_tolerance_is_nothing_to_change(
        self, she: Caller
    ) -> None:
        await she.make()
        found = await she("GET", f"{URL}/what-would-change")
        assert found["changes"] == []
        assert found["changed_profile"] is None
        assert codes(found["first"]) == ["knowledge_open_bonds", "knowledge_open_shares"]

    async def test_before_the_first_profile_it_says_so(self, she: Caller) -> None:
        refused = await she("GET", f"{URL}/what-would-change", expect=404)
        assert refused["code"] == "risk_profile_missing"


@pytest.mark.row("RS1")
async def test_effects_of_answers_and_facts_are_told(she: Caller) -> None:
    await she.facts(liquid_reserve="2000")
    made = await she.make()
    assert all(item["fewest"] <= item["points"] <= item["most"] for item in made["items"])
    assert all(item["effect"] >= 0 for item in made["items"])
    effects = {limit["rule"]: limit["effect"] for limit in made["limits"]}
    assert effects.pop("reserve") == made["capacity"] - 10
    assert set(effects.values()) == {0}
