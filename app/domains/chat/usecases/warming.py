"""Does beside the loop what first messages would wait for; whatever fails is left to them."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

log = structlog.get_logger(__name__)


async def warmed(steps: Sequence[Callable[[], None]]) -> None:
    """Run the steps one after the other in a thread; the first that fails is the last."""
    for step in steps:
        try:
            await asyncio.to_thread(step)
        except Exception as error:  # noqa: BLE001 - a start must not fail for what comes later
            log.warning("chat_not_warm", why=getattr(error, "code", type(error).__name__))
            return
