"""The messages of a turn as a model reads them: rules, what was said before, the question."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic_ai import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.tools import ToolDefinition

from app.domains.chat.talk_types import Said, Turn
from app.domains.chat.tool_types import ToolSpec

ANSWER: Final = "answer-1"
MEND: Final = "mend-1"
#: Versions of everything a model is told by us, for the audit row.
VERSIONS: Final = {"prompt": ANSWER, "mend_prompt": MEND}
_HERE: Final = Path(__file__).resolve().parents[2] / "prompts"
_DOT: Final = "__"


@cache
def text(version: str) -> str:
    """Return a prompt that ships with the product."""
    return (_HERE / f"{version}.txt").read_text(encoding="utf-8").strip()


def own_texts() -> frozenset[str]:
    """Return all instructions of ours: no other may be sent as one."""
    return frozenset({text(ANSWER), text(MEND)})


def opening(turn: Turn, history: Sequence[Said]) -> list[ModelMessage]:
    """Return what a turn begins with; earlier turns are whole messages, never instructions."""
    messages: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(text(ANSWER))])]
    for said in history:
        if said.role == "user":
            messages.append(ModelRequest(parts=[UserPromptPart(said.text)]))
        else:
            messages.append(ModelResponse(parts=[TextPart(said.text)]))
    state = {"answer_in": turn.understood.lang, "locale": turn.locale, **_state(turn)}
    frame = json.dumps(state, ensure_ascii=False)
    messages.append(ModelRequest(parts=[UserPromptPart(f"{frame}\n\n{turn.text}")]))
    return messages


def mending(turn: Turn, sentence: str, untraced: Sequence[str], tokens: str) -> list[ModelMessage]:
    """Return the request for one sentence again."""
    lines = (
        f"answer_in: {turn.understood.lang}",
        f"question: {turn.text}",
        f"figures: {tokens}",
        f"untraced: {json.dumps(list(untraced), ensure_ascii=False)}",
        f"sentence: {sentence}",
    )
    return [
        ModelRequest(parts=[SystemPromptPart(text(MEND)), UserPromptPart("\n".join(lines))]),
    ]


def definitions(specs: Sequence[ToolSpec]) -> list[ToolDefinition]:
    """Return tools as a model is told of them; a dot has no place in their names there."""
    return [
        ToolDefinition(
            name=spec.name.replace(".", _DOT),
            description=spec.description,
            parameters_json_schema=dict(spec.parameters),
        )
        for spec in specs
    ]


def own_name(name: str) -> str:
    """Return our name of a tool that a model calls."""
    return name.replace(_DOT, ".", 1)


def _state(turn: Turn) -> dict[str, Any]:
    """Return the typed state: what the message was understood as, and what came before."""
    found: dict[str, Any] = {"intent": turn.understood.intent}
    if turn.state.intent:
        found["before"] = turn.state.intent
    return found
