"""Goals over HTTP: kept in versions, projected with their assumptions, refused with a reason."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from app.services import AppServices
from tests.api.test_recommendations import fund, get, investor
from tests.api.test_transfers import post
from tests.factories.market import open_market
from tests.factories.people import Person, make_cleared, make_person

__all__ = ["investor"]


def years_ahead(years: int) -> str:
    return date(datetime.now(UTC).year + years, 1, 15).isoformat()


GOAL = {
    "name": "House", "currency": "USD", "target": "60000.00", "due": years_ahead(13),
    "monthly": "200.00", "start": "5000.00",
}  # fmt: skip

BAD: list[tuple[dict[str, object], str]] = [
    ({"due": "2020-01-01"}, "goal_in_past"),
    ({"due": "2190-01-01"}, "goal_too_far"),
    ({"target": "0"}, "goal_amount"),
    ({"target": "5000000000"}, "goal_amount"),
    ({"monthly": "100000.01"}, "goal_amount"),
    ({"monthly": "1.001"}, "invalid_amount"),
    ({"currency": "EUR"}, "currency_mismatch"),
    ({"profile": 10}, "goal_profile_too_high"),
    ({"profile": 11}, "invalid_input"),
    ({"profile": "3"}, "invalid_input"),
    ({"name": "  "}, "invalid_input"),
    ({"name": "a" * 81}, "invalid_input"),
    ({"name": "\u202eesuoH"}, "invalid_input"),
    ({"due": "tomorrow"}, "invalid_input"),
    ({"target": -5}, "invalid_input"),
    ({"target": "NaN"}, "invalid_input"),
    ({"target": "1e9"}, "invalid_input"),
    ({"x": 1}, "invalid_input"),
]


async def create(
    client: httpx.AsyncClient, person: Person, key: str = "g1", **changes: object
) -> dict[str, object]:
    answer = await post(client, person, "/v1/goals", GOAL | changes, key=key)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def preview(client: httpx.AsyncClient, person: Person, **changes: object) -> httpx.Response:
    return await client.post("/v1/goals/preview", json=GOAL | changes, headers=person.headers)


async def change(
    client: httpx.AsyncClient, person: Person, goal_id: object, **changes: object
) -> httpx.Response:
    return await client.put(f"/v1/goals/{goal_id}", json=GOAL | changes, headers=person.headers)


class TestKeeping:
    @pytest.mark.row("RS7")
    async def test_same_key_is_one_goal_also_when_calls_race(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        made = await asyncio.gather(*(create(client, investor) for _ in range(3)))
        assert all(one == made[0] for one in made)
        listed = (await get(client, investor, "/v1/goals")).json()["goals"]
        assert listed == [made[0]]
        other = await post(client, investor, "/v1/goals", GOAL | {"monthly": "1.00"}, key="g1")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    async def test_change_makes_a_version_once_also_when_calls_race(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        goal = await create(client, investor)
        first, again = [
            await change(client, investor, goal["goal_id"], monthly="300.00", version=1)
            for _ in range(2)
        ]
        assert first.json() == again.json()
        assert (first.json()["version"], first.json()["monthly"]["amount"]) == (2, "300.00")
        late = await change(client, investor, goal["goal_id"], monthly="9.00", version=1)
        assert (late.status_code, late.json()["code"]) == (409, "goal_changed")
        assert late.json()["version"] == 2
        kept = await services.db.find_many("goal_versions", {"goal": goal["goal_id"]}, limit=9)
        assert [row["version"] for row in kept] == [1, 2]
        # The key that made it still answers it, in its present version.
        assert (await create(client, investor))["version"] == 2
        answers = await asyncio.gather(
            *(
                change(client, investor, goal["goal_id"], monthly=f"{n}.00", version=2)
                for n in (1, 2, 3)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]

    async def test_archived_goal_leaves_the_list_is_kept_and_not_changed(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        goal = await create(client, investor)
        path = f"/v1/goals/{goal['goal_id']}"
        first, again = [await client.delete(path, headers=investor.headers) for _ in range(2)]
        assert first.json() == again.json()
        assert first.json()["state"] == "archived"
        assert (await get(client, investor, "/v1/goals")).json() == {"goals": []}
        assert (await get(client, investor, path)).json() == first.json()
        refused = await change(client, investor, goal["goal_id"], version=1)
        assert (refused.status_code, refused.json()["code"]) == (409, "goal_archived")

    async def test_at_most_twenty_are_open_and_an_archived_one_makes_room(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await services.market.ensure_simulated()
        investor = await make_person(services)
        service = services.portfolio.goals
        goal = await create(client, investor, key="first")
        wish = (await service.find(investor.user_id, str(goal["goal_id"]))).wish
        for number in range(19):
            await service.create(investor.user_id, wish, key=f"n{number}")
        full = await post(client, investor, "/v1/goals", GOAL, key="one more")
        assert (full.status_code, full.json()["code"]) == (409, "too_many_goals")
        await service.archive(investor.user_id, str(goal["goal_id"]))
        await create(client, investor, key="one more")

    async def test_strangers_goal_is_not_there(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        goal_id = (await create(client, investor))["goal_id"]
        stranger = await make_person(services)
        path = f"/v1/goals/{goal_id}"
        answers = [
            await get(client, stranger, path),
            await get(client, stranger, f"{path}/projection"),
            await client.delete(path, headers=stranger.headers),
            await change(client, stranger, goal_id, version=1),
        ]
        assert {(a.status_code, a.json()["code"]) for a in answers} == {(404, "goal_not_found")}
        assert (await get(client, stranger, "/v1/goals")).json() == {"goals": []}


class TestProjection:
    @pytest.mark.row("PA7")
    async def test_figures_come_with_what_they_rest_on_and_are_the_same_again(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        goal = await create(client, investor)
        path = f"/v1/goals/{goal['goal_id']}/projection"
        first, again = [await get(client, investor, path) for _ in range(2)]
        assert first.content == again.content
        found = first.json()
        points = found["points"]
        assert 2 < len(points) <= 121
        assert points[-1]["month"] == found["months"]
        for point in points:
            low, middle, high = (point[n]["amount_minor"] for n in ("low", "middle", "high"))
            assert low <= middle <= high
        assert points[0]["low"]["amount"] == "5000.00"
        assert found["poor"]["amount_minor"] <= points[-1]["low"]["amount_minor"]
        told = found["frequency"]["count"] / found["frequency"]["of"]
        assert told == pytest.approx(found["probability"], abs=0.05)
        assumed = found["assumptions"]
        assert assumed["simulated"] is True
        assert assumed["history_months"] >= 36
        assert assumed["paths"] == 10_000
        assert len(assumed["data_sha256"]) == 64
        assert (assumed["fee_bps"], assumed["start_is_everything"]) == (10, False)

    @pytest.mark.row("PA7")
    async def test_what_if_has_the_figures_the_saved_plan_will_have(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        before = (await preview(client, investor, key="g1")).json()
        assert (await get(client, investor, "/v1/goals")).json() == {"goals": []}
        goal = await create(client, investor)
        path = f"/v1/goals/{goal['goal_id']}/projection"
        saved = (await get(client, investor, path)).json()
        assert saved | {"version": None} == before
        changed = await preview(client, investor, goal_id=goal["goal_id"], monthly="400.00")
        assert changed.json()["probability"] >= saved["probability"]
        assert changed.json()["assumptions"]["seed"] == saved["assumptions"]["seed"]
        rows = await services.db.find_many("goal_versions", {"goal": goal["goal_id"]}, limit=9)
        assert len(rows) == 1

    @pytest.mark.row("RS7")
    async def test_date_changes_the_mix_and_the_needed_amount_reaches_what_was_wanted(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        near, far = [
            (await preview(client, investor, due=years_ahead(years))).json() for years in (3, 25)
        ]
        assert near["probability"] < far["probability"]
        assert near["glide"][0]["profile"] < far["glide"][0]["profile"]
        falling = [step["profile"] for step in far["glide"]]
        assert falling == sorted(falling, reverse=True)
        assert falling[-1] == 1
        risk = [step["volatility"] for step in far["glide"]]
        assert risk == sorted(risk, reverse=True)
        needed = (await preview(client, investor, wanted_percent=90)).json()["needed"]
        assert needed["reachable"] is True
        assert needed["wanted"] == {"count": 9, "of": 10}
        enough = await preview(client, investor, monthly=needed["monthly"]["amount"])
        assert enough.json()["probability"] >= 0.9
        answer = await preview(client, investor, target="900000000.00", due=years_ahead(2))
        found = answer.json()
        assert answer.status_code == 200
        assert found["frequency"] == {"count": 0, "of": 10_000}
        assert found["needed"]["reachable"] is False
        assert found["needed"]["monthly"]["amount"] == "100000.00"
        assert found["needed"]["frequency"]["count"] == 0

    async def test_without_a_start_everything_she_has_counts(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        await fund(client, services, investor)
        assumed = (await preview(client, investor, start=None)).json()["assumptions"]
        assert assumed["start"]["amount"] == "1000.00"
        assert assumed["start_is_everything"] is True

    async def test_goal_whose_date_has_passed_is_listed_and_not_projected(
        self, client: httpx.AsyncClient, services: AppServices, investor: Person
    ) -> None:
        goal = await create(client, investor)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        query = {"_id": goal["goal_id"]}
        await services.db.update_one("goals", query, {"$set": {"wish.due": yesterday}})
        (listed,) = (await get(client, investor, "/v1/goals")).json()["goals"]
        assert listed["state"] == "past"
        answer = await get(client, investor, f"/v1/goals/{goal['goal_id']}/projection")
        assert (answer.status_code, answer.json()["code"]) == (422, "goal_in_past")

    async def test_without_profile_or_figures_it_says_what_is_missing(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        await open_market(services, with_frontier=False)
        stranger = await make_person(services)
        answer = await preview(client, stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "risk_profile_missing")
        await create(client, stranger)
        cleared = await make_cleared(services)
        answer = await preview(client, cleared)
        assert (answer.status_code, answer.json()["code"]) == (503, "advice_unavailable")
        assert "retry-after" in answer.headers


class TestBadInput:
    async def test_is_refused_with_its_reason_and_never_kept(
        self, client: httpx.AsyncClient, investor: Person
    ) -> None:
        for changes, code in BAD:
            answer = await preview(client, investor, **changes)
            assert (answer.status_code, answer.json()["code"]) == (422, code), changes
        for changes, code in BAD[:8]:
            answer = await post(client, investor, "/v1/goals", GOAL | changes, key="bad")
            assert (answer.status_code, answer.json()["code"]) == (422, code), changes
        for percent in (49, 96, "80", 80.5):
            assert (await preview(client, investor, wanted_percent=percent)).status_code == 422
        no_key = await client.post("/v1/goals", json=GOAL, headers=investor.headers)
        assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency_key_required")
        assert (await get(client, investor, "/v1/goals/nope")).status_code == 422
        assert (await get(client, investor, "/v1/goals")).json() == {"goals": []}
