"""A scripted engine for benches of chat, and the ports around it that do nothing else."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app.domains.chat.evidence_types import Evidence
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
from app.domains.chat.turn_ports import ChatPorts, Offered, Release, Step, Tooling

WORD: Final = "word after "


class Paced:
    """Says `events` words, each after `pause_s`; both may be changed between turns."""

    def __init__(self) -> None:
        self.events = 200
        self.pause_s = 0.0

    async def words(self) -> AsyncIterator[str]:
        """Yield the words alone, as the baseline sends them."""
        for _ in range(self.events):
            await asyncio.sleep(self.pause_s)
            yield WORD

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        """Yield the words as an engine does."""
        del turn, tools, budget
        async for word in self.words():
            yield TalkEvent(EventName.DELTA, {"op": "append", "at": 0, "text": word})
        yield Answered("", Finish.COMPLETE, TalkState(lang="en"))


class _Open:
    """Lets everything through."""

    def learn(self, evidence: Sequence[Evidence]) -> None:
        """Forget it."""

    def push(self, piece: str) -> Sequence[Step]:
        """Let a piece through."""
        return (Release(piece),)

    def finish(self) -> Sequence[Step]:
        """Hold nothing."""
        return ()


class _Nothing:
    """No tools, and one thing understood."""

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        """Return none."""
        del intent
        return ()

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Find nothing."""
        del arguments
        return ToolResult("", name, ok=False, code="not_found")

    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        """Return itself."""
        del owner, locale, now
        return Tooling(self)

    def read(self, text: str) -> object:
        """Read nothing."""
        return text

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
        """Understand a greeting."""
        del text, names, today, state, reading
        return Understood(locale, "greeting_thanks", 1.0, False, "app_help", False)


def nothing() -> _Nothing:
    """Return tools that find nothing."""
    return _Nothing()


def bench_ports(engine: Paced) -> ChatPorts:
    """Return ports with this engine as the embedded one."""
    nothing = _Nothing()
    return ChatPorts(
        understander=nothing,
        toolboxes=nothing,
        gates=lambda _turn, _tooling: _Open(),
        embedded=Offered(engine, "embedded", "scripted"),
    )
