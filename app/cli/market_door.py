"""One use of market's door by a command: opened, used, closed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.errors import FinNamiError
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.service import MarketService
from app.domains.market.types import Source
from app.services import open_database

T = TypeVar("T")


def with_market(work: Callable[[MarketService], Awaitable[T]]) -> T:
    """Run one use of market's door; what it refuses is one line and exit 2."""

    async def run() -> T:
        settings = local_settings()
        clock = SystemClock()
        db = open_database(settings, clock)
        try:
            return await work(MarketService(db=db, clock=clock, seed=settings.market_seed))
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except (FinNamiError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)


async def quoted(door: MarketService, choice: Awaitable[Source]) -> Source:
    """Choose a source and quote it at once: advice may come before the feed's next round."""
    source = await choice
    await door.record_quotes(await ReplayFeed(door, SystemClock()).now())
    return source


def place_of(row: object, column: object) -> str:
    """Return where in a file a problem is, ready to stand before it; the whole file: nothing."""
    parts = [f"row {row}" if row is not None else "", str(column or "")]
    place = ", ".join(part for part in parts if part)
    return f"{place}: " if place else ""
