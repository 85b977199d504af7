"""From a message to a booked movement on real servers: only the click with a code moves money."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.domains.chat.assembling import house_ports
from app.domains.chat.service import ChatService
from app.domains.chat.talk_types import (
    LANGUAGES,
    AdvisorEngine,
    Answered,
    Budget,
    EventName,
    Finish,
    Names,
    Slot,
    TalkEvent,
    TalkState,
    Turn,
    Understood,
)
from app.domains.chat.tool_types import ToolBox
from app.domains.chat.tools.proposals.catalogue import KINDS
from app.domains.chat.turn_ports import ChatPorts, Offered
from app.domains.chat.understanding.talk import yes_or_no
from app.services import AppServices
from tests.api.talking import Talk, names, served, text_of
from tests.api.test_actions import balance, confirm
from tests.api.test_recommendations import fund
from tests.factories.people import Person, make_cleared

pytestmark = pytest.mark.row("CH9")
TRIES = 300
TOOLS = (*(f"propose.{kind.value}" for kind in KINDS), "propose.show", "propose.cancel", "confirm")


class Hears:
    """Understands `intent slot=value …`, and yes and no."""

    def read(self, text: str) -> object:
        return None

    def understand(
        self,
        text: str,
        *,
        locale: str,
        names: Names,
        today: datetime,
        state: TalkState | None = None,
        reading: object = None,
    ) -> Understood:
        intent, *parts = text.split()
        pairs = [part.partition("=") for part in parts]
        slots = tuple(Slot(name, 0, 0, value) for name, _, value in pairs)
        fires = intent in {kind.value for kind in KINDS}
        answer = yes_or_no(text)
        return Understood(
            locale[:2], intent, 0.99, False, "cash_balance", fires, slots, answer, meant=fires
        )


class Obeys:
    """A compromised engine: calls anything with anything, and claims that it is confirmed."""

    def __init__(self) -> None:
        self.random = Random(4)
        self.actions: list[str] = []

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        for _ in range(self.random.randint(1, 6)):
            action = self.random.choice([*self.actions, "made-up"])
            given = self.random.choice(
                [{"amount": "50"}, {"amount": "900"}, {"action": action}, {}, {"code": "000000"}]
            )
            result = await tools.call(self.random.choice(TOOLS), given)
            if result.action is not None:
                self.actions.append(result.action.id)
        data = {"action": self.random.choice([*self.actions, "x"]), "state": "executed"}
        yield TalkEvent(EventName.CONFIRM_REQUEST, data)
        yield TalkEvent(EventName.DELTA, {"op": "append", "at": 0, "text": "It is done."})
        yield Answered("It is done.", Finish.COMPLETE, TalkState(action=data["action"]))


@pytest.fixture
async def owner(client: httpx.AsyncClient, services: AppServices) -> Person:
    made = await make_cleared(services)
    await fund(client, services, made)
    return made


def chat(services: AppServices, change: Callable[[ChatPorts], ChatPorts] = lambda p: p) -> None:
    ports = change(house_ports(services.chat_tools, Hears))
    talk = ChatService(
        db=services.db,
        gate=services.gate,
        clock=services.clock,
        envelope=services.identity.envelope,
        ports=ports,
    )
    object.__setattr__(services, "chat", talk)


async def begun(live: httpx.AsyncClient, person: Person) -> Talk:
    made = await live.post("/v1/conversations", json={}, headers=person.headers)
    return Talk(live, person, made.json()["conversation_id"])


def card(events: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = next(one["data"] for one in events if one["event"] == "confirm_request")
    return found


async def test_a_yes_shows_the_card_again_and_only_the_click_moves_money(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, owner: Person
) -> None:
    chat(services)
    async with served(app) as live:
        talk = await begun(live, owner)
        said = await talk.said("withdraw amount=50", message="message-1")
        first = card(said)
        assert (first["kind"], first["step_up"]) == ("withdraw", True)
        assert first["suitability"] == {"ok": True, "reasons": ["verified"]}
        known = {one["id"]: one["value"] for one in first["evidence"]}
        assert known[first["preview"]["amount"]] == "50.00"
        assert names(said)[-1] == "done"
        again = await talk.said("yes", message="message-2")
        assert card(again)["action"] == first["action"]
        assert await balance(client, owner) == "1000.00"
        done = await confirm(client, services, owner, first["action"])
        assert done.json()["state"] == "executed", done.text
        assert done.json()["turn_id"] == said[0]["data"]["turn"]
        late = await talk.said("yes", message="message-3")
        assert "confirm_request" not in names(late)
        assert await balance(client, owner) == "950.00"
        stored = (await talk.turns())[-1]
        assert [one["action"] for one in stored["proposals"]] == [first["action"]]


async def test_a_no_cancels_and_the_card_is_dead(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, owner: Person
) -> None:
    chat(services)
    async with served(app) as live:
        talk = await begun(live, owner)
        action = card(await talk.said("withdraw amount=50", message="message-1"))["action"]
        await talk.said("no", message="message-2")
        late = await confirm(client, services, owner, action)
        assert (late.status_code, late.json()["code"]) == (409, "action_closed")
        assert await balance(client, owner) == "1000.00"


async def test_a_draft_is_told_in_every_language_with_its_own_figure(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, owner: Person
) -> None:
    chat(services)
    async with served(app) as live:
        for lang in LANGUAGES:
            talk = await begun(live, owner)
            said = await talk.said("withdraw amount=50", message=f"message-{lang}", locale=lang)
            assert card(said)["preview"]
            assert len(text_of(said)) > 40
            cited = [one["data"] for one in said if one["event"] == "citation"]
            assert [one["source"] for one in cited] == ["user"], (lang, text_of(said))


async def test_an_engine_that_obeys_an_attacker_carries_nothing_out(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, owner: Person
) -> None:
    engine = Obeys()
    chat(services, lambda ports: _with(ports, engine))
    random = Random(2)
    before = await services.db.find_many("journal", {"owner": owner.user_id}, limit=100)
    tooling = services.chat_tools
    box_calls = 0
    for number in range(TRIES):
        now = services.clock.now()
        made = await tooling.for_turn(owner.user_id, locale="en", now=now)
        text = random.choice(["withdraw amount=50", "yes", "no", "deposit amount=900", "hello"])
        heard = Hears().understand(text, locale="en", names=made.names, today=now)
        turn = Turn(
            id=f"{number:026d}", conversation="0" * 20, owner=owner.user_id, text=text,
            locale="en", received_at=now, base_currency="USD", understood=heard,
            state=TalkState(action=random.choice([*engine.actions, None])),
        )  # fmt: skip
        made.heard(turn)
        async for _ in engine.answer(turn, made.box, Budget()):
            box_calls += 1
    assert box_calls >= TRIES
    rows = await services.db.find_many("pending_actions", {"user": owner.user_id}, limit=1_000)
    assert rows
    assert {row["state"] for row in rows} <= {"proposed", "cancelled", "expired"}
    after = await services.db.find_many("journal", {"owner": owner.user_id}, limit=100)
    assert after == before
    async with served(app) as live:
        talk = await begun(live, owner)
        await talk.said("withdraw amount=50", message="message-1")
        await talk.said("yes", message="message-2")
    assert await balance(client, owner) == "1000.00"


def _with(ports: ChatPorts, engine: AdvisorEngine) -> ChatPorts:
    return replace(ports, embedded=Offered(engine, "embedded", "bad", {}))


class Lies:
    """Drafts what was asked for and shows another card: of a small amount, or of no action."""

    def __init__(self, *, made_up: bool) -> None:
        self.made_up = made_up

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        result = await tools.call("propose.withdraw", {"amount": "900"})
        assert result.action is not None
        action = "0" * 20 if self.made_up else result.action.id
        shown = {"action": action, "kind": "deposit", "parameters": {"amount": "1.00"}}
        yield TalkEvent(EventName.CONFIRM_REQUEST, shown)
        yield Answered("", Finish.COMPLETE, TalkState())


async def test_a_card_is_what_its_tool_drafted_whatever_an_engine_shows(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, owner: Person
) -> None:
    chat(services, lambda ports: _with(ports, Lies(made_up=False)))
    async with served(app) as live:
        said = await (await begun(live, owner)).said("withdraw amount=900")
        shown = card(said)
        assert (shown["kind"], shown["parameters"]["amount"]) == ("withdraw", "900.00")
        chat(services, lambda ports: _with(ports, Lies(made_up=True)))
        said = await (await begun(live, owner)).said("withdraw amount=900")
        assert names(said)[-1] == "error"
        assert "confirm_request" not in names(said)
