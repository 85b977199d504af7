"""Reads an engine at a bounded pace: first token, pauses, and the whole; closes it at the end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from app.domains.chat.errors import EngineError
from app.domains.chat.talk_types import Answered, TalkEvent

CLOSE_S: Final = 0.5

Item = TalkEvent | Answered


@dataclass(slots=True)
class Pace:
    """Seconds for all of it, until it begins to answer, and between two events after that."""

    all_s: float
    first_s: float | None
    stall_s: float
    begun: bool = False


async def paced(items: AsyncIterator[Item], pace: Pace) -> AsyncGenerator[Item]:
    """Yield an engine's items. Raises EngineError when it is too slow; always closes it."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + pace.all_s
    first_at = ends_at if pace.first_s is None else loop.time() + pace.first_s
    try:
        while True:
            if pace.begun:
                limit = min(ends_at, loop.time() + pace.stall_s)
            else:
                limit = min(ends_at, first_at)
            try:
                async with asyncio.timeout_at(limit):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise EngineError("the engine is too slow") from error
            yield item
            # Whoever reads hears of it before the engine goes on; one that never waits must not
            # keep the loop from everybody else either.
            await asyncio.sleep(0)
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_S):
                    await close()
