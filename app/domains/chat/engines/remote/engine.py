"""One turn answered by a model outside: its requests, its tools, its tokens, all bounded.

Made anew for each turn. Whatever the provider does wrong is an EngineError; the router then lets
the next engine answer in the same stream.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import httpx2
from pydantic_ai import ModelMessage, ModelRequest, ToolCallPart, ToolReturnPart

from app.domains.chat.engines.remote import prompting
from app.domains.chat.engines.remote.requesting import Step, size_of
from app.domains.chat.engines.remote.telling import told
from app.domains.chat.engines.remote.wire import ChatCompletions
from app.domains.chat.engines.writing import confirm, found, started
from app.domains.chat.errors import EngineError
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.redaction.egress import Egress
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.redaction.standins import StandIns
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.rules.memory import tokens
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    EventName,
    Finish,
    TalkEvent,
    TalkState,
    Turn,
)
from app.domains.chat.tool_types import ToolBox, ToolSpec

ARGUMENTS_MAX: Final = 4_000
MEND_TOKENS: Final = 300
MENDED_MAX: Final = 600


class RemoteEngine:
    """Answers one turn through a provider; everything it sends passes the masker of the turn."""

    def __init__(
        self,
        far: RemoteSettings,
        http: httpx2.AsyncClient,
        masker: Masker,
        *,
        share_figures: bool,
    ) -> None:
        self._far = far
        self._http = http
        self._masker = masker
        self._share_figures = share_figures
        self._guard = Egress(masker, own=prompting.own_texts())
        self._standins = StandIns(masker)
        self._evidence: dict[str, Evidence] = {}
        self._owed: list[TalkEvent] = []

    @property
    def originals(self) -> dict[str, str]:
        """Return what stands behind the letters it speaks; grows while it answers."""
        return self._standins.originals

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        """Answer the turn. Raises EngineError for anything but a whole, well-formed answer."""
        self._masker.locale = turn.locale
        specs = _offered(turn, tools)
        messages = prompting.opening(turn, turn.history)
        names = frozenset(spec.name for spec in specs)
        parts: list[str] = []
        left = budget.output_tokens
        for _ in range(budget.tool_calls + 1):
            _fits(messages, specs, budget)
            step = Step(self._model(turn), messages, prompting.definitions(specs), left)
            async with aclosing(step.pieces(self._far)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        piece = _delta(self._standins.push(piece))
                        parts.append(piece.data["text"])
                    yield piece
            left -= step.tokens_out
            calls = step.calls
            if not calls:
                break
            returned: list[ToolReturnPart] = []
            for call in calls:
                async for event in self._called(call, tools, names, returned):
                    yield event
            messages += [step.response, ModelRequest(parts=returned)]
        else:
            raise EngineError("the model calls tools without end")
        rest = self._standins.finish()
        if rest:
            parts.append(rest)
            yield _delta(rest)
        for owed in self._owed:
            yield owed
        if not "".join(parts).strip():
            raise EngineError("the model says nothing")
        yield Answered(
            "".join(parts), Finish.COMPLETE, _state(turn), tuple(self._evidence.values())
        )

    async def mend(self, turn: Turn, sentence: str, untraced: Sequence[str]) -> str:
        """Return a sentence written again without its untraced figures, perhaps empty.

        It is told which of them failed, never what they should have been.
        """
        known = [f"[[{one.id}]] {one.metric.value}" for one in self._evidence.values()][:80]
        plain = "".join(self._places().get(char, char) for char in sentence)
        asked = prompting.mending(turn, plain, untraced, "; ".join(known))
        step = Step(self._model(turn), asked, [], MEND_TOKENS)
        said: list[str] = []
        async with aclosing(step.pieces(self._far)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    said.append(piece)
                else:
                    self._owed.append(piece)
        text = " ".join(self._standins.whole("".join(said)).split())
        if len(text) > MENDED_MAX:
            raise EngineError("the sentence did not stay one")
        return text

    def _places(self) -> dict[str, str]:
        """Return the placeholder of each letter: a model reads what it wrote."""
        behind = {original: place for place, original in self._masker.originals.items()}
        return {letter: behind.get(text, text) for letter, text in self.originals.items()}

    def _model(self, turn: Turn) -> ChatCompletions:
        return ChatCompletions(self._far, self._http, self._guard, at=turn.received_at)

    async def _called(
        self,
        call: ToolCallPart,
        tools: ToolBox,
        names: frozenset[str],
        returned: list[ToolReturnPart],
    ) -> AsyncIterator[TalkEvent]:
        """Call one tool; what is not offered is answered without a call."""
        name = prompting.own_name(call.tool_name)
        arguments = self._arguments(call)
        if name not in names or arguments is None:
            code = "not_offered" if name not in names else "invalid_arguments"
            text = json.dumps({"ok": False, "code": code})
        else:
            yield started(call.tool_call_id, name, arguments)
            result = await tools.call(name, arguments)
            self._evidence.update((one.id, one) for one in result.evidence)
            yield found(call.tool_call_id, result)
            if result.action is not None:
                yield confirm(result.action, result)
            text = told(result, share_figures=self._share_figures)
        returned.append(
            ToolReturnPart(tool_name=call.tool_name, content=text, tool_call_id=call.tool_call_id)
        )

    def _arguments(self, call: ToolCallPart) -> dict[str, Any] | None:
        """Return the arguments with what placeholders stand for; None when they are no object."""
        text = call.args_as_json_str()
        if len(text) > ARGUMENTS_MAX:
            return None
        try:
            given = json.loads(text or "{}")
        except ValueError:
            return None
        if not isinstance(given, dict):
            return None
        return {
            str(name): self._masker.restored(value) if isinstance(value, str) else value
            for name, value in given.items()
        }


def _offered(turn: Turn, tools: ToolBox) -> tuple[ToolSpec, ...]:
    """Return the tools of the intent; one that drafts only when the message asks for it."""
    specs = tools.specs(turn.understood.intent)
    return tuple(spec for spec in specs if not spec.proposes or turn.understood.may_draft)


def _fits(messages: list[ModelMessage], specs: Sequence[ToolSpec], budget: Budget) -> None:
    size = size_of(messages) + sum(
        tokens(spec.description) + tokens(json.dumps(spec.parameters)) for spec in specs
    )
    if size > budget.prompt_tokens:
        raise EngineError("the prompt is too long")


def _delta(text: str) -> TalkEvent:
    return TalkEvent(EventName.DELTA, {"op": "append", "text": text})


def _state(turn: Turn) -> TalkState:
    """Return what the next message may lean on; a card that is open stays open."""
    heard = turn.understood
    slots = {slot.name: slot.value[:200] for slot in heard.slots}
    return replace(turn.state, lang=heard.lang, intent=heard.intent, slots=slots, asked=None)
