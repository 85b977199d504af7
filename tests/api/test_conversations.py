"""Conversations that are kept: list, rename, search, export, delete, erase; what the logs hold."""

import asyncio
from typing import Any

import httpx
import pytest

from app.core.gate import Gate
from app.domains.chat.repository.budgets import Budgets
from app.domains.chat.repository.conversations import CONVERSATIONS, KEYS
from app.domains.chat.repository.turns import TURNS
from app.domains.chat.service import ChatService
from app.services import AppServices
from tests.api.talking import Talk, browser, cast, chat_of, names, person, text_of
from tests.factories.people import Person, make_person
from tests.fakes.chat import engines
from tests.fakes.chat.engines import Cast

__all__ = ["browser", "cast", "person"]
URL = "/v1/conversations"
SECRETS = (
    "4111 1111 1111 1111", "DE89370400440532013000", "ada@example.org", "Zaphod Beeblebrox",
    "secret-range-77", "secret-detail-99",
)  # fmt: skip


async def begun(client: httpx.AsyncClient, person: Person, title: str | None = None) -> Talk:
    answer = await client.post(URL, json={"title": title}, headers=person.headers)
    assert answer.status_code == 201, answer.text
    return Talk(client, person, answer.json()["conversation_id"])


async def listed(client: httpx.AsyncClient, person: Person, **query: Any) -> dict[str, Any]:
    answer = await client.get(URL, params=query, headers=person.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def everything(services: AppServices) -> str:
    """Return all that the database holds, as text."""
    rows = []
    for name in await services.db.driver.list_collection_names():
        rows += [str(row) async for row in services.db.driver[name].find()]
    return "\n".join(rows)


@pytest.mark.row("CH7")
class TestKept:
    async def test_the_newest_message_is_first_and_pages_follow_each_other(
        self, browser: httpx.AsyncClient, person: Person
    ) -> None:
        talks = [await begun(browser, person, f"Talk {n}") for n in range(3)]
        await talks[0].said()
        first = await listed(browser, person, limit=2)
        rest = await listed(browser, person, limit=2, before=first["next_before"])
        titles = [c["title"] for c in first["conversations"] + rest["conversations"]]
        assert titles == ["Talk 0", "Talk 2", "Talk 1"]
        assert rest["next_before"] is None
        assert [c["turns"] for c in first["conversations"]] == [1, 0]

    async def test_a_title_comes_from_the_first_message_or_from_her(
        self, browser: httpx.AsyncClient, person: Person
    ) -> None:
        talk = await begun(browser, person)
        await talk.said("  What is\nmy cash balance? " + "x" * 100)
        title = (await listed(browser, person))["conversations"][0]["title"]
        assert title.startswith("What is my cash balance? xxx")
        assert (len(title), title[-1]) == (60, "…")
        answer = await browser.patch(talk.url, json={"title": "Cash"}, headers=person.headers)
        assert (answer.status_code, answer.json()["title"]) == (200, "Cash")
        await talk.said("again", message="message-2")
        assert (await listed(browser, person))["conversations"][0]["title"] == "Cash"

    async def test_messages_are_read_page_by_page(
        self, browser: httpx.AsyncClient, person: Person
    ) -> None:
        talk = await begun(browser, person)
        for n in range(3):
            await talk.said(f"question {n}", message=f"message-{n}")
        url = f"{talk.url}/messages"
        first = (await browser.get(url, params={"limit": 2}, headers=person.headers)).json()
        query = {"limit": 2, "before": first["next_before"]}
        rest = (await browser.get(url, params=query, headers=person.headers)).json()
        assert [t["text"] for t in first["turns"]] == ["question 2", "question 1"]
        assert [t["text"] for t in rest["turns"]] == ["question 0"]
        assert (first["turns"][0]["finish"], rest["next_before"]) == ("complete", None)
        assert first["turns"][0]["citations"][0]["evidence"] == "v1"
        assert first["turns"][0]["results"][0]["evidence"][0]["value"] == "1234.50"

    @pytest.mark.parametrize(
        ("words", "hits"), [("CAFÉ", 1), ("cafe", 1), ("portfolio is", 2), ("nothing such", 0)]
    )
    async def test_search_finds_words_of_both_sides_whatever_their_case(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices,
        words: str, hits: int,
    ) -> None:  # fmt: skip
        stranger = await make_person(services, second_factor=False)
        for who in (person, stranger):
            talk = await begun(browser, who)
            await talk.said("How much did the café cost me?")
            await talk.said("And now?", message="message-2")
        answer = await browser.post(f"{URL}/search", json={"words": words}, headers=person.headers)
        found = answer.json()
        assert (len(found["hits"]), found["searched_turns"], found["complete"]) == (hits, 2, True)

    async def test_an_export_holds_all_that_was_said(
        self, browser: httpx.AsyncClient, person: Person
    ) -> None:
        talk = await begun(browser, person, "Mine")
        events = await talk.said("one")
        await talk.said("two", message="message-2")
        answer = await browser.get(f"{talk.url}/export", headers=person.headers)
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        found = answer.json()
        assert [t["user"] for t in found["turns"]] == ["one", "two"]
        assert (found["title"], found["turns"][0]["adviser"]) == ("Mine", text_of(events))

    async def test_another_persons_conversation_is_not_there(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        talk = await begun(browser, person)
        await talk.said()
        stranger = await make_person(services, second_factor=False)
        for method, path, body in (
            ("GET", "/messages", None),
            ("GET", "/export", None),
            ("PATCH", "", {"title": "Mine"}),
            ("DELETE", "", None),
        ):
            answer = await browser.request(
                method, talk.url + path, json=body, headers=stranger.headers
            )
            assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
        assert len(await talk.turns()) == 1


@pytest.mark.row("CH7")
class TestForgetting:
    async def test_deleting_destroys_the_key_and_leaves_nothing(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        talk, other = await begun(browser, person), await begun(browser, person)
        turn = (await talk.said())[0]["data"]["turn"]
        answer = await browser.delete(talk.url, headers=person.headers)
        assert answer.status_code == 204
        for name in (CONVERSATIONS, KEYS, TURNS):
            rows = await services.db.find_many(name, {}, limit=10)
            assert [row["_id"] for row in rows] in ([other.url.rpartition("/")[2]], [])
        async with talk.resuming(turn) as stream:
            assert await stream.problem() == (404, "conversation_not_found")
        assert (await browser.delete(talk.url, headers=person.headers)).status_code == 404

    async def test_without_its_key_a_conversation_cannot_be_read_but_deleted(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        talk = await begun(browser, person)
        await talk.said()
        await services.db.delete_one(KEYS, {})
        assert (await browser.get(f"{talk.url}/export", headers=person.headers)).status_code == 404
        assert (await listed(browser, person))["conversations"] == []
        assert (await browser.delete(talk.url, headers=person.headers)).status_code == 204
        assert await services.db.find_one(TURNS, {}) is None

    async def test_deleting_stops_what_is_being_written(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices, cast: Cast
    ) -> None:
        gone = engines.Gone()
        cast.embedded.script = gone.slowly()
        talk = await begun(browser, person)
        async with talk.saying() as stream:
            await stream.until("delta")
            await browser.delete(talk.url, headers=person.headers)
            assert names(await stream.all())[-1] == "done"
        assert gone.ended.is_set()
        assert await services.db.find_one(TURNS, {}) is None

    async def test_with_the_users_key_gone_nothing_opens(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        talk = await begun(browser, person)
        await talk.said()
        await services.db.delete_one("user_keys", {"_id": person.user_id})
        services.identity.envelope.forget(person.user_id)
        answer = await browser.get(f"{talk.url}/messages", headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "key_destroyed")

    async def test_erasure_takes_all_of_one_person(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        stranger = await make_person(services, second_factor=False)
        for who in (person, person, stranger):
            await (await begun(browser, who)).said()
        assert await services.chat.erase(person.user_id) == 2
        for name in (CONVERSATIONS, KEYS, TURNS):
            rows = await services.db.find_many(name, {}, limit=10)
            assert {row["user"] for row in rows} == {stranger.user_id}
        assert await services.chat.erase(person.user_id) == 0


@pytest.mark.row("CH8")
class TestAudit:
    async def test_one_row_a_turn_with_versions_and_digests_and_no_personal_data(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices, cast: Cast,
        capfd: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        cast.remote = engines.Scripted(engines.raises)
        talk = await begun(browser, person)
        await talk.said(f"My card {SECRETS[0]}, {SECRETS[1]}, {SECRETS[2]}, I am {SECRETS[3]}")
        rows = await services.db.find_many("audit", {"action": "chat.turn"}, limit=10)
        assert len(rows) == 1
        assert (rows[0]["actor"], rows[0]["object"]) == (
            person.user_id, (await talk.turns())[0]["turn_id"],
        )  # fmt: skip
        after = rows[0]["after"]
        assert after | {"ms_first": 0, "ms_total": 0, "tools": 0} == {
            "engine": "embedded", "model": "own", "lang": "en", "intent": "portfolio_value",
            "screen": None, "badge": "degraded", "versions": {"templates": "t1"},
            "failures": ["remote:ValueError"], "judged": 1, "refused": 0, "mended": 0,
            "claims": 0, "redacted": None,
            "events": after["events"], "characters": 46, "tokens_in": 3, "tokens_out": 9,
            "cost_micro": 40, "finish": "degraded", "code": "", "ms_first": 0, "ms_total": 0,
            "tools": 0,
        }  # fmt: skip
        assert [(t["tool"], len(t["arguments"]), t["ok"]) for t in after["tools"]] == [
            ("portfolio.summary", 32, True)
        ]
        stored, logged = await everything(services), "".join(capfd.readouterr())
        for secret in SECRETS:
            assert secret not in stored
            assert secret not in logged
        assert "Your portfolio" not in stored


@pytest.mark.row("CH8")
class TestWithout:
    async def test_engines_it_says_so_and_keeps_conversations(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices
    ) -> None:
        object.__setattr__(services, "chat", chat_of(services, None))
        talk = await begun(browser, person, "Kept")
        async with talk.saying() as stream:
            assert await stream.problem() == (503, "chat_unavailable")
        assert await talk.turns() == []

    async def test_redis_it_still_answers_and_counts_here(
        self, browser: httpx.AsyncClient, person: Person, services: AppServices, cast: Cast
    ) -> None:
        cast.embedded.script = engines.says(engines.delta("Hi."), engines.end())
        nowhere = Gate("redis://127.0.0.1:1/0")
        chat = ChatService(
            db=services.db, gate=nowhere, clock=services.clock,
            envelope=services.identity.envelope, ports=cast.ports(),
        )  # fmt: skip
        object.__setattr__(services, "chat", chat)
        talk = await begun(browser, person)
        for n in range(20):
            events = await talk.said(message=f"message-{n}")
            assert (names(events)[-1], text_of(events)) == ("done", "Hi.")
        async with talk.saying(message="message-20") as stream:
            assert await stream.problem() == (429, "too_many_messages")
        async with asyncio.timeout(10):
            while chat.running_now:  # noqa: ASYNC110 - nobody to tell us
                await asyncio.sleep(0.01)
        async with talk.resuming(events[0]["data"]["turn"]) as stream:
            assert await stream.problem() == (410, "turn_expired")
        await nowhere.close()

    async def test_room_in_the_day_nothing_may_cost_anything(
        self, services: AppServices, person: Person
    ) -> None:
        budgets = Budgets(
            services.gate, services.clock, day_cap_micro=100, total_cap_micro=1_000_000_000
        )
        assert await budgets.reserve(person.user_id, "turn-1")
        await budgets.settle(person.user_id, "turn-1", cost_micro=100)
        assert not await budgets.reserve(person.user_id, "turn-2")


@pytest.mark.row("CH1")
class TestMalformed:
    @pytest.mark.parametrize(
        "change",
        [
            {"text": ""}, {"text": "  "}, {"text": "x" * 4_001}, {"text": "a\x00b"},
            {"client_message_id": "short"}, {"client_message_id": "a b c d e f"},
            {"locale": "english"}, {"owner": "somebody"},
        ],
    )  # fmt: skip
    async def test_a_message_that_cannot_be_one(
        self, browser: httpx.AsyncClient, person: Person, change: dict[str, str]
    ) -> None:
        body = {"client_message_id": "message-1", "text": "Hello", "locale": "en"} | change
        answer = await browser.post(f"{URL}/{'0' * 20}/messages", json=body, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
