"""The whole of chat on real servers: one question in eight languages, the same figures."""

import re
from datetime import datetime

import httpx
import pytest
from fastapi import FastAPI

from app.domains.chat.assembling import house_ports
from app.domains.chat.service import ChatService
from app.domains.chat.talk_types import LANGUAGES, Names, TalkState, Understood
from app.services import AppServices
from tests.api.talking import Talk, served
from tests.api.test_recommendations import fund, investor, preview
from tests.api.test_transfers import confirmed
from tests.factories.people import Person

__all__ = ["investor"]
QUESTION = "portfolio_value"


class Hears:
    """Understands every text as one intent, in the language of the locale."""

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
        return Understood(locale[:2], QUESTION, 0.99, False, "cash_balance", False)


@pytest.mark.row("CH4")
@pytest.mark.row("CH5")
async def test_the_same_question_in_eight_languages_has_identical_figures(
    app: FastAPI, client: httpx.AsyncClient, services: AppServices, investor: Person
) -> None:
    await fund(client, services, investor)
    body = {"plan_id": (await preview(client, investor))["plan_id"]}
    done = await confirmed(client, services, investor, "/v1/orders", body, key="o1")
    assert done.status_code == 201, done.text
    talk = ChatService(
        db=services.db,
        gate=services.gate,
        clock=services.clock,
        envelope=services.identity.envelope,
        ports=house_ports(services.chat_tools, Hears),
    )
    object.__setattr__(services, "chat", talk)
    portfolio = (await client.get("/v1/portfolio", headers=investor.headers)).json()
    spoken: dict[str, list[tuple[str, str | None]]] = {}
    async with served(app) as live:
        for lang in LANGUAGES:
            made = await live.post("/v1/conversations", json={}, headers=investor.headers)
            said = await Talk(live, investor, made.json()["conversation_id"]).said(
                "?", message=f"message-{lang}", locale=lang
            )
            assert said[-1]["event"] == "done", said[-1]
            assert said[-1]["data"]["finish"] == "complete"
            text = "".join(one["data"]["text"] for one in said if one["event"] == "delta")
            cites = [one["data"] for one in said if one["event"] == "citation"]
            assert cites, text
            spoken[lang] = [(one["evidence"], one["ref"]) for one in cites]
            value = cites[0]
            figure = text[value["at"] : value["at"] + value["len"]]
            digits = re.sub(r"\D", "", _latin(figure))
            assert digits == portfolio["value"]["amount"].replace(".", ""), (lang, text)
    assert len({tuple(found) for found in spoken.values()}) == 1, spoken


def _latin(text: str) -> str:
    return text.translate({0x0660 + n: str(n) for n in range(10)})
