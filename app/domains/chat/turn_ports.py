"""What the conversation core needs from others, as protocols: plug them in, or use fakes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domains.chat.consent_types import KnownFacts, Provider
from app.domains.chat.evidence_types import Evidence, Verdict
from app.domains.chat.talk_types import AdvisorEngine, Budget, Names, Turn, Understander
from app.domains.chat.tool_types import ToolBox


@dataclass(frozen=True, slots=True)
class Cited:
    """A figure in a released text, at code points of that text, and what it rests on."""

    at: int
    length: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Release:
    """Text that may be shown as it is; `verdict` when it was judged."""

    text: str
    cited: tuple[Cited, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that may not be shown; its first `shown` code points are to be taken back."""

    shown: int
    text: str
    verdict: Verdict | None = None


Step = Release | Refused


class Gate(Protocol):
    """Grounds one answer: every text passes through it in pieces, nothing else is shown.

    It renders figure tokens; citations are made of what it releases, never of an engine's word.
    """

    def learn(self, evidence: Sequence[Evidence]) -> None:
        """Take evidence of a tool's result: from here on it may be spoken."""
        ...

    def push(self, piece: str) -> Sequence[Step]:
        """Take a piece of text; return what is decided by it, in order."""
        ...

    def finish(self) -> Sequence[Step]:
        """Take the end of the text; return what was still held."""
        ...


@dataclass(frozen=True, slots=True)
class Tooling:
    """What a turn works with, all of its owner: tools, names of her objects, her currency."""

    box: ToolBox
    names: Names = field(default_factory=Names)
    base_currency: str = "USD"
    heard: Callable[[Turn], None] = lambda _: None
    """Told the turn once it is understood: only then may its tools draft what was asked for."""


class ToolBoxes(Protocol):
    """Makes the tools of one turn."""

    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        """Return the tools of this person's turn."""
        ...


@dataclass(frozen=True, slots=True)
class Offered:
    """An engine that may answer; `badge` is `embedded` or `remote`.

    What only an engine outside has: `mend` writes a refused sentence again, `originals` is what
    stands behind the letters it speaks, `redacted` counts what did not leave, by kind. Both grow
    while it answers.
    """

    engine: AdvisorEngine
    badge: str
    model: str
    versions: Mapping[str, str] = field(default_factory=dict)
    mend: "Mend | None" = None
    originals: Mapping[str, str] | None = None
    redacted: Mapping[str, int] | None = None


class Mend(Protocol):
    """Writes a sentence again that holds untraced figures."""

    async def __call__(self, turn: Turn, sentence: str, untraced: Sequence[str]) -> str:
        """Return the new sentence, or nothing. Raises EngineError."""
        ...


class RemoteChoice(Protocol):
    """Tells whether a person may be answered by a remote engine."""

    async def offered(self, owner: str) -> Offered | None:
        """Return it when it is configured and she consented to this very provider."""
        ...

    async def agreed(self, owner: str) -> bool:
        """Tell whether it would be offered; nothing is made ready for it."""
        ...


GateFactory = Callable[[Turn, Tooling], Gate]
Href = Callable[[Evidence], str | None]


@dataclass(frozen=True, slots=True)
class ChatPorts:
    """Everything behind the conversation core. Without `embedded` chat answers 503."""

    understander: Understander
    toolboxes: ToolBoxes
    gates: GateFactory
    embedded: Offered | None = None
    remote: RemoteChoice | None = None
    provider: Provider | None = None
    """Who `remote` is: whom people are asked to consent to."""

    known: KnownFacts | None = None
    href: Href = lambda _: None
    """Where a citation opens."""

    budget: Budget = field(default_factory=Budget)
    stall_s: float = 10.0
    """How long an engine that has begun may say nothing."""

    day_cap_micro: int = 1_000_000
    total_cap_micro: int = 20_000_000
    """What the answers of a provider may cost in a day: one person's, and all people's."""

    warming: Sequence[Callable[[], None]] = ()
    """What may be done before the first message, each step by itself and in any thread."""

    disclaimer: Callable[[str], str | None] = lambda _: None
    """The disclaimer in a language, shown with the first turn of a conversation."""
