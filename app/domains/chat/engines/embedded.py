"""The embedded engine: an intent asks one tool, and a template says what it found."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from app.domains.chat.engines.gathering import SLOT_MAX, first_lacking, gathered, said_slots
from app.domains.chat.engines.helping import Helping, help_line_evidence
from app.domains.chat.engines.phrases import Phrases, phrases
from app.domains.chat.engines.plans import FIXED_HELP, HELP, INTENTS, PLANS, SCREENS, Plan
from app.domains.chat.engines.writing import Render, Writer, confirm, found, started
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    Finish,
    TalkEvent,
    TalkState,
    Turn,
)
from app.domains.chat.tool_types import ToolBox, ToolResult

_SECONDS_MAX = 20.0


@dataclass(slots=True)
class _Talk:
    """What one answer works with, and how it ends."""

    turn: Turn
    tools: ToolBox
    seconds: float
    words: Phrases
    writer: Writer
    state: TalkState
    calls: int = 0
    finish: Finish = Finish.COMPLETE
    heard: ToolResult | None = field(default=None)

    async def ask(self, tool: str, arguments: dict[str, str]) -> AsyncIterator[TalkEvent]:
        """Ask a tool and tell so; what it found is in `heard`, also when it failed."""
        self.calls += 1
        call = f"c{self.calls}"
        yield started(call, tool, arguments)
        try:
            async with asyncio.timeout(self.seconds):
                self.heard = await self.tools.call(tool, arguments)
        except TimeoutError:
            self.heard = ToolResult(call, tool, ok=False, code="timeout")
        self.writer.know(self.heard, call)
        yield found(call, self.heard)

    def keep(self, intent: str, *, asked: str | None = None, action: str | None = None) -> None:
        """Set what the next message may lean on."""
        earlier = dict(self.state.slots) if self.state.intent == intent else {}
        heard = said_slots(self.turn.understood)
        self.state = TalkState(
            lang=self.words.lang,
            intent=intent,
            slots={**earlier, **heard},
            asked=asked,
            action=action if action is not None else self.state.action,
        )


class EmbeddedEngine:
    """Answers by intent, typed tool and template; needs no key, no network and no model.

    `render` puts figures in place of tokens and cites them; without it the tokens stay for
    whoever judges the text. `disclaims` adds the disclaimer to a conversation's first answer.
    """

    def __init__(
        self,
        *,
        render: Render | None = None,
        href: Callable[[Evidence], str] | None = None,
        disclaims: bool = True,
    ) -> None:
        self._render = render
        self._href = href
        self._disclaims = disclaims

    async def answer(
        self, turn: Turn, tools: ToolBox, budget: Budget
    ) -> AsyncIterator[TalkEvent | Answered]:
        """Answer the turn: events, at last one Answered. A tool's failure is said in words."""
        talk = _Talk(
            turn=turn,
            tools=tools,
            seconds=max(0.01, min(budget.seconds, _SECONDS_MAX)),
            words=phrases(turn.understood.lang),
            writer=Writer(turn.locale, turn.base_currency, self._render, self._href),
            state=turn.state,
        )
        async for event in _route(talk):
            yield event
        first = not any(said.role == "adviser" for said in turn.history)
        if self._disclaims and first and talk.finish is Finish.COMPLETE and talk.calls:
            note = talk.words.say("notes", "disclaimer")
            if note not in talk.writer.text:
                for event in talk.writer.write(f"\n{note}"):
                    yield event
        evidence = tuple(talk.writer.evidence.values())
        yield Answered(talk.writer.text, talk.finish, talk.state, evidence)


async def _route(talk: _Talk) -> AsyncIterator[TalkEvent]:
    """Choose who answers: the safety texts, the open card, a question, help, or a tool."""
    heard = talk.turn.understood
    if heard.screen is not None:
        steps = _screened(talk, heard.screen)
    elif heard.answer is not None:
        steps = _yes_or_no(talk, yes=heard.answer == "yes")
    elif heard.abstain or heard.intent not in INTENTS:
        steps = _clarify(talk)
    elif heard.intent == "greeting_thanks":
        steps = _greet(talk)
    elif heard.intent in HELP or heard.intent == "concept_explain":
        steps = _help(talk)
    else:
        steps = _plan(talk, PLANS[heard.intent])
    async for event in steps:
        yield event


async def _screened(talk: _Talk, screen: str) -> AsyncIterator[TalkEvent]:
    known = screen if screen in SCREENS else "injection"
    for event in talk.writer.write(talk.words.say("screens", known)):
        yield event
    if known == "distress":
        result = help_line_evidence(talk.turn.locale, talk.words.lang)
        if result is not None:
            talk.writer.know(result, "")
            line = talk.words.say("screens", "distress_line", **_line_words(result))
            for event in talk.writer.write(line):
                yield event
        for event in talk.writer.write(talk.words.say("screens", "distress_everywhere")):
            yield event
    talk.finish = Finish.REFUSED
    talk.state = TalkState(lang=talk.words.lang, action=talk.state.action)


def _line_words(result: ToolResult) -> dict[str, str]:
    return {"name": str(result.facts["name"]), "phone": f"[[{result.evidence[0].id}]]"}


async def _yes_or_no(talk: _Talk, *, yes: bool) -> AsyncIterator[TalkEvent]:
    """Show the open card again, or cancel it. Nothing that is typed confirms anything."""
    action = talk.state.action
    if action is None:
        if talk.state.asked:
            async for event in _clarify(talk):
                yield event
            return
        for event in talk.writer.write(talk.words.say("cards", "nothing_open")):
            yield event
        return
    async for event in talk.ask("propose.show" if yes else "propose.cancel", {"action": action}):
        yield event
    result = talk.heard
    done = result is not None and result.ok
    if yes and done and result is not None and result.action is not None:
        yield confirm(result.action, result)
    gone = result is not None and result.code == "not_found"
    key = ("shown" if yes else "cancelled") if done else "nothing_open" if gone else "use_card"
    for event in talk.writer.write(talk.words.say("cards", key)):
        yield event
    if gone or (done and not yes):
        talk.state = TalkState(lang=talk.words.lang, intent=talk.state.intent)


async def _clarify(talk: _Talk) -> AsyncIterator[TalkEvent]:
    """Ask which of the two likeliest things is meant, in words."""
    heard, words = talk.turn.understood, talk.words
    first, second = heard.intent, heard.second
    if first not in INTENTS or second not in INTENTS or first == second:
        text = words.say("notes", "lost")
        asked = None
    else:
        text = words.say(
            "notes", "which",
            first=words.say("intents", first), second=words.say("intents", second),
        )  # fmt: skip
        asked = f"intent:{first}|{second}"
    for event in talk.writer.write(text):
        yield event
    talk.finish = Finish.CLARIFY
    talk.keep(talk.state.intent or "", asked=asked)
    if not talk.state.intent:
        talk.state = TalkState(lang=words.lang, asked=asked, action=talk.state.action)


async def _greet(talk: _Talk) -> AsyncIterator[TalkEvent]:
    key = "again" if talk.turn.history else "hello"
    for event in talk.writer.write(talk.words.say("notes", key)):
        yield event


async def _help(talk: _Talk) -> AsyncIterator[TalkEvent]:
    """Say a help article or a term; the tool finds it, the shipped text stands behind it."""
    turn, intent = talk.turn, talk.turn.understood.intent
    helping = Helping(talk.words.lang)
    term = turn.understood.slot("term") or ""
    fixed = helping.article(HELP[intent]) if intent in FIXED_HELP else None
    if fixed is None:
        tool, argument = ("help.search", "query")
        if intent == "concept_explain":
            tool, argument = ("glossary.lookup", "term")
        async for event in talk.ask(tool, {argument: (term or turn.text)[:SLOT_MAX]}):
            yield event
        fixed = helping.found(talk.heard)
    if fixed is None and intent in HELP:
        fixed = helping.article(HELP[intent])
    said = [talk.words.say("failures", "no_article")] if fixed is None else helping.said(fixed)
    for sentence in said:
        for event in talk.writer.write(sentence):
            yield event
    talk.keep(intent)


async def _plan(talk: _Talk, plan: Plan) -> AsyncIterator[TalkEvent]:
    """Ask for what is missing, make sure of an action, then ask the plan's tool."""
    intent = talk.turn.understood.intent
    heard = talk.turn.understood
    if plan.proposes and not (heard.meant or heard.fires):
        async for event in _clarify_action(talk, intent):
            yield event
        return
    slots = gathered(heard, talk.state)
    lacking = first_lacking(plan, slots)
    if lacking is not None:
        for event in talk.writer.write(talk.words.say("slots", lacking)):
            yield event
        talk.finish = Finish.CLARIFY
        talk.keep(intent, asked=lacking)
        return
    if plan.proposes and not heard.fires:
        async for event in _clarify_action(talk, intent):
            yield event
        return
    arguments = {name: slots[slot] for name, slot in plan.arguments.items() if slots.get(slot)}
    async for event in _ask(talk, plan, arguments):
        yield event


async def _ask(talk: _Talk, plan: Plan, arguments: dict[str, str]) -> AsyncIterator[TalkEvent]:
    """Ask the plan's tool and say what it found, or why there is nothing to say."""
    intent = talk.turn.understood.intent
    async for event in talk.ask(plan.tool, arguments):
        yield event
    result = talk.heard
    if result is None or not result.ok or (plan.proposes and result.action is None):
        code = "unavailable" if result is None or result.ok else result.code
        async for event in _failed(talk, intent, code):
            yield event
        return
    proposal = result.action if plan.proposes else None
    if proposal is not None:
        yield confirm(proposal, result)
    for sentence in _said(talk, intent, plan, result):
        for event in talk.writer.write(sentence):
            yield event
    talk.keep(intent, action=proposal.id if proposal is not None else None)


def _said(talk: _Talk, intent: str, plan: Plan, result: ToolResult) -> list[str]:
    words = talk.words
    said = words.sentences(intent, plan, result)
    if not said:
        said = [words.say("notes", "see_table" if result.card is not None else "plain")]
    if plan.proposes:
        said += [words.say("cards", "check"), "\n" + words.say("notes", "disclaimer")]
    return said


async def _failed(talk: _Talk, intent: str, code: str) -> AsyncIterator[TalkEvent]:
    """Say why there is no answer; an unknown code has a plain honest sentence of its own."""
    for event in talk.writer.write(talk.words.say("failures", code)):
        yield event
    if code in ("ambiguous", "invalid_arguments"):
        talk.finish = Finish.CLARIFY
    talk.keep(intent)


async def _clarify_action(talk: _Talk, intent: str) -> AsyncIterator[TalkEvent]:
    """Ask before anything is drafted: the message did not ask for it clearly enough."""
    second = talk.turn.understood.second
    if second in INTENTS and second != intent:
        async for event in _clarify(talk):
            yield event
        return
    text = talk.words.say("notes", "sure", first=talk.words.say("intents", intent))
    for event in talk.writer.write(text):
        yield event
    talk.finish = Finish.CLARIFY
    talk.keep(intent, asked=f"intent:{intent}|{intent}")
