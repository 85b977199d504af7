"""The tools of one turn: an engine asks what it may use and calls it; nothing here raises."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from app.core.errors import FinNamiError
from app.domains.chat.talk_types import Turn
from app.domains.chat.tool_types import ToolResult, ToolSpec
from app.domains.chat.tools.arguments import Arguments, decimal
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.refusals import ToolRefusal, code_of
from app.domains.chat.tools.registry import READ_TOOLS, Tool, groups_of

log = structlog.get_logger(__name__)

TOOL_S: Final = 8.0
FIGURES: Final = ("amount", "quantity", "percent")
Guessed = Callable[[str, str], Awaitable[None]]
"""Told the tool, and the text that named an object which is not the owner's."""


class OwnTools:
    """The ToolBox of one turn, bound to its owner and her handles."""

    def __init__(
        self,
        desk: Desk,
        *,
        guessed: Guessed,
        more: tuple[Tool, ...] = (),
        seconds: float = TOOL_S,
    ) -> None:
        """Take the desk of the turn; `more` are tools that draft actions."""
        self._desk = desk
        self._guessed = guessed
        self._seconds = seconds
        self._tools = {one.spec.name: one for one in (*READ_TOOLS, *more)}
        self._offered: set[str] | None = None
        self._calls = 0

    def hear(self, turn: Turn) -> None:
        """Take the turn once it is understood: what may be drafted, and the language to answer in.

        Until then the desk speaks the language of the page.
        """
        self._desk.turn = turn
        self._desk.lang = turn.locale[:2].lower()

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        """Return the tools of the intent's group and help; from then on no others run.

        Of the tools that draft there is at most the one that the message itself asks for.
        """
        groups, drafts = groups_of(intent), self._drafts()
        found = tuple(
            one.spec
            for one in self._tools.values()
            if (
                one.spec.name in drafts and one.spec.name == f"propose.{intent}"
                if one.spec.proposes
                else one.spec.group in groups
            )
        )
        self._offered = (self._offered or set()) | {spec.name for spec in found}
        return found

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Call a tool. A fault of the arguments is a result with a code."""
        self._calls += 1
        call = f"c{self._calls}"
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None or (self._offered is not None and name not in self._offered):
            return ToolResult(call=call, tool=str(name)[:60], ok=False, code="not_offered")
        if tool.spec.proposes and name not in self._drafts():
            return ToolResult(call=call, tool=name, ok=False, code="not_offered")
        try:
            given = Arguments(arguments, tool.spec.parameters["properties"])
            if tool.spec.proposes:
                self._require_said(given)
            async with asyncio.timeout(self._seconds):
                found = await tool.run(self._desk, given)
            return found.result(call=call, tool=name)
        except ToolRefusal as refusal:
            if refusal.guess:
                await self._guessed(name, str(dict(arguments)))
            code = refusal.code
        except TimeoutError:
            code = "timeout"
        except FinNamiError as error:
            code = code_of(error)
            log.info("chat_tool_refused", tool=name, code=code, reason=error.code)
        return ToolResult(call=call, tool=name, ok=False, code=code)

    def _require_said(self, given: Arguments) -> None:
        """Raise ToolRefusal for a figure of a draft that the user herself did not say."""
        turn = self._desk.turn
        assert turn is not None  # noqa: S101 - nothing is drafted before
        said = {*turn.state.slots.values(), *(slot.value for slot in turn.understood.slots)}
        figures = {found for word in said if (found := decimal(word)) is not None}
        for name in FIGURES:
            value = given.amount(name)
            if value is not None and value not in figures:
                raise ToolRefusal("invalid_arguments")

    def _drafts(self) -> frozenset[str]:
        """Return the drafting tools that the message itself asks for, whatever an engine wants."""
        turn = self._desk.turn
        if turn is None or turn.understood.screen is not None:
            return frozenset()
        heard = turn.understood
        if heard.answer is not None:
            return frozenset({"propose.show" if heard.answer == "yes" else "propose.cancel"})
        return frozenset({f"propose.{heard.intent}"} if heard.may_draft else ())
