"""One use of market's door from the command line: open, use, close."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.errors import FinNamiError
from app.domains.market.service import MarketService
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
