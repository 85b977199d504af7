"""The tools of a turn, counted: eight calls, their evidence handed to the gate, all recorded."""

import asyncio
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.core.decisions import canonical_json
from app.domains.chat.engines.writing import confirm, found
from app.domains.chat.errors import EngineError
from app.domains.chat.events import plain
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.tool_types import ToolBox, ToolResult, ToolSpec
from app.domains.chat.turn_types import Record

TOOL_S: Final = 10.0
GRACE: Final = 2
"""Refused calls that an engine may still make before it is taken for a loop."""


class MeteredTools:
    """A ToolBox around another one."""

    def __init__(
        self,
        box: ToolBox,
        *,
        most: int,
        record: Record,
        digest_key: bytes,
        learn: Callable[[Sequence[Evidence]], None],
    ) -> None:
        self._box = box
        self._most = most
        self._record = record
        self._digest_key = digest_key
        self._learn = learn
        self.calls = 0
        self._drafted: dict[str, ToolResult] = {}
        self._results: list[ToolResult] = []

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        """Return the tools this intent may use."""
        return self._box.specs(intent)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Call a tool. Past the budget it is not called; raises EngineError for a loop."""
        self.calls += 1
        if self.calls > self._most + GRACE:
            raise EngineError("the engine calls tools without end")
        if self.calls > self._most:
            return self._noted(ToolResult("", name, ok=False, code="tool_budget"), arguments)
        try:
            async with asyncio.timeout(TOOL_S):
                result = await self._box.call(name, arguments)
        except TimeoutError:
            result = ToolResult("", name, ok=False, code="tool_timeout")
        self._learn(result.evidence)
        self._results.append(result)
        if result.action is not None:
            self._drafted[result.action.id] = result
        return self._noted(result, arguments)

    def found(self, data: Mapping[str, Any]) -> bool:
        """Tell whether a `tool_result` shows what a tool of this turn returned, and only that."""
        shown = {name: value for name, value in plain(data).items() if name != "call"}
        results = [*self._results, ToolResult("", "", ok=False, code=str(shown.get("code")))]
        told = (plain(found("", result).data) for result in results)
        return any(shown == {name: one[name] for name in one if name != "call"} for one in told)

    def card(self, action: object) -> Mapping[str, Any]:
        """Return the card of an action as its own tool drafted it, whatever an engine says of it.

        Raises EngineError for one that no tool of this turn drafted or showed.
        """
        result = self._drafted.get(action) if isinstance(action, str) else None
        if result is None or result.action is None:
            raise EngineError("an engine may not make a card of its own")
        return confirm(result.action, result).data

    def _noted(self, result: ToolResult, arguments: Mapping[str, Any]) -> ToolResult:
        """Record the call: arguments as a keyed digest, for an amount is easily guessed."""
        digest = hmac.new(self._digest_key, _bytes(arguments), "sha256").hexdigest()[:32]
        self._record.tools.append(
            {"tool": result.tool[:60], "arguments": digest, "ok": result.ok, "code": result.code}
        )
        return result


def _bytes(arguments: Mapping[str, Any]) -> bytes:
    try:
        return canonical_json(dict(arguments))
    except (TypeError, ValueError, RecursionError):
        return repr(arguments)[:2_000].encode("utf-8", "replace")
