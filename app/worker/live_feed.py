"""Follows a provider for the active source, and starts anew when another source is chosen."""

import asyncio
from datetime import timedelta

import structlog

from app.core.clock import Clock
from app.core.config import Settings
from app.core.errors import FinNamiError
from app.core.redis import RedisFault
from app.domains.market.adapters.choice import tick_feed
from app.domains.market.adapters.intake import Intake, gate_for
from app.domains.market.adapters.socket_feed import Chance
from app.domains.market.adapters.tick_stream import MAX_BEHIND, TickStream
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import FeedCounts
from app.domains.market.service import MarketService
from app.domains.market.types import Quote, Source
from app.worker.stopping import stopped

LOOK_S = 10.0
#: Announced splits and dividends that a connection may live to see.
AHEAD = timedelta(days=365)
REPORT_EVERY = 6

log = structlog.get_logger(__name__)


class HandOver:
    """Where accepted quotes go: the stream, or straight into the database while it is away."""

    def __init__(self, market: MarketService, stream: TickStream | None) -> None:
        self._market = market
        self._stream = stream
        self._behind = 0
        self.direct = 0

    async def live(self, batch: tuple[Quote, ...]) -> bool:
        """Take a batch; False when the recorder is far behind and the batch was not taken."""
        if self._stream is None:
            await self._market.record_newer(batch)
            return True
        try:
            if self._behind > MAX_BEHIND:
                self._behind = await self._stream.behind()
                if self._behind > MAX_BEHIND:
                    return False
            self._behind = await self._stream.add(batch)
        except RedisFault as error:
            await self._around(batch, error)
        return True

    async def replayed(self, batch: tuple[Quote, ...]) -> None:
        """Take a batch of the replay: recorded at once, and shown to those who follow."""
        await self._market.record_quotes(batch)
        if self._stream is not None:
            try:
                await self._stream.add(batch)
            except RedisFault as error:
                log.warning("stream_away", error=type(error).__name__)

    async def _around(self, batch: tuple[Quote, ...], error: RedisFault) -> None:
        """Record without the stream; recorded twice is recorded once."""
        self.direct += len(batch)
        log.warning("stream_away", error=type(error).__name__, recorded_directly=len(batch))
        await self._market.record_newer(batch)


class LiveFeed:
    """The configured provider. A refusal is said and not repeated: last prices grow stale."""

    def __init__(
        self,
        settings: Settings,
        market: MarketService,
        clock: Clock,
        *,
        hand_over: HandOver,
        chance: Chance,
        look_s: float = LOOK_S,
    ) -> None:
        self._settings = settings
        self._market = market
        self._clock = clock
        self._hand_over = hand_over
        self._chance = chance
        self._look_s = look_s
        self.counts = FeedCounts()

    async def follow(self, source: Source) -> None:
        """Follow the provider until another source is active."""
        provider = tick_feed(self._settings, source, self._clock, chance=self._chance)
        known = await self._market.last_quotes()
        today = self._clock.now().date()
        actions = await self._market.actions.of(source.source_id, through=today + AHEAD)
        intake = Intake(
            provider,
            source,
            label=self._market.label_of(source),
            gate=gate_for(source, known, actions),
            hand_on=self._hand_over.live,
            keep_apart=self._market.keep_suspects,
        )
        self.counts = provider.counts
        running = asyncio.create_task(intake.run())
        try:
            await self._watch(running, source)
        finally:
            await stopped(running)

    async def _watch(self, running: "asyncio.Task[None]", source: Source) -> None:
        """Return when the source changes; report what was counted now and then."""
        looks, refused = 0, False
        while True:
            if refused:
                await asyncio.sleep(self._look_s)
            else:
                await asyncio.wait({running}, timeout=self._look_s)
                refused = running.done() and self._says_why(running)
            looks += 1
            if looks % REPORT_EVERY == 0:
                self.counts.direct = self._hand_over.direct
                log.info("feed_counts", feed=self._settings.feed, **self.counts.facts())
            try:
                if (await self._market.source()).source_id != source.source_id:
                    return
            except FinNamiError as error:
                # The connection to the provider is kept: it did nothing wrong.
                log.warning("feed_waits", error=error.code)

    def _says_why(self, running: "asyncio.Task[None]") -> bool:
        """Say why the provider refuses, for good; any other fault is raised."""
        try:
            running.result()
        except FeedRefusedError as error:
            # No stack: the reason says what is wrong.
            log.error("feed_refused", feed=self._settings.feed, detail=error.detail)  # noqa: TRY400
        return True
