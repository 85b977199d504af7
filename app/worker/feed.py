"""The feed role: brings the sandbox market up to date, then keeps the last quotes fresh."""

import asyncio
import signal
import socket
import sys
from functools import partial

import numpy as np
import structlog

from app.core.clock import Clock, SystemClock
from app.core.config import Settings
from app.core.errors import FinNamiError
from app.core.lease import Lease
from app.core.logging import configure_logging
from app.core.redis import slow_redis
from app.domains.market.adapters.choice import require_usable
from app.domains.market.adapters.replay import INTERVAL_S, ReplayFeed
from app.domains.market.adapters.tick_stream import TickStream
from app.domains.market.errors import RateFileError
from app.domains.market.service import REPLAY, MarketService
from app.services import open_database
from app.worker.lead import lead
from app.worker.live_feed import HandOver, LiveFeed
from app.worker.recorder import Recorder
from app.worker.stopping import stopped

RETRY_S = 2.0
LEASE_S = 20.0

log = structlog.get_logger(__name__)


async def feed(
    market: MarketService,
    clock: Clock,
    *,
    interval_s: float = INTERVAL_S,
    retry_s: float = RETRY_S,
    hand_over: HandOver | None = None,
    live: LiveFeed | None = None,
) -> None:
    """Publish quotes until cancelled; a database that is away is waited for.

    Quotes go through the stream when there is one, and straight into the database without.
    """
    hand_over = hand_over or HandOver(market, None)
    while True:
        try:
            await market.ensure_simulated()
            await _keep_rates(market)
            source = await market.source()
            if live is not None and source.kind != "simulated":
                await live.follow(source)
                continue
            drawn_on = clock.now().date()
            async for batch in ReplayFeed(market, clock, interval_s=interval_s).quotes():
                await hand_over.replayed(batch)
                if clock.now().date() != drawn_on:
                    break  # a new day: yesterday's close joins the history first
                if live is not None and (await market.source()).kind != "simulated":
                    break  # real prices were imported: the provider takes over
        except FinNamiError as error:
            log.warning("feed_waits", error=error.code)
            await asyncio.sleep(retry_s)


async def _keep_rates(market: MarketService) -> None:
    """Keep the installed exchange rates; a damaged file of them never stops the quotes."""
    try:
        await market.rates.ensure_packaged()
    except RateFileError as error:
        log.warning("rates_unavailable", reason=error.detail)


async def _run(settings: Settings) -> None:
    require_usable(settings)
    clock = SystemClock()
    db = open_database(settings, clock)
    market = MarketService(db=db, clock=clock, seed=settings.market_seed, feed=settings.feed)
    stream = TickStream(slow_redis(settings.redis_url)) if settings.redis_url else None
    hand_over = HandOver(market, stream)
    live = None
    if settings.feed != REPLAY:
        chance = np.random.default_rng().random
        live = LiveFeed(settings, market, clock, hand_over=hand_over, chance=chance)
    # The machine's name, not the process's: after a crash here nobody has to wait.
    owner = socket.gethostname()
    lease = Lease(db, clock, name="feed", owner=owner, seconds=LEASE_S)
    work = partial(feed, market, clock, hand_over=hand_over, live=live)
    tasks = [asyncio.create_task(lead(lease, work))]
    if stream is not None:
        recorder = Recorder(market, stream, clock, consumer=owner)
        tasks.append(asyncio.create_task(recorder.run()))
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    waiting = asyncio.create_task(told.wait())
    try:
        done, _ = await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        log.info("feed_stopped")
    finally:
        waiting.cancel()
        # Longer than the tasks give their own: a lease is given back meanwhile.
        await stopped(*tasks, every_s=1.5)
        if stream is not None:
            await stream.close()
        await db.close()


def run_feed() -> None:
    """Run the feed role of this process until it is told to stop."""
    settings = Settings()
    configure_logging(settings.log_level)
    try:
        asyncio.run(_run(settings))
    except ValueError as error:
        print(f"finnami: {error}", file=sys.stderr)  # noqa: T201 - the process's last word
        sys.exit(2)
