"""How a job runs: claim its outbox row, act, mark it done with the effect, or try later.

A handler gets ids only, re-reads, re-checks and acts. What it writes through `run.once` is
committed together with the done mark, so it happens once however often the job is queued;
what leaves the house (mail) happens at least once, with `run.key` to recognise repeats.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import structlog

from app.core import outbox
from app.core.clock import Clock
from app.core.db import Database
from app.core.deadline import deadline_in
from app.core.errors import FinNamiError
from app.core.outbox import AlreadyDoneError, Claim
from app.core.uow import Transaction

if TYPE_CHECKING:
    from app.services import AppServices

T = TypeVar("T")

MAX_ATTEMPTS = 5
LEASE_MARGIN_S = 5.0
_BACKOFF_BASE_S = 5
_BACKOFF_TOP_S = 300.0
# Not there, or never meaningful: asking again changes nothing.
_HOPELESS = frozenset({404, 422})

log = structlog.get_logger(__name__)


class PermanentError(Exception):
    """The job can never succeed; it goes to the dead jobs at once. The text is for staff."""


class Outcome(StrEnum):
    """What became of one run."""

    DONE = "done"
    NOT_OURS = "not_ours"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and for a retry how long to wait."""

    outcome: Outcome
    retry_in_s: float = 0.0


class JobRun:
    """One run of one job, as its handler sees it."""

    def __init__(self, claim: Claim, db: Database, clock: Clock) -> None:
        self._claim = claim
        self._db = db
        self._clock = clock
        self.done = False

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids of the event, by field name."""
        return self._claim.ids

    @property
    def event_name(self) -> str:
        """The event's name, for a job that serves several."""
        return self._claim.event_name

    @property
    def key(self) -> str:
        """`<event>:<job>`: unique key of the effect, idempotency header outside."""
        return self._claim.key

    @property
    def attempt(self) -> int:
        """1 for the first attempt."""
        return self._claim.attempt

    async def mark_done(self, tx: Transaction) -> None:
        """Mark the job done in the transaction of its effect (for doors that take a hook).

        Raises AlreadyDoneError, which takes the effect back, when another run was quicker.
        """
        await outbox.finish(tx, self._claim, at=self._clock.now())

    async def once(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` and the done mark in one transaction, so its effect happens once."""
        at = self._clock.now()

        async def with_mark(tx: Transaction) -> T:
            result = await work(tx)
            await outbox.finish(tx, self._claim, at=at)
            return result

        result = await self._db.transaction(with_mark)
        self.done = True
        return result


Handler = Callable[["AppServices", JobRun], Awaitable[None]]


class JobRunner:
    """Runs handlers by name; built once per worker process."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        services: "AppServices",
        *,
        db: Database,
        clock: Clock,
        timeout_s: float,
    ) -> None:
        self._handlers = handlers
        self._services = services
        self._db = db
        self._clock = clock
        self._timeout_s = timeout_s

    async def run(self, job: str, event_id: str) -> Result:
        """Run one job of one event. Never raises for a failing handler; says what became of it.

        Raises UnavailableError when even the row could not be claimed.
        """
        claim = await outbox.claim(
            self._db,
            event_id,
            job,
            now=self._clock.now(),
            lease_s=self._timeout_s + LEASE_MARGIN_S,
        )
        if claim is None:
            return Result(Outcome.NOT_OURS)
        if claim.attempt > MAX_ATTEMPTS:
            return await self._bury(claim, "every attempt ended with the worker's death")
        return await self._act(claim)

    async def _act(self, claim: Claim) -> Result:
        run = JobRun(claim, self._db, self._clock)
        try:
            async with asyncio.timeout(self._timeout_s):
                with deadline_in(max(1.0, self._timeout_s - 2.0)):
                    await self._handlers[claim.job](self._services, run)
                if not run.done:
                    await outbox.finish(self._db, claim, at=self._clock.now())
        except AlreadyDoneError:
            return Result(Outcome.NOT_OURS)
        except asyncio.CancelledError:
            # The worker is told to stop: let the next one start at once.
            await self._put_aside(claim, "the worker stopped", 0.0)
            raise
        except PermanentError as error:
            return await self._bury(claim, str(error))
        except Exception as error:  # noqa: BLE001 (the edge of a job: one poison job stays alone)
            return await self._failed(claim, error)
        return Result(Outcome.DONE)

    async def _failed(self, claim: Claim, error: Exception) -> Result:
        hopeless = isinstance(error, FinNamiError) and error.status in _HOPELESS
        if hopeless or claim.attempt >= MAX_ATTEMPTS:
            return await self._bury(claim, _reason(error))
        wait_s = backoff_s(claim.attempt)
        log.warning(
            "job_failed",
            job=claim.job,
            event_id=claim.event_id,
            attempt=claim.attempt,
            error=type(error).__name__,
            retry_in_s=round(wait_s, 1),
            exc_info=not isinstance(error, FinNamiError | TimeoutError | OSError),
        )
        await self._put_aside(claim, _reason(error), wait_s)
        return Result(Outcome.RETRY, wait_s)

    async def _put_aside(self, claim: Claim, reason: str, wait_s: float) -> None:
        until = self._clock.now() + timedelta(seconds=wait_s)
        await outbox.retry_later(self._db, claim, reason=reason, until=until)

    async def _bury(self, claim: Claim, reason: str) -> Result:
        at = self._clock.now()

        async def work(tx: Transaction) -> None:
            await outbox.bury(tx, claim, reason=reason, at=at)

        try:
            await self._db.transaction(work)
        except AlreadyDoneError:
            return Result(Outcome.NOT_OURS)
        log.error("job_dead", job=claim.job, event_id=claim.event_id, reason=reason)
        return Result(Outcome.DEAD)


def backoff_s(attempt: int) -> float:
    """Return the pause after failed attempt number `attempt`: 1, 5, 25, 125 s, ±20 %."""
    pause = min(_BACKOFF_TOP_S, float(_BACKOFF_BASE_S ** (attempt - 1)))
    return pause * (0.8 + secrets.randbelow(401) / 1000)


def _reason(error: Exception) -> str:
    """Name the failure for staff; an unexpected error's text may hold personal data."""
    if isinstance(error, FinNamiError):
        return f"{error.code}: {error.detail}"[:200]
    return type(error).__name__
