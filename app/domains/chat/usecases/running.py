"""Runs one turn: understands, asks the engines in order, ends the stream whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, Final

import structlog

from app.core.clock import Clock
from app.domains.chat.errors import EngineError
from app.domains.chat.events import plain
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.output.gates import CleanGate, Listener, StandInGate
from app.domains.chat.output.products import ProductScreen
from app.domains.chat.rules.notices import removed
from app.domains.chat.talk_types import Answered, EventName, Finish, TalkEvent, Turn
from app.domains.chat.turn_ports import ChatPorts, Gate, Offered, Tooling
from app.domains.chat.turn_types import Answer, Made, Record
from app.domains.chat.usecases.mending import mended
from app.domains.chat.usecases.metered_tools import MeteredTools
from app.domains.chat.usecases.pacing import Pace, paced
from app.domains.chat.usecases.preparing import Job, Preparing
from app.domains.chat.usecases.settling import Settled, Settling
from app.domains.chat.usecases.speaking import Speaker

PREPARE_S: Final = 5.0
MAX_KEPT: Final = 16
MAX_REFUSED: Final = 3
_THROUGH: Final = frozenset(
    {EventName.TOOL_START, EventName.TOOL_RESULT, EventName.CONFIRM_REQUEST}
)
log = structlog.get_logger(__name__)


class Running:
    """The router: safety and understanding first, the remote engine if allowed, then ours."""

    def __init__(self, *, ports: ChatPorts, settling: Settling, clock: Clock) -> None:
        self._ports = ports
        self.preparing = Preparing(ports)
        self._settling = settling
        self._clock = clock

    async def run(self, job: Job) -> None:
        """Run a turn to its end. Never raises; a stop keeps what was said."""
        try:
            settled = await self._answered(job)
        except asyncio.CancelledError:
            # A stop or a reader who left: nothing waits for this task but the stream.
            settled = Settled(Finish.STOPPED)
        except Exception as error:
            log.exception("turn_failed", turn=job.stored.id)
            settled = Settled(None, code=getattr(error, "code", "internal"))
        job.log.settling = True
        await self._end(job, settled)

    async def _answered(self, job: Job) -> Settled:
        try:
            async with asyncio.timeout(PREPARE_S):
                turn, tooling, offers = await self.preparing.prepared(job)
        except TimeoutError as error:
            raise EngineError("the turn could not be prepared in time") from error
        ends_s = job.began_s + self._ports.budget.seconds
        for number, offer in enumerate(offers):
            self._begin(job, offer, degraded=number > 0)
            last = number == len(offers) - 1
            try:
                found = await self._asked(job, turn, tooling, offer, ends_s=ends_s, last=last)
            except Exception as error:  # noqa: BLE001 - an engine is foreign: the next one answers
                code = getattr(error, "code", type(error).__name__)
                job.record.failures.append(f"{offer.badge}:{code}")
                log.warning("engine_failed", turn=turn.id, engine=offer.badge, why=code)
                continue
            degraded = number > 0 and found.finish is Finish.COMPLETE
            return Settled(Finish.DEGRADED if degraded else found.finish, state=found.state)
        return Settled(None, code=EngineError.code)

    def _begin(self, job: Job, offer: Offered, *, degraded: bool) -> None:
        """Tell who answers; with a fallback, take back what the one before said."""
        if job.speaker is not None:
            job.speaker.take_all_back()
        badge = "degraded" if degraded else offer.badge
        record = job.record
        record.engine, record.model, record.badge = offer.badge, offer.model, badge
        record.versions = dict(offer.versions)
        job.redacted = job.redacted if offer.redacted is None else offer.redacted
        who = {"engine": offer.badge, "model": offer.model, "badge": badge}
        job.log.add(EventName.META, {**job.meta, **who})

    async def _asked(
        self, job: Job, turn: Turn, tooling: Tooling, offer: Offered, *, ends_s: float, last: bool
    ) -> Answered:
        """Return an engine's end after everything it said went out. Raises EngineError."""
        budget = self._ports.budget
        evidence: list[Evidence] = []
        gate = self._gate(turn, tooling, offer)

        def learn(found: Sequence[Evidence]) -> None:
            evidence.extend(found)
            gate.learn(found)

        def again() -> Gate:
            other = self._gate(turn, tooling, offer)
            other.learn(evidence)
            return other

        job.speaker = speaker = Speaker(
            job.log,
            gate,
            job.record,
            href=self._ports.href,
            most_tokens=budget.output_tokens,
            now_ms=lambda: self._ms(job),
        )
        speaker.mends_left = 0 if offer.mend is None else MAX_REFUSED
        job.tools = tools = MeteredTools(
            tooling.box,
            most=budget.tool_calls,
            record=job.record,
            digest_key=job.seen.key.derive("chat-audit"),
            learn=learn,
        )
        left_s = max(0.001, ends_s - self._clock.monotonic())
        pace = Pace(left_s, None if last else budget.first_token_s, self._ports.stall_s)
        answer = offer.engine.answer(turn, tools, replace(budget, seconds=left_s))
        async with aclosing(paced(answer, pace)) as items:
            mending = partial(mended, speaker, offer.mend, turn, again)
            answered = await self._heard(job, items, pace, mending, last=last)
            speaker.finish()
            await mending()
        speaker.close()
        self._told_refusals(job, last=last)
        return answered

    def _gate(self, turn: Turn, tooling: Tooling, offer: Offered) -> Gate:
        """Return what everything of an engine passes: figures, stand-ins, links, promises."""
        gate = self._ports.gates(turn, tooling)
        if offer.originals is not None:
            gate = StandInGate(gate, offer.originals)
        if offer.badge != "remote":
            return CleanGate(gate)
        said = (turn.text, *(one.text for one in turn.history))
        return CleanGate(gate, Listener(ProductScreen(tooling.names.instruments, said)))

    async def _heard(
        self,
        job: Job,
        items: AsyncIterator[TalkEvent | Answered],
        pace: Pace,
        mending: Callable[[], Awaitable[None]],
        *,
        last: bool,
    ) -> Answered:
        speaker = job.speaker
        assert speaker is not None  # noqa: S101 - made by the caller
        answered: Answered | None = None
        async for item in items:
            if answered is not None:
                raise EngineError("something follows the end of an answer")
            if isinstance(item, Answered):
                answered = item
            elif isinstance(item, TalkEvent):
                if item.name is EventName.DELTA or item.name is EventName.CONFIRM_REQUEST:
                    pace.begun = True
                self._pass(job, speaker, item)
                await mending()
                self._told_refusals(job, last=last)
            else:
                raise EngineError("an engine sends events and its end, nothing else")
        if answered is None:
            raise EngineError("the answer has no end")
        return answered

    def _pass(self, job: Job, speaker: Speaker, item: TalkEvent) -> None:
        if item.name is EventName.DELTA:
            if item.data.get("op", "append") != "append":
                raise EngineError("only the gate takes text back")
            speaker.say(item.data.get("text", ""))
        elif item.name in _THROUGH:
            data = item.data
            if item.name is EventName.CONFIRM_REQUEST and job.tools is not None:
                data = job.tools.card(data.get("action"))
            if item.name is EventName.TOOL_RESULT and job.tools and not job.tools.found(data):
                raise EngineError("an engine shows what no tool returned")
            job.log.add(item.name, data)
            kept = job.results if item.name is EventName.TOOL_RESULT else job.proposals
            if item.name is not EventName.TOOL_START and len(kept) < MAX_KEPT:
                kept.append(plain(data))
        elif item.name is EventName.USAGE:
            self._count(job.record, item.data)
        elif item.name is not EventName.CITATION:
            # Citations are the gate's; meta, done and error are ours.
            raise EngineError(f"an engine may not send {item.name.value}")

    def _told_refusals(self, job: Job, *, last: bool) -> None:
        """After a refused sentence: the next engine if there is one, else say it was removed."""
        speaker = job.speaker
        if speaker is None or speaker.refused == 0:
            return
        if not last:
            raise EngineError("a figure could not be traced")
        if speaker.refused > MAX_REFUSED:
            raise EngineError("too many figures could not be traced")
        if not speaker.told:
            speaker.told = True
            speaker.notice(removed(job.record.lang) + " ")

    def _count(self, record: Record, data: Mapping[str, Any]) -> None:
        for name in ("tokens_in", "tokens_out", "cost_micro"):
            value = data.get(name, 0)
            if not isinstance(value, int) or value < 0:
                raise EngineError("usage is counted in whole numbers")
            setattr(record, name, getattr(record, name) + value)

    async def _end(self, job: Job, settled: Settled) -> None:
        """Store the turn, then end its stream with `done` or `error`."""
        record, speaker = job.record, job.speaker
        record.ms_total, record.events = self._ms(job), len(job.log.events)
        record.redacted = None if job.redacted is None else dict(job.redacted)
        text = "" if speaker is None else speaker.text
        record.characters = len(text)
        answer = Answer(
            text,
            tuple(() if speaker is None else speaker.citations),
            tuple(job.results),
            tuple(job.proposals),
            _made(job),
        )
        stored = await self._settling.settle(job.stored, job.seen, settled, answer, record)
        if not stored and settled.finish is not None:
            settled = Settled(None, code="not_stored")
        usage = {
            "tokens_in": record.tokens_in,
            "tokens_out": record.tokens_out,
            "tool_calls": len(record.tools),
            "cost_micro": record.cost_micro,
            "ms_first": record.ms_first,
            "ms_total": record.ms_total,
        }
        job.log.add(EventName.USAGE, usage)
        if settled.finish is None:
            job.log.add(
                EventName.ERROR, {"code": settled.code, "retryable": True, "retry_after_s": 5}
            )
        else:
            message = f"{job.stored.id}.a"
            job.log.add(EventName.DONE, {"finish": settled.finish.value, "message": message})

    def _ms(self, job: Job) -> int:
        return round((self._clock.monotonic() - job.began_s) * 1000)


def _made(job: Job) -> Made | None:
    """Return what the last `meta` told, None when nobody had begun to answer."""
    record = job.record
    if not record.badge:
        return None
    told = job.meta
    return Made(record.badge, record.model, record.lang, told.get("disclaimer"), told.get("reason"))
