"""Ending tasks for sure: a single cancellation may be lost inside the database driver."""

import asyncio

TRIES = 10


async def stopped(*tasks: "asyncio.Task[None]", every_s: float = 0.5) -> None:
    """Cancel tasks until they have ended; their faults are not raised.

    A task that is cancelled while the driver waits for an answer was seen to go on (pymongo
    4.x on Python 3.11); the next cancellation then reaches it.
    """
    pending = {task for task in tasks if not task.done()}
    for _ in range(TRIES):
        if not pending:
            break
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=every_s)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # seen: no complaint about a fault that nobody asked for
