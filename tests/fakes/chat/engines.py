"""Scripted engines: each plays one way in which an engine may behave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domains.chat.engines.writing import found
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source, Verdict
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    EventName,
    Finish,
    Names,
    TalkEvent,
    TalkState,
    Turn,
    Understood,
)
from app.domains.chat.tool_types import ToolBox, ToolResult, ToolSpec
from app.domains.chat.turn_ports import (
    ChatPorts,
    Cited,
    Offered,
    Refused,
    Release,
    Step,
    Tooling,
)

VALUE = Evidence(
    "v1", Kind.MONEY, Decimal("1234.50"), Metric.VALUE, Source.LEDGER, currency="USD", ref="p:1"
)
Script = Callable[[Turn, ToolBox], AsyncIterator[TalkEvent | Answered]]


def delta(text: str) -> TalkEvent:
    return TalkEvent(EventName.DELTA, {"op": "append", "at": 0, "text": text})


def end(text: str = "", finish: Finish = Finish.COMPLETE) -> Answered:
    return Answered(text, finish, TalkState(lang="en", intent="portfolio_value"))


async def normal(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    yield TalkEvent(EventName.TOOL_START, {"call": "c1", "tool": "portfolio.summary"})
    result = await tools.call("portfolio.summary", {"range": "secret-range-77"})
    yield found("c1", result)
    yield delta("Your portfolio is worth ")
    yield delta("[[v1]]. ")
    yield delta("Ask me why.")
    yield TalkEvent(EventName.USAGE, {"tokens_in": 3, "tokens_out": 9, "cost_micro": 40})
    yield end("Your portfolio is worth [[v1]]. Ask me why.")


@dataclass
class Gone:
    """Tells when an engine was ended."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def slowly(self, *, first: bool = False, pieces: int = 1_000, pause_s: float = 0.02) -> Script:
        """Return an engine that says a word each pause, or nothing at all."""

        async def script(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
            try:
                self.began.set()
                if first:
                    await asyncio.sleep(60)
                for n in range(pieces):
                    yield delta(f"w{n} ")
                    await asyncio.sleep(pause_s)
                yield end()
            finally:
                self.ended.set()

        return script


async def stalls(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    yield delta("Let me see")
    await asyncio.sleep(60)


async def raises(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    yield delta("Half a ")
    raise ValueError("broken inside: secret-detail-99")


async def endless_tools(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    while True:
        await tools.call("portfolio.summary", {})
        yield TalkEvent(EventName.TOOL_START, {"call": "c", "tool": "portfolio.summary"})


async def crumbs(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    for n in range(10_000):
        yield delta("abcdefghi "[n % 10])
    yield end()


async def huge(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    yield delta("x" * 1_000_000)
    yield end()


async def endless_text(turn: Turn, tools: ToolBox) -> AsyncIterator[TalkEvent | Answered]:
    while True:
        yield delta("word after word ")


def says(*items: object) -> Script:
    """Return an engine that yields just these, whatever they are."""

    async def script(turn: Turn, tools: ToolBox) -> AsyncIterator[Any]:
        for item in items:
            yield item

    return script


@dataclass
class Scripted:
    """An engine that plays what `script` says now; it remembers the turns it saw."""

    script: Script = normal
    turns: list[Turn] = field(default_factory=list)

    def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        self.turns.append(turn)
        return self.script(turn, tools)


class Tools:
    """One tool that finds one figure."""

    def __init__(self) -> None:
        self.calls = 0

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        return ()

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        self.calls += 1
        return ToolResult(f"c{self.calls}", name, ok=True, evidence=(VALUE,))


class Boxes:
    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        return Tooling(Tools())


class PassGate:
    """Lets everything through but `BAD …`; renders `[[v1]]` and cites it once it is known."""

    def __init__(self) -> None:
        self._known: dict[str, Evidence] = {}

    def learn(self, evidence: Sequence[Evidence]) -> None:
        self._known |= {item.id: item for item in evidence}

    def push(self, piece: str) -> Sequence[Step]:
        if piece.startswith("BAD"):
            return [Refused(0, piece, Verdict(()))]
        if piece.startswith("WORSE"):
            return [Refused(5, piece)]
        if "[[v1]]" in piece and "v1" in self._known:
            at = piece.index("[[v1]]")
            text = piece.replace("[[v1]]", "$1,234.50")
            return [Release(text, (Cited(at, 9, self._known["v1"]),), Verdict(()))]
        return [Release(piece)]

    def finish(self) -> Sequence[Step]:
        return []


class Understands:
    """Understands everything as one intent; `!` at the beginning is what the screen catches."""

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
        screen = "distress" if text.startswith("!") else None
        return Understood(
            locale[:2], "portfolio_value", 0.97, False, "cash_balance", False, screen=screen
        )


@dataclass
class Cast:
    """The engines of a test and what they are plugged into."""

    embedded: Scripted = field(default_factory=Scripted)
    remote: Scripted | None = None
    budget: Budget = field(default_factory=lambda: Budget(seconds=20, first_token_s=0.4))
    stall_s: float = 0.4

    async def offered(self, owner: str) -> Offered | None:
        return None if self.remote is None else Offered(self.remote, "remote", "far-1")

    async def agreed(self, owner: str) -> bool:
        return self.remote is not None

    def ports(self) -> ChatPorts:
        return ChatPorts(
            understander=Understands(),
            toolboxes=Boxes(),
            gates=lambda turn, tooling: PassGate(),
            embedded=Offered(self.embedded, "embedded", "own", {"templates": "t1"}),
            remote=self,
            href=lambda item: f"/v1/receipts/{item.ref}",
            budget=self.budget,
            stall_s=self.stall_s,
            disclaimer=lambda lang: f"no advice ({lang})",
        )
