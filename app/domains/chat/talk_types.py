"""A turn of a conversation: what was said, what was understood, and the events of the answer."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from app.domains.chat.evidence_types import Evidence
from app.domains.chat.tool_types import ToolBox

LANGUAGES = ("en", "es", "fr", "de", "pt", "hi", "ar", "zh")


@dataclass(frozen=True, slots=True)
class Slot:
    """A recognised part of the message, at code points `start` to `end`; see chat's slot list."""

    name: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message asks for.

    `second` is the runner-up intent; `fires` tells that an action may be drafted: all of the
    propose gate holds. With `meant` slots that are missing may be asked for. `screen`
    names a safety class when one was hit (distress, scam…).
    """

    lang: str
    intent: str
    confidence: float
    abstain: bool
    second: str
    fires: bool
    slots: tuple[Slot, ...] = ()
    answer: str | None = None
    """`yes` or `no` when the message is only that."""

    screen: str | None = None
    meant: bool = False
    plain: bool = False
    """It was read without sentence vectors: a little less well, which is said."""

    @property
    def may_draft(self) -> bool:
        """Return whether somebody who judges by herself too, such as a model, may draft it."""
        return self.fires or self.meant

    def slot(self, name: str) -> str | None:
        """Return the value of the first slot of this name."""
        return next((slot.value for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, slots=True)
class TalkState:
    """What a follow-up may lean on: the last turn's intent and slots, its open action."""

    lang: str | None = None
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    asked: str | None = None
    """The slot or the choice of intents the adviser asked for last."""

    action: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message of the conversation."""

    role: str  # user | adviser
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message to answer. `owner` is the caller's user id and never comes from a model."""

    id: str
    conversation: str
    owner: str
    text: str
    locale: str
    received_at: datetime
    base_currency: str
    understood: Understood
    state: TalkState = TalkState()
    history: tuple[Said, ...] = ()


class EventName(StrEnum):
    """The events of a stream; the shapes are in the design of the stream."""

    META = "meta"
    TOOL_START = "tool_start"
    TOOL_RESULT = "tool_result"
    DELTA = "delta"
    CITATION = "citation"
    CONFIRM_REQUEST = "confirm_request"
    USAGE = "usage"
    DONE = "done"
    ERROR = "error"


class Finish(StrEnum):
    """How a turn ended."""

    COMPLETE = "complete"
    CLARIFY = "clarify"
    REFUSED = "refused"
    STOPPED = "stopped"
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class TalkEvent:
    """One event of an answer; who sends it numbers it."""

    name: EventName
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one turn may use."""

    seconds: float = 60.0
    first_token_s: float = 4.0
    tool_calls: int = 8
    output_tokens: int = 6_000
    prompt_tokens: int = 8_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What an engine leaves behind at its end, for the log and the next turn's state."""

    text: str
    finish: Finish
    state: TalkState
    evidence: tuple[Evidence, ...] = ()


class AdvisorEngine(Protocol):
    """Answers a turn. Yields events without `meta` and `done`, at last one Answered.

    Raises EngineError when it cannot go on; closing the iterator ends all it has under way.
    """

    def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        """Answer the turn."""
        ...


class Understander(Protocol):
    """Tells what a message asks for; never fails, whatever the text is."""

    def read(self, text: str) -> object:
        """Return what the text alone tells: the long part, which need not wait for her names."""
        ...

    def understand(
        self,
        text: str,
        *,
        locale: str,
        names: "Names",
        today: datetime,
        state: TalkState | None = None,
        reading: object = None,
    ) -> Understood:
        """Return intent, slots, language; `names` are the user's own objects.

        `state` lets a follow-up such as "and last month?" keep the earlier intent. `reading` is
        what `read` returned for this text; without it the text is read now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """The user's own objects by what she may call them: name as shown → handle or id."""

    instruments: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    recipients: Mapping[str, str] = field(default_factory=dict)
    merchants: Mapping[str, str] = field(default_factory=dict)
