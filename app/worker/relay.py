"""The relay: puts the jobs of due outbox rows into their queues, and again when lost.

The nudge after a commit is quicker; this poll is the truth. A queued row comes due again
after 30 s while one of its jobs is neither done nor leased, so relaying and sweeping are one
loop, and Redis may lose everything.
"""

import asyncio

import structlog

from app.core import outbox
from app.core.clock import Clock
from app.core.errors import UnavailableError
from app.core.jobs import JobQueue
from app.core.lease import Lease
from app.core.store import Document, Store

LEASE_S = 6.0
POLL_S = 1.0

log = structlog.get_logger(__name__)


class Relay:
    """One of several worker processes relays; the others wait for its lease to end.

    Enqueuing twice is harmless (the queue knows the job id, the claim knows the row), so a
    holder that lost its lease unknowingly does no damage.
    """

    def __init__(self, store: Store, queue: JobQueue, clock: Clock, *, owner: str) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._lease = Lease(store, clock, name="relay", owner=owner, seconds=LEASE_S)
        self.oldest_due_s = 0.0
        self.relayed_total = 0

    async def run(self) -> None:
        """Relay until cancelled; a database or Redis that is away is waited for."""
        try:
            while True:
                try:
                    moved = await self.step()
                except (UnavailableError, OSError) as error:
                    log.warning("relay_waits", error=type(error).__name__)
                    moved = 0
                if moved < outbox.RELAY_LIMIT:
                    await asyncio.sleep(POLL_S)
        finally:
            await asyncio.shield(self._let_go())

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except UnavailableError:
            log.warning("relay_lease_left_to_expire")

    async def step(self) -> int:
        """Queue what is due, at most 200 rows; return how many rows were due."""
        if not await self._lease.hold():
            self.oldest_due_s = 0.0
            return 0
        now = self._clock.now()
        rows = await outbox.due_rows(self._store, now=now)
        self.oldest_due_s = max(
            ((now - row["occurred_at"]).total_seconds() for row in rows), default=0.0
        )
        queued: list[str] = []
        try:
            for row in rows:
                await self._relay(row)
                queued.append(row["_id"])
        finally:
            await outbox.mark_queued(self._store, queued, now=now)
        return len(rows)

    async def _relay(self, row: Document) -> None:
        now = self._clock.now()
        if await outbox.close_finished(self._store, row, now=now):
            return
        for due in outbox.waiting_jobs(row, now=now):
            await self._queue.enqueue(due.key, due.job, due.event_id, due.queue)
            self.relayed_total += 1
