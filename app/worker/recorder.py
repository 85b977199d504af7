"""Reads the stream of quotes in a group and records the newest of each symbol; then confirms."""

import asyncio

import structlog

from app.core.clock import Clock
from app.core.errors import FinNamiError
from app.core.redis import RedisFault
from app.domains.market.adapters.tick_stream import Entry, TickStream
from app.domains.market.service import MarketService

RETRY_S = 1.0
LOOK_AROUND_S = 30.0

log = structlog.get_logger(__name__)


class Recorder:
    """One consumer. Killed at any moment, it or another one goes on with what is unconfirmed."""

    def __init__(
        self,
        market: MarketService,
        stream: TickStream,
        clock: Clock,
        *,
        consumer: str,
        retry_s: float = RETRY_S,
    ) -> None:
        self._market = market
        self._stream = stream
        self._clock = clock
        self._consumer = consumer
        self._retry_s = retry_s
        self.recorded = 0
        self.unreadable = 0

    async def run(self) -> None:
        """Record until cancelled; a server that is away is waited for."""
        while True:
            try:
                await self._stream.join()
                await self._finish_mine()
                await self._go_on()
            except (FinNamiError, RedisFault) as error:
                # What was read and not confirmed is read again from the start of our own list.
                log.warning("recorder_waits", error=type(error).__name__)
                await asyncio.sleep(self._retry_s)

    async def _finish_mine(self) -> None:
        while entries := await self._stream.mine(self._consumer, after="0"):
            await self._record(entries)

    async def _go_on(self) -> None:
        look_at = self._clock.monotonic()
        while True:
            if self._clock.monotonic() >= look_at:
                await self._record(await self._stream.abandoned(self._consumer))
                look_at = self._clock.monotonic() + LOOK_AROUND_S
            await self._record(await self._stream.fresh(self._consumer))

    async def _record(self, entries: list[Entry]) -> None:
        """Write, then confirm: the other order could lose a batch."""
        batch = tuple(quote for _, quote in entries if quote is not None)
        self.unreadable += len(entries) - len(batch)
        if batch:
            self.recorded += len(await self._market.record_newer(batch))
        await self._stream.confirm([entry_id for entry_id, _ in entries])
