"""Work that one process does at a time: begun when the lease is ours, ended when it is not."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.core.errors import FinNamiError
from app.core.lease import Lease
from app.worker.stopping import stopped

LOOK_S = 2.0

log = structlog.get_logger(__name__)


async def lead(
    lease: Lease, work: Callable[[], Awaitable[None]], *, look_s: float = LOOK_S
) -> None:
    """Do the work whenever the lease is ours, until cancelled; then let the next one have it.

    While the database is away nobody else can take the lease either: what runs goes on.
    """
    running: asyncio.Task[None] | None = None
    try:
        while True:
            try:
                ours = await lease.hold()
            except FinNamiError as error:
                log.warning("lead_waits", error=error.code)
                ours = running is not None
            if ours and running is None:
                running = asyncio.create_task(_run(work))
            elif not ours and running is not None:
                log.warning("lead_lost")
                await stopped(running)
                running = None
            if running is None:
                await asyncio.sleep(look_s)
                continue
            await asyncio.wait({running}, timeout=look_s)
            if running.done():
                running.result()
                return
    finally:
        if running is not None:
            await stopped(running)
            try:
                await lease.release()
            except FinNamiError as error:
                log.warning("lead_not_released", error=error.code)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
