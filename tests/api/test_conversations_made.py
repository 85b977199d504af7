"""A kept answer says how it was made, as the running one did."""

from typing import Any

import httpx
import pytest

from app.core.envelope import Place
from app.domains.chat.repository import conversations
from app.domains.chat.repository.turns import TURNS
from app.services import AppServices
from tests.api.talking import Talk, browser, cast, person
from tests.api.test_conversations import begun
from tests.factories.people import Person
from tests.fakes.chat import engines
from tests.fakes.chat.engines import Cast

__all__ = ["browser", "cast", "person"]
pytestmark = pytest.mark.row("CH7")


def made(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the last `meta` told of how the answer was made."""
    data = [event["data"] for event in events if event["event"] == "meta"][-1]
    return {name: data[name] for name in ("badge", "model", "lang", "disclaimer", "reason")}


async def kept(talk: Talk) -> dict[str, Any]:
    found: dict[str, Any] = (await talk.turns())[0]
    return found


@pytest.mark.parametrize(
    ("remote", "badge", "model", "finish"),
    [
        (None, "embedded", "own", "complete"),
        (engines.normal, "remote", "far-1", "complete"),
        (engines.raises, "degraded", "own", "degraded"),
    ],
)
async def test_whoever_answered_is_kept_as_it_was_told(
    browser: httpx.AsyncClient, person: Person, cast: Cast,
    remote: engines.Script | None, badge: str, model: str, finish: str,
) -> None:  # fmt: skip
    cast.remote = None if remote is None else engines.Scripted(remote)
    talk = await begun(browser, person)
    events = await talk.said()
    found = await kept(talk)
    assert found["made"] == made(events)
    assert (found["made"]["badge"], found["made"]["model"], found["finish"]) == (
        badge, model, finish,
    )  # fmt: skip
    assert found["made"]["disclaimer"] == "no advice (en)"


async def test_a_fallback_that_only_asks_back_is_kept_as_one(
    browser: httpx.AsyncClient, person: Person, cast: Cast
) -> None:
    cast.remote = engines.Scripted(engines.raises)
    cast.embedded.script = engines.says(
        engines.delta("Which one?"), engines.end(finish=engines.Finish.CLARIFY)
    )
    talk = await begun(browser, person)
    await talk.said()
    found = await kept(talk)
    assert (found["finish"], found["made"]["badge"]) == ("clarify", "degraded")


async def test_only_the_first_answer_keeps_a_disclaimer_and_each_its_language(
    browser: httpx.AsyncClient, person: Person
) -> None:
    talk = await begun(browser, person)
    await talk.said()
    await talk.said("Und jetzt?", message="message-2", locale="de")
    second, first = await talk.turns()
    assert (first["made"]["disclaimer"], first["made"]["lang"]) == ("no advice (en)", "en")
    assert (second["made"]["disclaimer"], second["made"]["lang"]) == (None, "de")


async def test_a_stopped_answer_keeps_who_had_begun_it(
    browser: httpx.AsyncClient, person: Person, cast: Cast
) -> None:
    gone = engines.Gone()
    cast.embedded.script = gone.slowly()
    talk = await begun(browser, person)
    async with talk.saying() as stream:
        await stream.until("delta")
    found = await talk.ended()
    assert (found["finish"], found["made"]["badge"]) == ("stopped", "embedded")


async def test_a_turn_under_way_and_one_of_before_do_not_say_it(
    browser: httpx.AsyncClient, person: Person, services: AppServices
) -> None:
    talk = await begun(browser, person)
    await talk.said()
    turn = await kept(talk)
    user_key = await services.identity.envelope.key_of(person.user_id)
    key = await conversations.key(services.db, talk.url.split("/")[-1], user_key=user_key)
    assert key is not None
    place = Place(TURNS, f"answer:{turn['turn_id']}")
    row = await services.db.find_one(TURNS, {"_id": turn["turn_id"]})
    assert row is not None
    values = key.open(place, row["answer"])
    del values["made"]
    change = {"$set": {"answer": key.seal(place, values)}}
    await services.db.update_one(TURNS, {"_id": turn["turn_id"]}, change)
    found = await kept(talk)
    assert (found["made"], found["answer"]) == (None, turn["answer"])
    export = (await browser.get(f"{talk.url}/export", headers=person.headers)).json()
    assert (export["turns"][0]["badge"], export["turns"][0]["model"]) == (None, None)
    change = {"$unset": {"answer": "", "finish": ""}, "$set": {"open": True}}
    await services.db.update_one(TURNS, {"_id": turn["turn_id"]}, change)
    found = await kept(talk)
    assert (found["made"], found["open"]) == (None, True)


async def test_an_export_says_it_too(
    browser: httpx.AsyncClient, person: Person, cast: Cast
) -> None:
    cast.remote = engines.Scripted()
    talk = await begun(browser, person)
    await talk.said()
    export = (await browser.get(f"{talk.url}/export", headers=person.headers)).json()
    assert (export["turns"][0]["badge"], export["turns"][0]["model"]) == ("remote", "far-1")
