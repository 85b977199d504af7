"""The events of one running turn: numbered, kept for its readers here and in Redis for others."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import structlog

from app.core.gate import GateUnavailableError
from app.domains.chat.errors import EngineError
from app.domains.chat.events import encoded
from app.domains.chat.repository.streams import Streams
from app.domains.chat.talk_types import EventName
from app.domains.chat.turn_types import MAX_EVENTS, KeptEvent

BEAT_S: Final = 15.0
# Redis hears of several events at once; who reads here hears of each at once.
FLUSH_S: Final = 0.05
LOOK_S: Final = 1.0
RESERVED: Final = 8
"""Places that only the end of a turn may take, so that a stream can always end."""

ENDS: Final = frozenset({EventName.DONE.value, EventName.ERROR.value})
log = structlog.get_logger(__name__)


class TurnLog:
    """Belongs to the process that runs the turn. The turn lives while somebody reads it here."""

    def __init__(self, *, turn_id: str, conversation_id: str, owner: str, streams: Streams) -> None:
        self.turn_id = turn_id
        self.conversation_id = conversation_id
        self.owner = owner
        self.events: list[KeptEvent] = []
        self.ended = False
        self.settling = False
        self._streams = streams
        self._readers: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None
        self._more = asyncio.Event()
        self._flushed = 0

    def runs_in(self, task: asyncio.Task[None]) -> None:
        """Say which task writes the answer: the one that a stop cancels."""
        self._task = task

    def add(self, name: EventName, data: Mapping[str, Any]) -> None:
        """Append an event. Raises EngineError when it is no JSON, too long, or one too many."""
        ends = name.value in ENDS
        if self.ended:
            raise AssertionError("nothing follows the end of a stream")
        if len(self.events) >= MAX_EVENTS - RESERVED and not (ends or self.settling):
            raise EngineError("too many events")
        self.events.append(KeptEvent(len(self.events), name.value, encoded(data)))
        self.ended = ends
        self._more.set()
        for wake in self._readers:
            wake.set()

    def enter(self) -> asyncio.Event:
        """Count a reader; give what this returns to `follow` and to `leave`."""
        wake = asyncio.Event()
        self._readers.add(wake)
        return wake

    def leave(self, wake: asyncio.Event) -> None:
        """Forget a reader. The last one to leave stops the turn; repeating it changes nothing."""
        if wake in self._readers:
            self._readers.discard(wake)
            if not self._readers:
                self.stop()

    def stop(self) -> None:
        """Stop the engine; what was said is kept. Repeating it changes nothing."""
        if self._task is not None and not self.settling:
            self.settling = True
            self._task.cancel()

    async def follow(self, wake: asyncio.Event, after: int) -> AsyncIterator[KeptEvent | None]:
        """Yield events after one until the end; None after a silence of 10 to 15 s."""
        at = after + 1
        loop = asyncio.get_running_loop()
        spoke_at = loop.time()

        # One timer that ticks: one for each wait would cost as much as an event.
        ticking = _Ticking(BEAT_S / 3, wake)
        try:
            while True:
                while at < len(self.events):
                    yield self.events[at]
                    at += 1
                    spoke_at = loop.time()
                if self.ended:
                    return
                wake.clear()
                await wake.wait()
                if at == len(self.events) and loop.time() - spoke_at >= BEAT_S * 2 / 3:
                    spoke_at = loop.time()
                    yield None
        finally:
            ticking.stop()

    async def keep(self) -> None:
        """Copy events to Redis until the end, and hear there whether to stop."""
        while not self.ended or self._flushed < len(self.events):
            self._more.clear()
            batch = self.events[self._flushed :]
            if await self._append(batch):
                self.stop()
            if self._flushed == len(self.events) and not self.ended:
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._more.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(FLUSH_S)

    async def _append(self, batch: list[KeptEvent]) -> bool:
        try:
            stops = await self._streams.append(self.owner, self.turn_id, batch)
        except GateUnavailableError:
            if self.ended:
                # Nobody waits for Redis to come back: the message is stored.
                log.warning("turn_events_not_kept", turn=self.turn_id, events=len(batch))
                self._flushed = len(self.events)
            await asyncio.sleep(FLUSH_S)
            return False
        self._flushed += len(batch)
        return stops


class _Ticking:
    """Wakes a reader now and then, so that she can see how long it was silent."""

    def __init__(self, seconds: float, wake: asyncio.Event) -> None:
        self._seconds = seconds
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(seconds, self._tick)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.cancel()

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._seconds, self._tick)
        self._wake.set()
