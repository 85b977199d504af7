"""What the routes of conversations take and give."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, Field, StringConstraints

from app.api.fields import Input
from app.api.shapes import Line, Out
from app.domains.chat.turn_types import (
    MAX_TEXT,
    MAX_TITLE,
    Ask,
    Conversation,
    Found,
    Hit,
    Made,
    Page,
    StoredTurn,
    TurnsPage,
)

ULID = r"^[0-9a-hjkmnp-tv-z]{26}$"
EVENT_ID = r"^[0-9a-hjkmnp-tv-z]{26}:[0-9]{1,5}$"
ConversationId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$", examples=["1tckn1057ac3hsdghh0d"])]
TurnId = Annotated[str, Path(pattern=ULID, examples=["0" * 26])]


def _message(value: str) -> str:
    if not value.strip() or "\x00" in value:
        raise ValueError("a message has words, and no NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("a message is Unicode text without lone surrogates") from None
    return value


Message = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT),
    AfterValidator(_message),
    Field(examples=["How much is my portfolio worth?"]),
]
MessageId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$"), Field(examples=["m-7f3a90c1"])
]
TalkLocale = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$"), Field(examples=["en", "de-CH"])
]


class ConversationIn(Input):
    """A new conversation; without a title it gets the first message's beginning."""

    title: Annotated[Line, Field(max_length=MAX_TITLE)] | None = None


class ConversationChangeIn(Input):
    """Another title."""

    title: Annotated[Line, Field(max_length=MAX_TITLE)]


class MessageIn(Input):
    """One message. The same `client_message_id` with the same text is the same turn."""

    client_message_id: MessageId
    text: Message
    locale: TalkLocale

    def ask(self) -> Ask:
        """Return the domain's form."""
        return Ask(self.client_message_id, self.text, self.locale)


class SearchIn(Input):
    """Words to look for; in the body, for addresses are written into logs."""

    words: Annotated[Line, Field(min_length=2, max_length=100)]


class ConversationOut(Out):
    """A conversation; `title` is empty until something was said."""

    conversation_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int

    @classmethod
    def of(cls, found: Conversation) -> "ConversationOut":
        """Return the public form."""
        return cls(
            conversation_id=found.id,
            title=found.title,
            created_at=found.created_at,
            updated_at=found.updated_at,
            turns=found.turns,
        )


class ConversationsOut(Out):
    """Conversations, the newest first; `next_before` asks for the next page."""

    conversations: list[ConversationOut]
    next_before: str | None

    @classmethod
    def of(cls, page: Page) -> "ConversationsOut":
        """Return the public form."""
        found = [ConversationOut.of(one) for one in page.conversations]
        return cls(conversations=found, next_before=page.next_before)


class MadeOut(Out):
    """How an answer was made, as the `meta` event told it: embedded, remote or degraded.

    `reason` is `budget` when the day's budget was why no provider was asked, and `no_vectors` when
    the message was read without sentence vectors.
    """

    badge: str
    model: str
    lang: str
    disclaimer: str | None
    reason: str | None

    @classmethod
    def of(cls, made: Made) -> "MadeOut":
        """Return the public form."""
        return cls(
            badge=made.badge,
            model=made.model,
            lang=made.lang,
            disclaimer=made.disclaimer,
            reason=made.reason,
        )


class TurnOut(Out):
    """A message and its answer. `finish` is null while it is written, or when it failed.

    `made` is null while it is written, and of answers kept before it was.
    """

    turn_id: str
    client_message_id: str
    message_id: str
    at: datetime
    ended_at: datetime | None
    open: bool
    finish: str | None
    locale: str
    text: str
    answer: str
    citations: list[dict[str, Any]]
    results: list[dict[str, Any]]
    proposals: list[dict[str, Any]]
    made: MadeOut | None

    @classmethod
    def of(cls, turn: StoredTurn) -> "TurnOut":
        """Return the public form."""
        answer = turn.answer
        made = None if answer is None else answer.made
        return cls(
            turn_id=turn.id,
            client_message_id=turn.client_message_id,
            message_id=f"{turn.id}.a",
            at=turn.at,
            ended_at=turn.ended_at,
            open=turn.open,
            finish=None if turn.finish is None else turn.finish.value,
            locale=turn.locale,
            text=turn.text,
            answer="" if answer is None else answer.text,
            citations=[] if answer is None else [dict(one) for one in answer.citations],
            results=[] if answer is None else [dict(one) for one in answer.results],
            proposals=[] if answer is None else [dict(one) for one in answer.proposals],
            made=None if made is None else MadeOut.of(made),
        )


class TurnsOut(Out):
    """Turns, the newest first; `next_before` asks for the next page."""

    turns: list[TurnOut]
    next_before: str | None

    @classmethod
    def of(cls, page: TurnsPage) -> "TurnsOut":
        """Return the public form."""
        return cls(turns=[TurnOut.of(one) for one in page.turns], next_before=page.next_before)


class HitOut(Out):
    """A message that holds the words; `role` is user or adviser."""

    conversation_id: str
    title: str
    turn_id: str
    role: str
    at: datetime
    snippet: str

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """Return the public form."""
        return cls(
            conversation_id=hit.conversation,
            title=hit.title,
            turn_id=hit.turn,
            role=hit.role,
            at=hit.at,
            snippet=hit.snippet,
        )


class FoundOut(Out):
    """What a search found. It is not `complete` when older messages were not looked at."""

    hits: list[HitOut]
    searched_turns: int
    complete: bool

    @classmethod
    def of(cls, found: Found) -> "FoundOut":
        """Return the public form."""
        hits = [HitOut.of(hit) for hit in found.hits]
        return cls(hits=hits, searched_turns=found.searched, complete=found.complete)
