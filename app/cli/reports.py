"""`finnami reports`: make a month's reports of every customer by hand."""

import asyncio
import json
import sys
from dataclasses import asdict

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.errors import FinNamiError
from app.core.keys import KeyRingError
from app.domains.reports.types import Made
from app.services import AppServices, Ports, build, connect_gate, load_keys, open_database

PAGE = 1_000


def _month(_: click.Context, option: click.Parameter, value: str) -> str:
    year, _dash, number = value.partition("-")
    if len(value) != 7 or not (year.isdecimal() and number.isdecimal() and value.isascii()):
        raise click.BadParameter("write YYYY-MM", param=option)
    return value


@click.group()
def reports() -> None:
    """Make kept reports: statements, performance, tax lots, suitability files."""


@reports.command()
@click.option("--month", required=True, callback=_month, metavar="YYYY-MM", help="A month over.")
@click.option("--fresh", is_flag=True, help="Look at everybody again after an interrupted run.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def make(month: str, fresh: bool, as_json: bool) -> None:  # noqa: FBT001 - click
    """Make the reports of a month for every customer who has none yet.

    The worker does this by itself for the last month; this is for older ones, or to see now.
    Each report's totals are compared with the ledger's; one that differs is refused and said.
    Running it twice makes nothing twice; interrupted, the same command goes on where it was.
    Exit 0: all are there; 1: some were refused or must wait; 2: no database, or no such month.
    """
    try:
        made = asyncio.run(_make(month, fresh=fresh))
    except (FinNamiError, KeyRingError, ValueError, OSError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    click.echo(json.dumps(asdict(made)) if as_json else _sentence(made))
    sys.exit(1 if made.refused or made.waits else 0)


async def _make(month: str, *, fresh: bool) -> Made:
    settings = local_settings()
    clock, keys = SystemClock(), load_keys(settings)
    gate = await connect_gate(settings)
    db = open_database(settings, clock)
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports())
    try:
        length = await _customers(services)
        with click.progressbar(length=length, label="Customers", file=sys.stderr) as bar:
            return await services.reports.make_month(month, progress=bar.update, fresh=fresh)
    finally:
        services.close()
        await gate.close()
        await db.close()


async def _customers(services: AppServices) -> int:
    """Return how many customers there are: ids alone, page by page."""
    after: str | None = ""
    count = 0
    while after is not None:
        page, after = await services.identity.arrivals.page(after, limit=PAGE)
        count += len(page)
    return count


def _sentence(made: Made) -> str:
    return (
        f"{made.period}: {made.customers} customers, {made.issued} reports issued,"
        f" {made.there} were there, {made.empty} had nothing to tell,"
        f" {made.refused} refused, {made.waits} must wait"
    )
