"""Makes a turn ready to be answered: its tools, what it asks for, who may answer it."""

import asyncio
import contextvars
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from app.domains.chat.talk_types import Said, Turn, Understood
from app.domains.chat.turn_ports import ChatPorts, Offered, Tooling
from app.domains.chat.turn_types import Opened, Record, StoredTurn
from app.domains.chat.usecases.metered_tools import MeteredTools
from app.domains.chat.usecases.speaking import Speaker
from app.domains.chat.usecases.turn_log import TurnLog

BUDGET: Final = "budget"
NO_VECTORS: Final = "no_vectors"
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """A turn to run, and what came of it so far.

    `metered` tells that its cost can be counted and that the day's budget is not used up.
    """

    stored: StoredTurn
    seen: Opened
    log: TurnLog
    began_s: float
    metered: bool = False
    history: tuple[Said, ...] = ()
    reading: "asyncio.Task[object] | None" = None
    looking: "asyncio.Task[Looked] | None" = None
    record: Record = field(default_factory=Record)
    speaker: Speaker | None = None
    tools: MeteredTools | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    meta: Mapping[str, Any] = field(default_factory=dict)
    redacted: Mapping[str, int] | None = None
    """What did not leave, by kind; None when nothing was to leave."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a message before anybody answers it."""

    tooling: Tooling
    understood: Understood
    remote: Offered | None
    spent: bool = False
    """A provider would have been asked, but for the day's budget."""


class Preparing:
    """Understanding before any engine; whoever is outside is asked about at the same time."""

    def __init__(self, ports: ChatPorts) -> None:
        self._ports = ports

    def read(self, text: str) -> "asyncio.Task[object]":
        """Begin to read a message: the longest part of its understanding needs nothing else."""
        # A turn outlives the deadline of the request that began it: a context of its own.
        reading = asyncio.create_task(
            asyncio.to_thread(self._ports.understander.read, text), context=contextvars.Context()
        )
        reading.add_done_callback(_heard)
        return reading

    def begin(self, job: Job) -> None:
        """Begin to look while the message is being stored: looking changes nothing."""
        # A turn outlives the deadline of the request that began it: a context of its own.
        task = asyncio.create_task(self._look(job), context=contextvars.Context())
        task.add_done_callback(_heard)
        job.looking = task

    async def prepared(self, job: Job) -> tuple[Turn, Tooling, list[Offered]]:
        """Return the turn, its tools, and who may answer it, in order."""
        looked = await (self._look(job) if job.looking is None else job.looking)
        turn = self._turn(job, looked)
        looked.tooling.heard(turn)
        self._tell(job, turn, looked)
        return turn, looked.tooling, self._offers(looked)

    async def _look(self, job: Job) -> Looked:
        remote = asyncio.create_task(self._remote(job))
        try:
            tooling, understood = await self._understood(job)
            # What the safety screen caught, and a bare yes or no to a card, stay with us.
            ours = understood.screen is not None or understood.answer is not None
            offer, spent = (None, False) if ours else await remote
            return Looked(tooling, understood, offer, spent)
        finally:
            remote.cancel()

    async def _understood(self, job: Job) -> tuple[Tooling, Understood]:
        stored, ports = job.stored, self._ports
        # A model's work of some milliseconds, once its loading: beside the loop, not in it.
        tooling, reading = await asyncio.gather(
            ports.toolboxes.for_turn(stored.owner, locale=stored.locale, now=stored.at),
            self.read(stored.text) if job.reading is None else job.reading,
        )
        understood = await asyncio.to_thread(
            ports.understander.understand,
            stored.text,
            locale=stored.locale,
            names=tooling.names,
            today=stored.at,
            state=job.seen.conversation.state,
            reading=reading,
        )
        return tooling, understood

    def _turn(self, job: Job, looked: Looked) -> Turn:
        stored = job.stored
        return Turn(
            id=stored.id,
            conversation=stored.conversation,
            owner=stored.owner,
            text=stored.text,
            locale=_spoken(stored.locale, looked.understood.lang),
            received_at=stored.at,
            base_currency=looked.tooling.base_currency,
            understood=looked.understood,
            state=job.seen.conversation.state,
            history=job.history,
        )

    def _tell(self, job: Job, turn: Turn, looked: Looked) -> None:
        record, understood = job.record, looked.understood
        record.lang, record.intent, record.screen = (
            understood.lang,
            understood.intent,
            understood.screen,
        )
        if looked.spent:
            record.failures.append(f"remote:{BUDGET}")
        first = job.seen.conversation.turns == 0
        job.meta = {
            "turn": turn.id,
            "conversation": turn.conversation,
            "lang": understood.lang,
            "intent": understood.intent,
            "confidence": round(understood.confidence, 6),
            "disclaimer": self._ports.disclaimer(understood.lang) if first else None,
            "reason": _reason(looked),
        }

    def _offers(self, looked: Looked) -> list[Offered]:
        """Return who may answer, in order."""
        found = (looked.remote, self._ports.embedded)
        return [offer for offer in found if offer is not None]

    async def _remote(self, job: Job) -> tuple[Offered | None, bool]:
        """Return the provider's engine, or that only the budget is why there is none."""
        remote, owner = self._ports.remote, job.stored.owner
        if remote is None:
            return None, False
        try:
            if not job.metered:
                return None, await remote.agreed(owner)
            return await remote.offered(owner), False
        except Exception as error:  # noqa: BLE001 - whatever it is, she is answered here
            # What is not known of a person cannot be kept back: nothing leaves.
            why = getattr(error, "code", type(error).__name__)
            log.warning("remote_not_offered", turn=job.stored.id, why=why)
            return None, False


def _heard(task: "asyncio.Task[Any]") -> None:
    """Hear a failure for which nobody waits any more."""
    if not task.cancelled():
        task.exception()


def _reason(looked: Looked) -> str | None:
    """Return why the answer may be less than it could be."""
    if looked.spent:
        return BUDGET
    return NO_VECTORS if looked.understood.plain else None


def _spoken(locale: str, lang: str) -> str:
    """Return the locale of the answer: hers when she writes in its language, else the text's."""
    return locale if locale[:2].lower() == lang else lang
