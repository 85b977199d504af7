"""/v1/conversations: messages answered as a stream, resumed, stopped; kept, found, deleted."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from app.api.conversation_shapes import (
    EVENT_ID,
    ULID,
    ConversationChangeIn,
    ConversationId,
    ConversationIn,
    ConversationOut,
    ConversationsOut,
    FoundOut,
    MessageIn,
    SearchIn,
    TurnId,
    TurnsOut,
)
from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.event_stream import MEDIA_TYPE, EventStream, event
from app.api.policy import policy
from app.core.errors import FinNamiError, InvalidInputError
from app.domains.chat.errors import (
    ChatUnavailableError,
    ConversationFullError,
    ConversationNotFoundError,
    MessageReusedError,
    TooManyConversationsError,
    TooManyMessagesError,
    TooManyTurnsError,
    TurnExpiredError,
    TurnNotFoundError,
    TurnOpenError,
)
from app.domains.chat.turn_types import TurnStream
from app.domains.identity.types import RateClass

router = APIRouter(prefix="/v1/conversations", tags=["chat"])

RETRY = b"retry: 3000\n\n"
BEAT = b": hb\n\n"
_EVENTS = (
    "meta", "tool_start", "tool_result", "delta", "citation", "confirm_request", "usage",
    "done", "error",
)  # fmt: skip
_EVENT_SCHEMA = {
    "title": "One event of an answer",
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "`turn:number`; send it as Last-Event-ID"},
        "event": {"type": "string", "enum": list(_EVENTS)},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
_ASKING = (
    ChatUnavailableError, ConversationNotFoundError, ConversationFullError, MessageReusedError,
    TurnOpenError, TurnExpiredError, TooManyTurnsError, TooManyMessagesError,
)  # fmt: skip


def _streamed(*errors: type[FinNamiError]) -> dict[int | str, dict[str, Any]]:
    return {
        **declared(*errors),
        200: {
            "description": "Server-sent events: numbered without gaps from 0, the last one is "
            "`done` or `error`; comments are heartbeats. Leaving stops the answer.",
            "content": {MEDIA_TYPE: {"schema": _EVENT_SCHEMA}},
        },
    }


@router.post("", status_code=201, responses=declared(TooManyConversationsError))
@policy("user", rate=RateClass.WRITE)
async def create_conversation(
    body: ConversationIn, caller: CallerDep, services: ServicesDep
) -> ConversationOut:
    """Begin a conversation. Its texts lie under a key of their own."""
    made = await services.chat.begin(caller.user_id, title=body.title or "")
    return ConversationOut.of(made)


@router.get("", responses=declared())
@policy("user")
async def list_conversations(
    caller: CallerDep,
    services: ServicesDep,
    before: Annotated[str | None, Query(pattern=ULID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> ConversationsOut:
    """Return conversations, the one with the newest message first."""
    page = await services.chat.list(caller.user_id, before=before, limit=limit)
    return ConversationsOut.of(page)


@router.post("/search", responses=declared())
@policy("user")
async def search_conversations(
    body: SearchIn, caller: CallerDep, services: ServicesDep
) -> FoundOut:
    """Find messages that hold the words, among the newest 1,000 turns."""
    return FoundOut.of(await services.chat.search(caller.user_id, body.words))


@router.patch("/{conversation_id}", responses=declared(ConversationNotFoundError))
@policy("user", rate=RateClass.WRITE)
async def rename_conversation(
    conversation_id: ConversationId,
    body: ConversationChangeIn,
    caller: CallerDep,
    services: ServicesDep,
) -> ConversationOut:
    """Give a conversation another title."""
    found = await services.chat.rename(caller.user_id, conversation_id, title=body.title)
    return ConversationOut.of(found)


@router.delete("/{conversation_id}", status_code=204, responses=declared(ConversationNotFoundError))
@policy("user", rate=RateClass.WRITE)
async def delete_conversation(
    conversation_id: ConversationId, caller: CallerDep, services: ServicesDep
) -> None:
    """Delete a conversation for good: its key is destroyed, an answer under way is stopped.

    A recommendation that was sealed into a decision record stays under its own rule.
    """
    await services.chat.delete(caller.user_id, conversation_id)


@router.get("/{conversation_id}/messages", responses=declared(ConversationNotFoundError))
@policy("user")
async def list_messages(
    conversation_id: ConversationId,
    caller: CallerDep,
    services: ServicesDep,
    before: Annotated[str | None, Query(pattern=ULID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> TurnsOut:
    """Return messages with their answers, the newest first."""
    page = await services.chat.turns(caller.user_id, conversation_id, before=before, limit=limit)
    return TurnsOut.of(page)


@router.get(
    "/{conversation_id}/export",
    response_class=Response,
    responses=declared(ConversationNotFoundError)
    | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
@policy("user")
async def export_conversation(
    conversation_id: ConversationId, caller: CallerDep, services: ServicesDep
) -> Response:
    """Return all of a conversation as a JSON file."""
    found = await services.chat.export(caller.user_id, conversation_id)
    content = orjson.dumps(found, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2)
    name = f"finnami-conversation-{conversation_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)


@router.post(
    "/{conversation_id}/messages",
    response_class=EventStream,
    status_code=200,
    responses=_streamed(*_ASKING),
)
# Rate READ: with Redis away the embedded engine still answers; messages have a budget of their own.
@policy("user")
async def send_message(
    conversation_id: ConversationId, body: MessageIn, caller: CallerDep, services: ServicesDep
) -> EventStream:
    """Send a message and follow its answer. Repeating it follows the same turn from its start."""
    following = await services.chat.ask(caller.user_id, conversation_id, body.ask())
    return EventStream(_frames(following), release=following.leave)


@router.get(
    "/{conversation_id}/turns/{turn_id}/events",
    response_class=EventStream,
    status_code=200,
    responses=_streamed(ConversationNotFoundError, TurnNotFoundError, TurnExpiredError),
)
@policy("user")
async def follow_turn(
    conversation_id: ConversationId,
    turn_id: TurnId,
    caller: CallerDep,
    services: ServicesDep,
    last_event_id: Annotated[
        str | None, Header(pattern=EVENT_ID, description="The id of the last event you saw")
    ] = None,
) -> EventStream:
    """Follow a turn from after the last event on; after five minutes read the stored message."""
    after = _after(turn_id, last_event_id)
    following = await services.chat.follow(caller.user_id, conversation_id, turn_id, after=after)
    return EventStream(_frames(following), release=following.leave)


@router.post(
    "/{conversation_id}/turns/{turn_id}/stop",
    status_code=204,
    responses=declared(ConversationNotFoundError, TurnNotFoundError),
)
@policy("user")
async def stop_turn(
    conversation_id: ConversationId, turn_id: TurnId, caller: CallerDep, services: ServicesDep
) -> None:
    """Stop an answer; what was said is kept. Again, or after its end, it changes nothing."""
    await services.chat.stop(caller.user_id, conversation_id, turn_id)


def _after(turn_id: str, last_event_id: str | None) -> int:
    if last_event_id is None:
        return -1
    turn, _, seq = last_event_id.partition(":")
    if turn != turn_id:
        raise InvalidInputError("Last-Event-ID belongs to another turn")
    return int(seq)


async def _frames(following: TurnStream) -> AsyncIterator[bytes]:
    yield RETRY
    turn_id = following.turn_id
    async for found in following.events:
        if found is None:
            yield BEAT
        else:
            yield event(found.data, name=found.name, event_id=f"{turn_id}:{found.seq}")
