"""Tools an engine may call: what they take, what they return, and who may see what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domains.chat.evidence_types import Evidence


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Text written by somebody outside (memo, merchant, file name): at most 200 clean characters.

    It travels in typed fields only, never in an instruction.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as an engine sees it; `parameters` is a JSON schema without any owner or id."""

    name: str
    group: str
    description: str
    parameters: Mapping[str, Any]
    proposes: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card: a label, and cells that are evidence ids or untrusted or plain text."""

    label: str | Untrusted
    cells: tuple[str | Untrusted, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A small table shown with an answer: at most 50 rows, `columns` are message keys."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool found. `facts` maps a template's names to evidence ids or plain words.

    `ok` is false with a stable `code` when there is nothing to say, such as `no_portfolio`.
    """

    call: str
    tool: str
    ok: bool
    code: str = ""
    facts: Mapping[str, str | Untrusted] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    card: Card | None = None
    action: "Proposal | None" = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A drafted action that waits for the user's own confirmation; parameters are shown to her."""

    id: str
    kind: str
    parameters: Mapping[str, str]
    preview: Mapping[str, str]
    expires_at: str
    step_up: bool = True
    suitability: tuple[str, ...] = ()
    """The codes of the checks it passed."""


class ToolBox(Protocol):
    """The tools of one turn: bound to its owner, its language and its handles."""

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        """Return the tools this intent may use; text of others never widens them."""
        ...

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Call a tool. A fault of the arguments is a result with a code, never an exception."""
        ...
