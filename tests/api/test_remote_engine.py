"""A provider behind the whole of chat, over real sockets: well behaved, and badly."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.domains.chat.assembling import house_ports
from app.domains.chat.engines.remote import choice
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.service import ChatService
from app.domains.chat.talk_types import Budget
from app.services import AppServices
from tests.api.talking import Stream, Talk, names, served, text_of
from tests.api.test_chat_in_languages import Hears
from tests.api.test_recommendations import fund, investor
from tests.factories.people import Person
from tests.fakes.chat.provider import (
    DONE,
    Calls,
    Json,
    Provider,
    Raw,
    Reply,
    Says,
    Status,
    chunk,
    provider,
)

__all__ = ["investor"]
pytestmark = [pytest.mark.row("CH5"), pytest.mark.row("CH8")]

CASH = Calls([("ledger__cash", {})])


class HearsCash(Hears):
    """Understands every text as a question for cash."""

    def understand(self, text: str, **more: Any) -> Any:
        return replace(super().understand(text, **more), intent="cash_balance")


@dataclass
class World:
    """A funded person, a provider, and what she says to it."""

    far: Provider
    client: httpx.AsyncClient
    services: AppServices
    person: Person
    said: int = 0

    async def consent(self, **more: Any) -> None:
        body = {"provider": "Far AI", "version": "2026-11", "language": "en", **more}
        answer = await self.client.put("/v1/chat/consent", json=body, headers=self.person.headers)
        assert answer.status_code == 200, answer.text

    async def talk(self) -> Talk:
        made = await self.client.post("/v1/conversations", json={}, headers=self.person.headers)
        return Talk(self.client, self.person, made.json()["conversation_id"])

    async def ask(self, text: str = "How much cash do I have?") -> list[dict[str, Any]]:
        self.said += 1
        return await (await self.talk()).said(text, message=f"message-{self.said}")

    async def consented(self) -> dict[str, Any]:
        found = await self.client.get("/v1/chat/consent", headers=self.person.headers)
        answer: dict[str, Any] = found.json()
        return answer


@pytest.fixture
async def world(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, investor: Person
) -> AsyncIterator[World]:
    await fund(client, services, investor)
    # Once and before any turn: on a busy machine it takes longer than a turn may be prepared.
    await asyncio.to_thread(choice._imported)
    async with provider() as far:
        settings = RemoteSettings(
            far.url, "far-1", "Far AI", key="secret-key-7",
            price_in=Decimal(1), price_out=Decimal(2),
        )  # fmt: skip
        ports = house_ports(services.chat_tools, HearsCash, far=settings)
        ports = replace(ports, budget=Budget(seconds=20, first_token_s=2.0), stall_s=1.0)
        talk = ChatService(
            db=services.db, gate=services.gate, clock=services.clock,
            envelope=services.identity.envelope, ports=ports,
        )  # fmt: skip
        object.__setattr__(services, "chat", talk)
        async with served(app) as live:
            yield World(far, live, services, investor)


def badges(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["badge"] for event in events if event["event"] == "meta"]


def reasons(events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """Return the badge and the reason of each beginning."""
    told = [event["data"] for event in events if event["event"] == "meta"]
    return [(data["badge"], data["reason"]) for data in told]


def told(body: Json) -> Json:
    """Return what the last tool told the model."""
    found: Json = json.loads([m for m in body["messages"] if m["role"] == "tool"][-1]["content"])
    return found


def cash_then(*pieces: str) -> Any:
    def script(body: Json, n: int) -> Reply:
        return Says(pieces) if any(m["role"] == "tool" for m in body["messages"]) else CASH

    return script


async def test_nothing_leaves_before_a_consent_and_after_its_withdrawal(world: World) -> None:
    world.far.script = cash_then("You have [[v1]] in cash.")
    assert badges(await world.ask()) == ["embedded"]
    assert world.far.bodies == []
    await world.consent()
    events = await world.ask()
    assert badges(events) == ["remote"]
    assert len(world.far.bodies) == 2
    answer = await world.client.delete("/v1/chat/consent", headers=world.person.headers)
    assert answer.status_code == 204
    assert badges(await world.ask()) == ["embedded"]
    assert len(world.far.bodies) == 2


async def test_it_asks_tools_and_every_figure_is_put_in_here_and_cited(world: World) -> None:
    world.far.script = cash_then("You have ", "[[v", "1]]", " in cash. ", "Ask me more.")
    await world.consent()
    events = await world.ask()
    text = text_of(events)
    assert names(events)[-2:] == ["usage", "done"]
    assert events[-1]["data"]["finish"] == "complete"
    cited = [event["data"] for event in events if event["event"] == "citation"]
    assert len(cited) == 1
    shown = text[cited[0]["at"] : cited[0]["at"] + cited[0]["len"]]
    result = next(event["data"] for event in events if event["event"] == "tool_result")
    assert Decimal("".join(c for c in shown if c in "0123456789.")) == Decimal(
        result["evidence"][0]["value"]
    )
    value = result["evidence"][0]["value"]
    figures = told(world.far.requests[1])["figures"]
    assert {"token": "[[v1]]", "metric": "cash", "unit": "USD"}.items() <= figures[0].items()
    assert all("value" not in one for one in figures)
    assert value.encode() not in world.far.seen
    assert world.person.user_id.encode() not in world.far.seen
    assert events[-2]["data"]["tokens_in"] == 220
    assert events[-2]["data"]["cost_micro"] >= 220 + 2 * 40
    assert b"authorization: bearer secret-key-7" in world.far.heads[0].lower()


async def test_values_leave_only_when_she_shares_them(world: World) -> None:
    world.far.script = cash_then("You have [[v1]] in cash.")
    await world.consent(share_figures=True)
    events = await world.ask()
    result = next(event["data"] for event in events if event["event"] == "tool_result")
    figures = told(world.far.requests[1])["figures"]
    assert figures[0]["value"] == result["evidence"][0]["value"]
    assert world.person.user_id.encode() not in world.far.seen


async def test_personal_data_stays_here_comes_back_in_the_answer_and_is_counted(
    world: World,
) -> None:
    def script(body: Json, n: int) -> Reply:
        asked = body["messages"][-1]["content"]
        assert "<IBAN_1>" in asked, asked
        return Says(["I see <IB", "AN_1> and ", "<NAME_1>."])

    world.far.script = script
    await world.consent()
    facts = (await world.services.onboarding.overview(world.person.user_id)).personal
    assert facts is not None
    first = facts.legal_name.split()[0]
    events = await world.ask(f"Is DE89 3704 0044 0532 0130 00 of {first} mine?")
    assert text_of(events) == f"I see DE89 3704 0044 0532 0130 00 and {first}."
    assert badges(events) == ["remote"]
    for secret in (b"3704", b"DE89", first.encode()):
        assert secret not in world.far.seen
    found = (await world.consented())["last_redaction"]
    assert found["turn_id"] == events[0]["data"]["turn"]
    assert {one["kind"]: one["count"] for one in found["counts"]} == {"iban": 1, "name": 1}


async def test_a_figure_of_its_own_is_written_again_once(world: World) -> None:
    mends: list[Json] = []

    def script(body: Json, n: int) -> Reply:
        if "untraced:" in body["messages"][-1]["content"]:
            mends.append(body)
            return Says(["Your cash is [[v1]]."])
        done = any(m["role"] == "tool" for m in body["messages"])
        return Says(["Good news. ", "You own 87,654 euros. ", "That is all."]) if done else CASH

    world.far.script = script
    await world.consent()
    events = await world.ask()
    text = text_of(events)
    assert badges(events) == ["remote"], events
    assert text.startswith("Good news. Your cash is ")
    assert text.endswith(". That is all.")
    assert "87,654" not in text
    assert len([e for e in events if e["event"] == "citation"]) == 1
    (mend,) = mends
    asked = mend["messages"][-1]["content"]
    assert "[[v1]] cash" in asked
    assert "tools" not in mend


async def test_a_figure_that_stays_wrong_is_answered_by_the_house(world: World) -> None:
    def script(body: Json, n: int) -> Reply:
        if "untraced:" in body["messages"][-1]["content"]:
            return Says(["You own 99,999 euros."])
        done = any(m["role"] == "tool" for m in body["messages"])
        return Says(["You own 87,654 euros. ", "That is all."]) if done else CASH

    world.far.script = script
    await world.consent()
    events = await world.ask()
    assert badges(events) == ["remote", "degraded"]
    assert events[-1]["data"]["finish"] == "degraded"
    assert "87,654" not in text_of(events)
    assert "99,999" not in text_of(events)


@pytest.mark.row("CH6")
async def test_promises_and_links_elsewhere_are_not_shown(world: World) -> None:
    await world.consent()
    world.far.script = lambda body, n: Says(["See [this](https://evil.example/x) and ", "/help."])
    assert text_of(await world.ask()) == "See this and /help."
    world.far.script = lambda body, n: Says(["This fund has a guaranteed ", "return for you."])
    events = await world.ask()
    assert badges(events) == ["remote", "degraded"]
    assert "guaranteed" not in text_of(events)


LONG = "word " * 40_000
BAD: dict[str, Reply] = {
    "garbage": Raw(b"\x00\xff<html>no</html>\n\n"),
    "no json": Raw(b"data: {nonsense\n\n"),
    "another form": Raw(b'data: {"choices": "x"}\n\ndata: [DONE]\n\n'),
    "error inside": Raw(b'data: {"error": {"message": "overloaded"}}\n\n'),
    "cut in a word": Says(["You have ", "much mon"], then=b""),
    "cut in a line": Says(["You have "], then=b'data: {"choices": [{"delta": {"cont'),
    "cut by length": Says(["You have"], then=chunk({}, "length") + DONE),
    "filtered": Says(["You"], then=chunk({}, "content_filter") + DONE),
    "empty": Says([]),
    "blank": Says(["   ", "\n"]),
    "stall before": Raw(b": wait\n\n", stall_s=30),
    "stall inside": Says(["You have "], pause_s=30),
    "429": Status(429, headers="retry-after: 7\r\n"),
    "500": Status(500),
    "redirect": Status(302, headers="location: http://127.0.0.1:1/elsewhere\r\n"),
    "huge piece": Says([LONG]),
    "huge line": Raw(b"data: " + b"x" * 600_000),
    "huge answer": Says([LONG[:4_000]] * 100),
    "foreign tool": Calls([("portfolio__summary_of_all", {})]),
    "loop": Calls([("ledger__cash", {})]),
    "many at once": Calls([("ledger__cash", {})] * 30),
    "arguments": Calls([("ledger__cash", "[1, 2")]),
    "tool without name": Raw(
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]})
        + chunk({}, "tool_calls") + DONE
    ),
}  # fmt: skip


@pytest.mark.parametrize("half", [0, 1])
async def test_whatever_the_provider_does_the_house_answers_in_the_same_stream(
    world: World, half: int
) -> None:
    await world.consent()
    # Twenty messages are all that one person may send in a minute.
    for name, reply in list(BAD.items())[half::2]:
        world.far.script = lambda body, n, reply=reply: reply
        before = len(world.far.bodies)
        async with asyncio.timeout(15):
            events = await world.ask()
        assert badges(events) == ["remote", "degraded"], name
        assert (names(events)[-1], events[-1]["data"]["finish"]) == ("done", "degraded"), name
        text = text_of(events)
        assert "cash" in text.lower(), (name, text)
        assert len(world.far.bodies) - before <= 10, name
        assert len(events) < 60, name


async def test_an_address_where_nobody_listens_is_no_harm(world: World) -> None:
    await world.consent()
    nowhere = RemoteSettings("http://127.0.0.1:1/v1", "far-1", "Far AI")
    ports = house_ports(world.services.chat_tools, HearsCash, far=nowhere)
    gone = ChatService(
        db=world.services.db, gate=world.services.gate, clock=world.services.clock,
        envelope=world.services.identity.envelope, ports=ports,
    )  # fmt: skip
    object.__setattr__(world.services, "chat", gone)
    # Another host than the one she consented to: nothing is even tried.
    assert badges(await world.ask()) == ["embedded"]
    await world.consent()
    assert badges(await world.ask()) == ["remote", "degraded"]


@pytest.mark.row("CH1")
@pytest.mark.parametrize("how", ["leaves", "stops"])
async def test_the_provider_hears_of_it_within_a_second(world: World, how: str) -> None:
    await world.consent()
    world.far.script = lambda body, n: Says(["word "] * 2_000, pause_s=0.02)
    talk = await world.talk()
    async with talk.saying() as stream:
        await stream.until("delta")
        if how == "stops":
            await _stop(world, talk, stream)
    async with asyncio.timeout(1):
        await world.far.left.wait()
    stored = await talk.ended()
    assert (stored["finish"], stored["answer"][:5]) == ("stopped", "word ")
    assert (await world.consented())["last_redaction"]["turn_id"] == stored["turn_id"]


async def _stop(world: World, talk: Talk, stream: Stream) -> None:
    turn = (await talk.turns())[0]["turn_id"]
    answer = await world.client.post(f"{talk.url}/turns/{turn}/stop", headers=world.person.headers)
    assert answer.status_code == 204
    assert (await stream.until("done"))["data"]["finish"] == "stopped"


async def test_what_was_paid_counts_against_the_day_and_closes_the_way_out(world: World) -> None:
    await world.consent()
    world.far.script = lambda body, n: Says(["Hello."], tokens=(900_000, 100_000))
    assert reasons(await world.ask()) == [("remote", None)]
    assert reasons(await world.ask()) == [("embedded", "budget")]
    assert len(world.far.bodies) == 1
    await world.client.delete("/v1/chat/consent", headers=world.person.headers)
    # Who let nobody outside answer is not told of a budget.
    assert reasons(await world.ask()) == [("embedded", None)]


async def test_without_redis_nothing_leaves(world: World) -> None:
    from app.core.gate import Gate

    await world.consent()
    settings = RemoteSettings(world.far.url, "far-1", "Far AI")
    nowhere = Gate("redis://127.0.0.1:1/0")
    chat = ChatService(
        db=world.services.db, gate=nowhere, clock=world.services.clock,
        envelope=world.services.identity.envelope,
        ports=house_ports(world.services.chat_tools, HearsCash, far=settings),
    )  # fmt: skip
    object.__setattr__(world.services, "chat", chat)
    assert reasons(await world.ask()) == [("embedded", "budget")]
    assert world.far.bodies == []
    await nowhere.close()


async def test_history_goes_along_without_her_figures(world: World) -> None:
    await world.consent()
    world.far.script = cash_then("You have [[v1]] in cash.")
    talk = await world.talk()
    first = await talk.said("How much of my 4,321.99 EUR is left?")
    shown = text_of(first)
    await talk.said("And now?", message="message-2")
    last = world.far.requests[-1]["messages"]
    assert [m["role"] for m in last][:3] == ["system", "user", "assistant"]
    assert last[1]["content"] == "How much of my <AMOUNT_1> is left?"
    assert last[2]["content"].startswith("You have ")
    assert not any(
        c.isdigit() for c in last[2]["content"].replace("<AMOUNT_", "<").replace(">", "")
    ) or ("<AMOUNT_" in last[2]["content"])
    assert shown.encode() not in world.far.seen
    assert b"4,321" not in world.far.seen
