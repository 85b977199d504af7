"""Conversations and turns as they are kept, and a turn's events as they are sent."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from app.core.envelope import DataKey
from app.domains.chat.talk_types import Finish, TalkState

MAX_TEXT: Final = 4_000
MAX_TITLE: Final = 120
MAX_CONVERSATIONS: Final = 500
MAX_TURNS: Final = 1_000
MAX_EVENTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Ask:
    """A message as the caller sends it; the same `client_message_id` is the same turn."""

    client_message_id: str
    text: str
    locale: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one person; `mark` orders them, the newest first."""

    id: str
    owner: str
    title: str
    created_at: datetime
    updated_at: datetime
    mark: str
    turns: int
    state: TalkState


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation and its key: whoever holds the key can read and write its texts."""

    conversation: Conversation
    key: DataKey


@dataclass(frozen=True, slots=True)
class Made:
    """What its reader was told of how an answer was made, and in which language it is."""

    badge: str
    model: str
    lang: str
    disclaimer: str | None
    reason: str | None = None
    """Why nobody outside was asked although she agreed to it: `budget`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer: its text, and what stood beside it.

    `made` is None when nobody had begun to answer, and of turns kept before it was.
    """

    text: str
    citations: tuple[Mapping[str, Any], ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()
    proposals: tuple[Mapping[str, Any], ...] = ()
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One message and its answer. `finish` is None while it is written or after a crash."""

    id: str
    conversation: str
    owner: str
    client_message_id: str
    tag: str
    """A keyed digest of the text: tells a repeated message from a changed one."""

    open: bool
    at: datetime
    text: str
    locale: str
    ended_at: datetime | None = None
    finish: Finish | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One event of a turn's stream: its place in it, its name, one line of JSON."""

    seq: int
    name: str
    data: bytes


class TurnStream(Protocol):
    """A turn's events for one reader; None is a heartbeat."""

    turn_id: str
    events: AsyncIterator[KeptEvent | None]

    def leave(self) -> None:
        """Tell that the reader is gone; repeating it changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, the newest first, and where the next page begins."""

    conversations: tuple[Conversation, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class TurnsPage:
    """Turns, the newest first, and where the next page begins."""

    turns: tuple[StoredTurn, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that holds the words, cut to what stands around them."""

    conversation: str
    title: str
    turn: str
    role: str
    at: datetime
    snippet: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `complete` is false when older messages were not looked at."""

    hits: tuple[Hit, ...]
    searched: int
    complete: bool


@dataclass(slots=True)
class Record:
    """What the log of turns keeps of one: ids, codes and counts only."""

    engine: str = "none"
    model: str = ""
    lang: str = ""
    intent: str = ""
    screen: str | None = None
    badge: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    tools: list[Mapping[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    judged: int = 0
    refused: int = 0
    mended: int = 0
    claims: int = 0
    events: int = 0
    characters: int = 0
    redacted: Mapping[str, int] | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0
    ms_first: int | None = None
    ms_total: int = 0
