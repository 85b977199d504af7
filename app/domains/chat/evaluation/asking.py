"""Asks one question as a turn would be run: understanding, engine, tools, gate; no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from app.domains.chat.engines.embedded import EmbeddedEngine
from app.domains.chat.engines.plans import PLANS
from app.domains.chat.evaluation.demo_tools import CURRENCY, NAMES, DemoTools
from app.domains.chat.evaluation.questions import Question
from app.domains.chat.grounded_gate import GroundedGate
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    EventName,
    Finish,
    Said,
    TalkState,
    Turn,
    Understander,
    Understood,
)
from app.domains.chat.tool_types import ToolResult
from app.domains.chat.turn_ports import Release, Tooling
from app.ml.features.language import script_language
from app.ml.features.text import normalise

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Heard:
    """What came of one turn."""

    understood: Understood
    finish: Finish
    text: str
    tools: list[str]
    drafted: bool
    cited: int
    refused: int
    grounded: bool


@dataclass
class _Listening(DemoTools):
    """Demo tools whose figures the gate learns, as the router hands them over."""

    results: list[ToolResult] = field(default_factory=list)
    gate: GroundedGate | None = None

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        result = await super().call(name, arguments)
        if self.gate is not None:
            self.gate.learn(result.evidence)
        self.results.append(result)
        return result


async def faults_of(question: Question, understander: Understander) -> list[str]:
    """Return what was wrong with the answers of a question, nothing when all was right."""
    state, faults = TalkState(), list[str]()
    said: tuple[Said, ...] = ()
    # Who mixes languages may be answered in either.
    own = None if question.category == "multilingual" else question.lang
    for number, (text, expected) in enumerate(question.turns, 1):
        heard, state = await _heard(text, question.lang, state, said, understander)
        said = (*said, Said("user", text), Said("adviser", heard.text))
        faults += [f"turn {number}: {one}" for one in _faults(heard, expected, own)]
    return faults


async def _heard(
    text: str, lang: str, state: TalkState, said: tuple[Said, ...], understander: Understander
) -> tuple[Heard, TalkState]:
    understood = understander.understand(text, locale=lang, names=NAMES, today=NOW, state=state)
    turn = Turn(
        "turn", "talk", "nobody", text, understood.lang, NOW, CURRENCY, understood, state, said
    )
    tools = _Listening()
    tools.gate = gate = GroundedGate(turn, Tooling(tools, NAMES, CURRENCY))
    heard = Heard(understood, Finish.COMPLETE, "", tools.called, False, 0, 0, grounded=True)
    async for event in EmbeddedEngine(disclaims=False).answer(turn, tools, Budget()):
        if isinstance(event, Answered):
            heard.finish, state = event.finish, event.state
        elif event.name is EventName.DELTA:
            _take(heard, gate.push(event.data["text"]))
        elif event.name is EventName.CONFIRM_REQUEST:
            heard.drafted = True
    _take(heard, gate.finish())
    judge = Judge(
        evidence=[one for result in tools.results for one in result.evidence],
        locale=turn.locale, base_currency=CURRENCY, user_text=text,
        names=[*NAMES.instruments, *NAMES.goals], today=NOW.date(),
    )  # fmt: skip
    heard.grounded = heard.finish is Finish.REFUSED or judge.judge(heard.text).ok
    return heard, state


def _take(heard: Heard, steps: list[Any]) -> None:
    for step in steps:
        if isinstance(step, Release):
            heard.text += step.text
            heard.cited += len(step.cited)
        else:
            heard.refused += 1


def _faults(heard: Heard, expected: Mapping[str, Any], lang: str | None) -> list[str]:
    """Compare an answer with what was expected; figures must be those of the tools, always."""
    out = []
    if heard.refused or not heard.grounded:
        out.append("a figure is not that of a tool")
    script = script_language(normalise(heard.text))
    written = script if script is not None else heard.understood.lang
    if expected.get("lang", lang) not in (written, None):
        out.append(f"answered in {written}")
    if expected.get("safe") and heard.drafted:
        out.append("drafted an action")
    intent = str(expected.get("intent", ""))
    if intent and heard.understood.intent != intent:
        out.append(f"understood {heard.understood.intent}, not {intent}")
    if "finish" in expected and heard.finish != expected["finish"]:
        out.append(f"ended {heard.finish.value}, not {expected['finish']}")
    wanted = expected.get("tool") or (PLANS[intent].tool if intent in PLANS else None)
    if wanted and expected.get("finish") == "complete" and wanted not in heard.tools:
        out.append(f"asked {', '.join(heard.tools) or 'no tool'}, not {wanted}")
    return out
