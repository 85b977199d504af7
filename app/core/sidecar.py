"""What every commit takes along: outbox rows, audit rows, seals; and the nudge afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from app.core import audit, outbox, translog
from app.core.store import Document
from app.core.uow import Transaction

Subscriptions = Mapping[str, tuple[tuple[str, str], ...]]
"""Event name -> ((job name, queue), ...): the table of arrows kept in app/services.py."""

NUDGE_TIMEOUT_S = 0.05

Nudge = Callable[[list[Document]], Awaitable[None]]


class Sidecar:
    """Writes what the unit of work collected, in the same transaction."""

    def __init__(self, subscriptions: Subscriptions | None = None) -> None:
        self._subscriptions = subscriptions or {}
        self._nudge: Nudge | None = None
        self.nudges_missed = 0

    def nudge_with(self, nudge: Nudge) -> None:
        """Set who is told of new outbox rows; without it the relay finds them within a second."""
        self._nudge = nudge

    async def before_commit(self, tx: Transaction, at: datetime) -> list[Document]:
        """Insert the collected rows and return the outbox rows for the nudge."""
        rows = [
            outbox.row(event, jobs=self._subscriptions[event.name], at=at)
            for event in tx.events
            if self._subscriptions.get(event.name)
        ]
        await tx.insert_many(outbox.COLLECTION, rows)
        entries = [audit.row(entry, at=at) for entry in tx.audits]
        await tx.insert_many(audit.COLLECTION, entries)
        audited = [(row["_id"], row["hash"]) for row in entries]
        sealed = (("audit", audited), ("ledger", tx.seals))
        pending = [translog.pending(log, waiting, at=at) for log, waiting in sealed if waiting]
        await tx.insert_many(translog.PENDING, pending)
        return rows

    async def after_commit(self, rows: list[Document]) -> None:
        """Nudge the queue; a miss costs a second of delay, so it is counted and forgotten."""
        if self._nudge is None or not rows:
            return
        try:
            async with asyncio.timeout(NUDGE_TIMEOUT_S):
                await self._nudge(rows)
        except (TimeoutError, OSError):
            self.nudges_missed += 1
