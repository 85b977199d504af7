"""Drafts of actions, made by the tools of a turn that asks for them."""

from app.domains.chat.talk_types import Slot, TalkState, Turn, Understood
from app.domains.chat.tool_types import ToolResult
from app.services import AppServices
from tests.factories.people import Person

CONVERSATION = "0123456789abcdefghjk"
TURN = "01234567890123456789abcdef"


def turn_for(
    services: AppServices, person: Person, intent: str, given: dict[str, str], **heard: object
) -> Turn:
    """Return a turn that asks for an action with these slots."""
    told = {"lang": "en", "confidence": 0.99, "abstain": False, "second": "sell", "fires": True}
    slots = tuple(Slot(name, 0, 0, value) for name, value in given.items())
    understood = Understood(**{**told, "intent": intent, "slots": slots, **heard})
    return Turn(
        id=TURN,
        conversation=CONVERSATION,
        owner=person.user_id,
        text="",
        locale="en",
        received_at=services.clock.now(),
        base_currency="USD",
        understood=understood,
        state=TalkState(),
    )


async def draft(services: AppServices, person: Person, intent: str, **given: str) -> ToolResult:
    """Return what the tool of an intent drafts for a person."""
    tooling = await services.chat_tools.for_turn(
        person.user_id, locale="en", now=services.clock.now()
    )
    tooling.heard(turn_for(services, person, intent, given))
    return await tooling.box.call(f"propose.{intent}", given)


async def drafted(services: AppServices, person: Person, intent: str, **given: str) -> str:
    """Return the id of a fresh draft."""
    result = await draft(services, person, intent, **given)
    assert result.action is not None, result.code
    return result.action.id
