"""A turn over real sockets: framing, resume, leave, stop, fallback, limits."""

import asyncio
import re

import httpx
import pytest

from app.services import AppServices
from tests.api.talking import Talk, browser, cast, chat_of, names, person, text_of
from tests.factories.people import Person, make_person
from tests.fakes.chat import engines
from tests.fakes.chat.engines import Cast, Gone, Scripted

__all__ = ["browser", "cast", "person"]
pytestmark = pytest.mark.row("CH1")


async def begun(client: httpx.AsyncClient, person: Person) -> Talk:
    answer = await client.post("/v1/conversations", json={}, headers=person.headers)
    assert answer.status_code == 201, answer.text
    return Talk(client, person, answer.json()["conversation_id"])


@pytest.fixture
async def talk(browser: httpx.AsyncClient, person: Person) -> Talk:
    return await begun(browser, person)


class TestFrames:
    async def test_every_byte_is_as_the_contract_says(self, talk: Talk) -> None:
        async with talk.saying() as stream:
            events = await stream.all()
            headers = stream.answer.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert "content-encoding" not in headers
        turn = events[0]["data"]["turn"]
        frame = rf"id: {turn}:(\d+)\nevent: [a-z_]+\ndata: [^\n]+\n\n".encode()
        assert re.fullmatch(rb"retry: 3000\n\n(" + frame + rb"|: hb\n\n)+", stream.raw)
        numbers = [int(n) for n in re.findall(frame, stream.raw)]
        assert numbers == list(range(len(events)))
        assert names(events) == [
            "meta", "tool_start", "tool_result", "delta", "delta", "citation", "delta",
            "usage", "done",
        ]  # fmt: skip
        assert text_of(events) == "Your portfolio is worth $1,234.50. Ask me why."
        assert events[5]["data"] | {"call": 0} == {
            "at": 24, "len": 9, "evidence": "v1", "source": "ledger", "ref": "p:1",
            "href": "/v1/receipts/p:1", "call": 0,
        }  # fmt: skip
        assert events[-1]["data"] == {"finish": "complete", "message": f"{turn}.a"}

    async def test_meta_says_who_answers_and_the_disclaimer_comes_once(self, talk: Talk) -> None:
        first = (await talk.said())[0]["data"]
        second = (await talk.said(message="message-2"))[0]["data"]
        assert first["disclaimer"] == "no advice (en)"
        assert (first["badge"], first["intent"], first["lang"]) == (
            "embedded", "portfolio_value", "en",
        )  # fmt: skip
        assert second["disclaimer"] is None

    async def test_what_was_said_before_is_told_to_the_engine(self, talk: Talk, cast: Cast) -> None:
        await talk.said("first question")
        await talk.said("second question", message="message-2")
        turn = cast.embedded.turns[-1]
        assert [(said.role, said.text) for said in turn.history] == [
            ("user", "first question"),
            ("adviser", "Your portfolio is worth $1,234.50. Ask me why."),
        ]
        assert turn.state.intent == "portfolio_value"


class TestResume:
    async def test_the_same_message_is_the_same_turn(self, talk: Talk, cast: Cast) -> None:
        first = await talk.said()
        assert await talk.said() == first
        assert len(cast.embedded.turns) == 1
        async with talk.saying("another text") as stream:
            assert await stream.problem() == (422, "message_reused")

    @pytest.mark.parametrize("elsewhere", [False, True])
    async def test_events_after_the_last_one_come_and_only_those(
        self, talk: Talk, services: AppServices, cast: Cast, elsewhere: bool
    ) -> None:
        cast.embedded.script = Gone().slowly(pieces=30)
        async with talk.saying() as live:
            head = [await live.next() for _ in range(6)]
            assert head[0] is not None
            assert head[-1] is not None
            if elsewhere:
                object.__setattr__(services, "chat", chat_of(services, cast))
            async with talk.resuming(head[0]["data"]["turn"], head[-1]["id"]) as again:
                rest = await again.all()
            assert rest == await live.all()
        assert names(rest)[-1] == "done"

    async def test_after_the_end_it_is_read_from_redis_until_it_expires(
        self, talk: Talk, services: AppServices
    ) -> None:
        events = await talk.said()
        turn = events[0]["data"]["turn"]
        async with talk.resuming(turn, f"{turn}:3") as stream:
            assert await stream.all() == events[4:]
        async with talk.resuming(turn, events[-1]["id"]) as stream:
            assert await stream.all() == []
        await idle(services)
        keys = await services.gate.call("KEYS", f"*chat:events:{turn}")
        assert isinstance(keys, list)
        assert 290 <= int(await services.gate.call("TTL", keys[0])) <= 300
        await services.gate.call("DEL", *keys)
        async with talk.resuming(turn, f"{turn}:3") as stream:
            assert await stream.problem() == (410, "turn_expired")
        assert (await talk.turns())[0]["answer"] == text_of(events)

    async def test_an_id_of_another_turn_is_refused(self, talk: Talk) -> None:
        turn = (await talk.said())[0]["data"]["turn"]
        async with talk.resuming(turn, f"{'0' * 26}:1") as stream:
            assert await stream.problem() == (422, "invalid_input")

    async def test_another_person_finds_nothing(
        self, talk: Talk, browser: httpx.AsyncClient, services: AppServices
    ) -> None:
        turn = (await talk.said())[0]["data"]["turn"]
        stranger = await make_person(services, second_factor=False)
        theirs = Talk(browser, stranger, talk.url.rpartition("/")[2])
        async with theirs.saying(message="message-9") as stream:
            assert await stream.problem() == (404, "conversation_not_found")
        async with theirs.resuming(turn) as stream:
            assert await stream.problem() == (404, "conversation_not_found")
        own = await begun(browser, stranger)
        async with own.resuming(turn) as stream:
            assert await stream.problem() == (404, "turn_not_found")


class TestLeaving:
    async def test_a_client_that_leaves_ends_the_engine_and_the_cut_turn_is_kept(
        self, talk: Talk, cast: Cast, services: AppServices
    ) -> None:
        gone = Gone()
        cast.embedded.script = gone.slowly()
        async with talk.saying() as stream:
            await stream.until("delta")
        async with asyncio.timeout(1):
            await gone.ended.wait()
        stored = await talk.ended()
        assert (stored["finish"], stored["answer"][:3]) == ("stopped", "w0 ")
        events = await talk.said()
        assert (names(events)[-1], events[-1]["data"]["finish"]) == ("done", "stopped")
        cast.embedded.script = engines.normal
        assert names(await talk.said(message="message-2"))[-1] == "done"
        await idle(services)

    async def test_before_the_first_token_too(self, talk: Talk, cast: Cast) -> None:
        gone = Gone()
        cast.embedded.script = gone.slowly(first=True)
        async with talk.saying() as stream:
            await stream.until("meta")
            await gone.began.wait()
        async with asyncio.timeout(1):
            await gone.ended.wait()
        assert (await talk.ended())["finish"] == "stopped"

    @pytest.mark.parametrize("elsewhere", [False, True])
    async def test_a_stop_ends_it_wherever_it_runs(
        self, talk: Talk, cast: Cast, services: AppServices, elsewhere: bool
    ) -> None:
        gone = Gone()
        cast.embedded.script = gone.slowly()
        async with talk.saying() as stream:
            meta = await stream.until("meta")
            if elsewhere:
                object.__setattr__(services, "chat", chat_of(services, cast))
            url = f"{talk.url}/turns/{meta['data']['turn']}/stop"
            for _ in range(2):
                answer = await talk.client.post(url, headers=talk.person.headers)
                assert answer.status_code == 204
            events = await stream.all()
        assert gone.ended.is_set()
        assert (names(events)[-1], events[-1]["data"]["finish"]) == ("done", "stopped")


async def idle(services: AppServices) -> None:
    async with asyncio.timeout(10):
        while services.chat.running_now:  # noqa: ASYNC110 - nobody to tell us
            await asyncio.sleep(0.01)


class TestFallback:
    @pytest.mark.parametrize(
        "script",
        [
            Gone().slowly(first=True),
            engines.stalls,
            engines.raises,
            engines.endless_tools,
            engines.huge,
            engines.endless_text,
            engines.says("garbage"),
            engines.says(engines.delta("no end")),
            engines.says(engines.TalkEvent(engines.EventName.DONE, {})),
            engines.says(engines.TalkEvent(engines.EventName.DELTA, {"text": 7})),
            engines.says(engines.TalkEvent(engines.EventName.TOOL_RESULT, {"x": object()})),
            engines.says(engines.TalkEvent(engines.EventName.USAGE, {"cost_micro": -1})),
            engines.says(engines.end(), engines.delta("after the end")),
            engines.says(engines.delta("Hello "), engines.delta("BAD 99 %."), engines.end()),
        ],
    )
    async def test_the_embedded_engine_answers_in_the_same_stream(
        self, talk: Talk, cast: Cast, script: engines.Script
    ) -> None:
        cast.remote = Scripted(script)
        events = await talk.said()
        assert [e["data"]["badge"] for e in events if e["event"] == "meta"] == [
            "remote", "degraded",
        ]  # fmt: skip
        assert text_of(events) == "Your portfolio is worth $1,234.50. Ask me why."
        assert (names(events)[-1], events[-1]["data"]["finish"]) == ("done", "degraded")
        assert "error" not in names(events)
        assert len(events) <= 2_000
        assert (await talk.turns())[0]["answer"] == text_of(events)

    async def test_with_no_engine_left_it_ends_in_one_error(self, talk: Talk, cast: Cast) -> None:
        cast.remote, cast.embedded.script = Scripted(engines.stalls), engines.raises
        events = await talk.said()
        assert names(events).count("error") == 1
        assert events[-1]["data"] == {
            "code": "engine_failed", "retryable": True, "retry_after_s": 5,
        }  # fmt: skip
        assert b"secret-detail-99" not in str(events).encode()
        cast.remote, cast.embedded.script = None, engines.normal
        assert names(await talk.said(message="message-2"))[-1] == "done"

    async def test_what_the_screen_caught_never_goes_away(self, talk: Talk, cast: Cast) -> None:
        cast.remote = Scripted()
        events = await talk.said("! help")
        assert events[0]["data"]["badge"] == "embedded"
        assert cast.remote.turns == []

    async def test_ten_thousand_crumbs_arrive_in_bounded_events(
        self, talk: Talk, cast: Cast
    ) -> None:
        cast.embedded.script = engines.crumbs
        events = await talk.said()
        assert len(events) < 1_500
        assert text_of(events) == "abcdefghi " * 1_000

    async def test_a_figure_without_source_is_replaced_by_a_word_about_it(
        self, talk: Talk, cast: Cast
    ) -> None:
        cast.embedded.script = engines.says(
            engines.delta("Fine. "), engines.delta("You "), engines.delta("have "),
            engines.delta("WORSE 7"), engines.delta("Bye."), engines.end(),
        )  # fmt: skip
        events = await talk.said(locale="de-CH")
        said = text_of(events)
        assert said == "Fine. You Ich habe eine Zahl entfernt, die ich nicht belegen konnte. Bye."


class TestLimits:
    async def test_one_turn_of_a_conversation_and_three_of_a_person(
        self, browser: httpx.AsyncClient, person: Person, cast: Cast
    ) -> None:
        cast.embedded.script = Gone().slowly(pieces=400)
        talks = [await begun(browser, person) for _ in range(4)]
        async with talks[0].saying() as a, talks[1].saying() as b, talks[2].saying() as c:
            for stream in (a, b, c):
                await stream.until("meta")
            async with talks[3].saying() as stream:
                assert await stream.problem() == (429, "too_many_turns")
        for talk in talks[:3]:
            assert (await talk.ended())["finish"] == "stopped"
        async with talks[3].saying() as one:
            await one.until("meta")
            async with talks[3].saying(message="message-2") as stream:
                assert await stream.problem() == (409, "turn_open")

    async def test_twenty_messages_in_a_minute(self, talk: Talk, cast: Cast) -> None:
        cast.embedded.script = engines.says(engines.delta("Hi."), engines.end())
        for n in range(20):
            assert names(await talk.said(message=f"message-{n}"))[-1] == "done"
        async with talk.saying(message="message-20") as stream:
            assert await stream.problem() == (429, "too_many_messages")
            assert 0 < int(stream.answer.headers["retry-after"]) <= 60
        assert names(await talk.said(message="message-3"))[-1] == "done"

    async def test_an_answer_waits_for_a_busy_database_and_is_stored(
        self, talk: Talk, cast: Cast, services: AppServices
    ) -> None:
        cast.embedded.script = engines.says(engines.delta("Hi."), engines.end())

        async def long(_: object) -> None:
            await asyncio.sleep(2.5)

        # The embedded database runs one transaction at a time.
        neighbour = asyncio.create_task(services.db.transaction(long, timeout_s=10))
        await asyncio.sleep(0.05)
        events = await talk.said()
        await neighbour
        assert names(events)[-1] == "done"
        assert (await talk.turns())[0]["answer"] == "Hi."
