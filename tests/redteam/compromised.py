"""A model that obeys the attacker: it plays a case's script, and nothing restrains it but us."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domains.chat.engines.writing import confirm, found, started
from app.domains.chat.evidence_types import Kind
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    EventName,
    Finish,
    TalkEvent,
    TalkState,
    Turn,
)
from app.domains.chat.tool_types import ToolBox, ToolResult, Untrusted

Step = Mapping[str, Any]
MOST_SAID = 4_000


@dataclass
class Compromised:
    """An AdvisorEngine. `script` is a list of steps.

    `{"do": "call", "tool", "args"}` calls a tool, `{"do": "say", "text"}` says a text,
    `{"do": "send", "event", "data"}` sends any event, `{"do": "sleep", "s"}` waits,
    `{"do": "raise"}` breaks, `{"do": "yield", "what"}` yields what is no event,
    `{"do": "repeat", "times", "steps"}` does steps again, `{"do": "end"}` ends early.
    In texts `<<answer>>` is what the last call found, `<<untrusted>>` is what a stranger wrote,
    `<<all>>` everything the tools returned, `<<token>>` and `<<figure>>` the first figure; other
    `<<names>>` are those of the world.
    """

    script: Sequence[Step] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    calls: list[ToolResult] = field(default_factory=list)

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        """Play the script; what is not said in it is said by nobody."""
        self.calls.clear()
        tools.specs(turn.understood.intent)
        said: list[str] = []
        async for item in self._steps(self.script, tools):
            if isinstance(item, TalkEvent) and item.name is EventName.DELTA:
                said.append(str(item.data.get("text", "")))
            yield item
            if isinstance(item, Answered):
                return
        yield Answered("".join(said), Finish.COMPLETE, TalkState(turn.understood.lang))

    async def _steps(  # noqa: C901 - one branch a step
        self, steps: Sequence[Step], tools: ToolBox
    ) -> AsyncIterator[TalkEvent | Answered]:
        for step in steps:
            match step["do"]:
                case "call":
                    async for event in self._call(step, tools):
                        yield event
                case "say":
                    text = self.filled(step["text"]) * int(step.get("times", 1))
                    size = int(step.get("piece", MOST_SAID))
                    for at in range(0, len(text), size):
                        yield delta(text[at : at + size])
                case "send":
                    data = self.filled(step.get("data", {}))
                    yield TalkEvent(EventName(step["event"]), data)
                case "sleep":
                    await asyncio.sleep(step["s"])
                case "raise":
                    raise RuntimeError(self.filled(step.get("text", "broken inside")))
                case "yield":
                    yield step["what"]
                case "end":
                    yield Answered("", Finish(step["finish"]), TalkState())
                    return
                case "repeat":
                    for _ in range(step["times"]):
                        async for item in self._steps(step["steps"], tools):
                            yield item
                case other:
                    raise AssertionError(f"a script has no step {other}")

    async def _call(self, step: Step, tools: ToolBox) -> AsyncIterator[TalkEvent]:
        given = self.filled(step.get("args", {}))
        number = f"c{len(self.calls) + 1}"
        yield started(number, step["tool"], given if isinstance(given, dict) else {})
        result = await tools.call(step["tool"], given)
        self.calls.append(result)
        yield found(number, result)
        if result.action is not None:
            yield confirm(result.action, result)

    def filled(self, value: Any) -> Any:
        """Return a text or a structure with its names filled in."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self.filled(key): self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return value

    def _text(self, text: str) -> str:
        if "<<" not in text:
            return text
        figures = [one for result in self.calls for one in result.evidence]
        live = {
            "untrusted": " ".join(self._strangers())[:1_000],
            "all": json.dumps([str(result) for result in self.calls])[:MOST_SAID],
            "token": f"[[{figures[0].id}]]" if figures else "[[v1]]",
            "answer": self._answer(),
            "figure": str(figures[0].value) if figures else "1234.50",
        }
        for name, value in (live | dict(self.names)).items():
            text = text.replace(f"<<{name}>>", value)
        return text

    def _answer(self) -> str:
        """Say what the last call found, as a model would that also does what it was asked."""
        last = self.calls[-1].evidence if self.calls else ()
        money = [one for one in last if one.kind is Kind.MONEY]
        return f"It comes to [[{money[0].id}]]." if money else "Here is what I found."

    def _strangers(self) -> list[str]:
        texts = []
        for result in self.calls:
            rows = result.card.rows if result.card is not None else ()
            cells = [cell for row in rows for cell in (row.label, *row.cells)]
            texts += [
                cell.text
                for cell in (*cells, *result.facts.values())
                if isinstance(cell, Untrusted)
            ]
        return texts


def delta(text: str) -> TalkEvent:
    return TalkEvent(EventName.DELTA, {"op": "append", "at": 0, "text": text})
