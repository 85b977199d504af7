"""Turns sentences into the events of a stream, with the citations of their figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domains.chat.evidence_types import Evidence
from app.domains.chat.grounding.evidence_json import evidence_row
from app.domains.chat.talk_types import EventName, TalkEvent
from app.domains.chat.tool_types import Card, Proposal, ToolResult, Untrusted


class Shown(Protocol):
    """A figure at code points `start` to `end` of a rendered text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def evidence_id(self) -> str: ...


class Drawn(Protocol):
    """A text whose tokens were replaced."""

    @property
    def text(self) -> str: ...
    @property
    def citations(self) -> Sequence[Shown]: ...


class Render(Protocol):
    """Replaces tokens by the figures of a locale; `grounding.rendering.render` is one."""

    def __call__(
        self, text: str, *, evidence: Mapping[str, Evidence], locale: str, base_currency: str
    ) -> Drawn: ...


@dataclass(slots=True)
class Writer:
    """Writes an answer piece by piece and keeps what was written.

    Without `render` the tokens stay in the text: who stands behind the engine replaces and
    cites them.
    """

    locale: str
    base_currency: str
    render: Render | None = None
    href: Callable[[Evidence], str] | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def know(self, result: ToolResult, call: str) -> None:
        """Remember what a call found, so that it may be said and cited."""
        for one in result.evidence:
            self.evidence[one.id] = one
            self.calls[one.id] = call

    def write(self, sentence: str) -> Iterator[TalkEvent]:
        """Yield a sentence, then a citation of each of its figures."""
        at = len(self.text)
        piece = self._gap(sentence) + sentence.lstrip("\n")
        shown: Sequence[Shown] = ()
        if self.render is not None:
            drawn = self.render(
                piece, evidence=self.evidence, locale=self.locale, base_currency=self.base_currency
            )
            piece, shown = drawn.text, drawn.citations
        self.text += piece
        yield TalkEvent(EventName.DELTA, {"op": "append", "at": at, "text": piece})
        for one in shown:
            yield self._citation(at, one)

    def _gap(self, sentence: str) -> str:
        """Return what stands before a sentence: a paragraph, a space, in Chinese nothing."""
        if not self.text:
            return ""
        if sentence.startswith("\n"):
            return "\n\n"
        return "" if self.text.endswith(("。", "？", "！")) else " "

    def _citation(self, at: int, shown: Shown) -> TalkEvent:
        one = self.evidence[shown.evidence_id]
        data: dict[str, Any] = {
            "at": at + shown.start,
            "len": shown.end - shown.start,
            "evidence": one.id,
            "call": self.calls.get(one.id, ""),
            "source": one.source.value,
            "ref": one.ref,
            "href": self.href(one) if self.href is not None else None,
        }
        return TalkEvent(EventName.CITATION, data)


def started(call: str, tool: str, arguments: Mapping[str, str]) -> TalkEvent:
    """Return the event that a tool is being asked."""
    data = {"call": call, "tool": tool, "arguments": dict(arguments)}
    return TalkEvent(EventName.TOOL_START, data)


def found(call: str, result: ToolResult) -> TalkEvent:
    """Return the event of what a tool found."""
    data = {
        "call": call,
        "ok": result.ok,
        "code": result.code,
        "card": None if result.card is None else _card(result.card),
        "evidence": [evidence_row(one) for one in result.evidence],
    }
    return TalkEvent(EventName.TOOL_RESULT, data)


def confirm(action: Proposal, result: ToolResult) -> TalkEvent:
    """Return the event that shows the card an action is confirmed on."""
    data = {
        "action": action.id,
        "kind": action.kind,
        "parameters": dict(action.parameters),
        "preview": dict(action.preview),
        "evidence": [evidence_row(one) for one in result.evidence],
        "suitability": {"ok": True, "reasons": list(action.suitability)},
        "expires_at": action.expires_at,
        "step_up": action.step_up,
    }
    return TalkEvent(EventName.CONFIRM_REQUEST, data)


def _card(card: Card) -> dict[str, Any]:
    rows = [
        {"label": _plain(row.label), "cells": [_plain(cell) for cell in row.cells]}
        for row in card.rows[:50]
    ]
    return {"kind": card.kind, "columns": list(card.columns), "rows": rows}


def _plain(cell: str | Untrusted) -> str | dict[str, str]:
    return {"untrusted": cell.text[:200]} if isinstance(cell, Untrusted) else cell
