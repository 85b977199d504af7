"""The sequencer: gives waiting log entries their places and signs the heads of both logs."""

import asyncio

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import translog
from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import UnavailableError
from app.core.lease import Lease

LOGS = ("ledger", "audit")
LEASE_S = 6.0
POLL_S = 1.0

log = structlog.get_logger(__name__)


class Sequencer:
    """One of several worker processes sequences; two at once would be harmless (translog)."""

    def __init__(self, db: Database, clock: Clock, *, key: Ed25519PrivateKey, owner: str) -> None:
        self._db = db
        self._clock = clock
        self._key = key
        self._lease = Lease(db, clock, name="sequencer", owner=owner, seconds=LEASE_S)

    async def run(self) -> None:
        """Sequence until cancelled; a database that is away is waited for."""
        try:
            while True:
                try:
                    moved = await self.step()
                except UnavailableError as error:
                    log.warning("sequencer_waits", error=type(error).__name__)
                    moved = 0
                if moved < translog.PENDING_AT_ONCE:
                    await asyncio.sleep(POLL_S)
        finally:
            await asyncio.shield(self._let_go())

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except UnavailableError:
            log.warning("sequencer_lease_left_to_expire")

    async def step(self) -> int:
        """Place what 128 transactions put into each log, sign what grew; count them."""
        if not await self._lease.hold():
            return 0
        placed = 0
        for name in LOGS:
            count = await translog.sequence(self._db, name)
            if count:
                await translog.sign_head(self._db, name, key=self._key, at=self._clock.now())
            placed += count
        return placed
