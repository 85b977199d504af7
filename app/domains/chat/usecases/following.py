"""Follows a turn that another process runs, or that has ended: through Redis, by looking often."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import orjson

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.gate import GateUnavailableError
from app.core.store import Document
from app.domains.chat.errors import TurnExpiredError
from app.domains.chat.repository import turns
from app.domains.chat.repository.budgets import LEASE_S
from app.domains.chat.repository.streams import Streams
from app.domains.chat.talk_types import EventName
from app.domains.chat.turn_types import KeptEvent
from app.domains.chat.usecases.turn_log import BEAT_S, ENDS

LOOK_S: Final = 0.1
FIRST_S: Final = 1.0
SILENT_S: Final = 20.0


async def followed(
    db: Database, streams: Streams, turn: Document, *, owner: str, after: int
) -> AsyncIterator[KeptEvent | None]:
    """Return the events after one. Raises TurnExpiredError when they are kept no longer."""
    first = await _first(streams, turn, owner=owner, after=after)
    return _followed(db, streams, turn, owner=owner, after=after, first=first)


async def _first(streams: Streams, turn: Document, *, owner: str, after: int) -> list[KeptEvent]:
    """Return what is there already; an open turn may not have written anything yet."""
    lost_at = turn["at"] + timedelta(seconds=LEASE_S)
    waits = int(FIRST_S / LOOK_S) if turn["open"] and SystemClock().now() < lost_at else 0
    for n in range(waits + 1):
        try:
            found = await streams.after(owner, turn["_id"], after)
        except GateUnavailableError as error:
            raise TurnExpiredError("the events cannot be read now") from error
        if found is not None:
            if found and found[0].seq != after + 1:
                raise TurnExpiredError
            return found
        if n < waits:
            await asyncio.sleep(LOOK_S)
    raise TurnExpiredError


async def _followed(
    db: Database,
    streams: Streams,
    turn: Document,
    *,
    owner: str,
    after: int,
    first: list[KeptEvent],
) -> AsyncIterator[KeptEvent | None]:
    loop = asyncio.get_running_loop()
    heard_at = beat_at = loop.time()
    found: list[KeptEvent] | None = first
    while True:
        for event in found or ():
            yield event
            after, heard_at = event.seq, loop.time()
            beat_at = heard_at
            if event.name in ENDS:
                return
        now = loop.time()
        silent_s = SILENT_S if turn["open"] else 0.0
        if not found and now - heard_at >= silent_s:
            stored = await turns.document(db, turn["_id"], conversation_id=turn["conversation"])
            if found is None or stored is None or not _alive(stored):
                if after >= 0 and not turn["open"]:
                    return  # the client has the end already
                yield _lost(after + 1)
                return
            heard_at = now
        if now - beat_at >= BEAT_S:
            beat_at = now
            yield None
        await asyncio.sleep(LOOK_S)
        try:
            found = await streams.after(owner, turn["_id"], after)
        except GateUnavailableError:
            found = []


def _alive(stored: Document) -> bool:
    """Tell whether some process may still write this turn."""
    age = SystemClock().now() - stored["at"]
    return bool(stored["open"]) and age < timedelta(seconds=LEASE_S)


def _lost(seq: int) -> KeptEvent:
    """Return the end of a stream whose process died."""
    data = {"code": "turn_lost", "retryable": True, "retry_after_s": 1}
    return KeptEvent(seq, EventName.ERROR.value, orjson.dumps(data))
