"""The feed role: brings the sandbox market up to date, then keeps the last quotes fresh."""

import asyncio
import signal
import sys

import structlog

from app.core.clock import Clock, SystemClock
from app.core.config import Settings
from app.core.errors import FinNamiError
from app.core.logging import configure_logging
from app.domains.market.adapters.replay import INTERVAL_S, ReplayFeed
from app.domains.market.service import MarketService
from app.services import open_database

RETRY_S = 2.0

log = structlog.get_logger(__name__)


async def feed(
    market: MarketService, clock: Clock, *, interval_s: float = INTERVAL_S, retry_s: float = RETRY_S
) -> None:
    """Publish quotes until cancelled; a database that is away is waited for."""
    while True:
        try:
            await market.ensure_simulated()
            drawn_on = clock.now().date()
            async for batch in ReplayFeed(market, clock, interval_s=interval_s).quotes():
                await market.record_quotes(batch)
                if clock.now().date() != drawn_on:
                    break  # a new day: yesterday's close joins the history first
        except FinNamiError as error:
            log.warning("feed_waits", error=error.code)
            await asyncio.sleep(retry_s)


async def _run(settings: Settings) -> None:
    clock = SystemClock()
    db = open_database(settings, clock)
    market = MarketService(db=db, clock=clock, seed=settings.market_seed)
    task = asyncio.create_task(feed(market, clock))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("feed_stopped")
    finally:
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
