"""Work that nobody asks for: done every so often, by one worker process at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app.core.errors import FinNamiError
from app.core.lease import Lease

if TYPE_CHECKING:
    from app.services import AppServices

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """One chore. `run` must be harmless when done twice; it is cut after `timeout_s`."""

    name: str
    every_s: float
    run: Callable[["AppServices"], Awaitable[object]]
    timeout_s: float = 20.0


async def keep_doing(chore: Periodic, services: "AppServices", *, owner: str) -> None:
    """Do the chore until cancelled. A failure is logged and the next turn comes."""
    lease = Lease(
        services.db,
        services.clock,
        name=f"loop:{chore.name}",
        owner=owner,
        seconds=chore.every_s * 2 + chore.timeout_s,
    )
    while True:
        try:
            if await lease.hold():
                async with asyncio.timeout(chore.timeout_s):
                    await chore.run(services)
        except (FinNamiError, OSError) as error:
            log.warning("chore_waits", chore=chore.name, error=type(error).__name__)
        except Exception:
            log.exception("chore_failed", chore=chore.name)
        await asyncio.sleep(chore.every_s)
