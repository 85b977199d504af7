"""Work at set times: arq's cron asks for it, a lease of our own makes a double firing harmless."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from arq.cron import CronJob, cron

from app.core.errors import FinNamiError
from app.core.lease import Lease

if TYPE_CHECKING:
    from app.services import AppServices

#: Key of arq's context under which a worker keeps its services.
SERVICES: Final = "services"
# A firing that outlived its worker is asked for again; then the next set time has come anyway.
_TRIES: Final = 5
# The lease outlives the cut of the work, and ends before the next minute for work of a minute.
_LEASE_MARGIN_S: Final = 10.0
# arq's own limit comes after ours, and no later than that of the queue's other jobs.
_ARQ_MARGIN_S: Final = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cron:
    """One piece of work at set times (UTC); no `minute` is each minute, no `hour` each hour.

    `run` must be harmless when done twice; it is cut after `timeout_s`.
    """

    name: str
    run: Callable[["AppServices"], Awaitable[object]]
    minute: int | None = None
    hour: int | None = None
    timeout_s: float = 20.0


def cron_jobs(crons: tuple[Cron, ...]) -> list[CronJob]:
    """Return arq's form of the crons: of all workers of a queue one is asked at each time."""
    return [
        cron(
            # arq's protocol names a context of its own; ours is the plain dict it passes.
            _coroutine(entry),  # type: ignore[arg-type]
            name=f"cron:{entry.name}",
            hour=entry.hour,
            minute=entry.minute,
            second=0,
            unique=True,
            timeout=entry.timeout_s + _ARQ_MARGIN_S,
            max_tries=_TRIES,
        )
        for entry in crons
    ]


def _coroutine(entry: Cron) -> Callable[[dict[Any, Any]], Awaitable[None]]:
    async def call(ctx: dict[Any, Any]) -> None:
        await fire(entry, ctx)

    return call


async def fire(entry: Cron, ctx: Mapping[Any, Any]) -> bool:
    """Do the work unless a neighbour is at it; tell whether it was ours and came to its end.

    The lease belongs to the firing: the same firing asked for again goes on at once, another
    waits until the lease of a dead worker is over. A failure is logged and the next time comes.
    """
    services: AppServices = ctx[SERVICES]
    lease = Lease(
        services.db,
        services.clock,
        name=f"cron:{entry.name}",
        owner=str(ctx["job_id"]),
        seconds=entry.timeout_s + _LEASE_MARGIN_S,
    )
    held = False
    try:
        held = await lease.hold()
        if held:
            async with asyncio.timeout(entry.timeout_s):
                await entry.run(services)
            return True
    except (FinNamiError, OSError) as error:
        log.warning("cron_waits", cron=entry.name, error=type(error).__name__)
    except Exception:
        log.exception("cron_failed", cron=entry.name)
    finally:
        if held:
            await _release(lease, entry.name)
    return False


async def _release(lease: Lease, name: str) -> None:
    try:
        await lease.release()
    except (FinNamiError, OSError) as error:
        log.warning("cron_lease_kept", cron=name, error=type(error).__name__)
