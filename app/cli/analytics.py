"""`finnami analytics`: daily rollups, computed by hand when the worker's chore is not enough."""

import asyncio
import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.domains.analytics.service import AnalyticsService
from app.domains.analytics.source_types import Sources
from app.domains.analytics.types import Rebuilt, RollupKind
from app.domains.fraud.usecases.kpis import Kpis
from app.domains.identity.usecases.sign_ups import SignUps
from app.domains.ledger.usecases.flows import Flows
from app.domains.onboarding.usecases.progress import Progress
from app.services import open_database

DAY = click.DateTime(formats=["%Y-%m-%d"])
KINDS = click.Choice([kind.value for kind in RollupKind])


@click.group()
def analytics() -> None:
    """Sum what happened, day by day, for the staff's reports."""


@analytics.command()
@click.option("--from", "first", type=DAY, required=True, help="First UTC day.")
@click.option("--to", "last", type=DAY, required=True, help="Last UTC day, included.")
@click.option("--kind", "kinds", type=KINDS, multiple=True, help="Only this kind; all by default.")
@click.option("--fresh", is_flag=True, help="Begin anew where an earlier run was interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rebuild(
    first: datetime,
    last: datetime,
    kinds: tuple[str, ...],
    fresh: bool,  # noqa: FBT001 - click passes options by name
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Compute the rollups of a range of days again.

    The worker keeps today and the seven days before right by itself; this is for older days:
    after an import, or for the time before there were rollups. Running it twice changes nothing.
    Interrupted, the same command goes on with the day it was at. Exit 2: no database, or no such
    days.
    """
    wanted = [RollupKind(kind) for kind in kinds] or list(RollupKind)
    try:
        done = asyncio.run(_rebuild(first.date(), last.date(), wanted, fresh=fresh))
    except (FinNamiError, ValueError, OSError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    click.echo(json.dumps(_facts(done, wanted)) if as_json else _sentence(done))


def on_database(db: Database) -> AnalyticsService:
    """Return analytics on a database alone: what it reads needs neither keys nor Redis."""
    sources = Sources(SignUps(db=db), Progress(db=db), Flows(db=db), Kpis(db=db))
    return AnalyticsService(db=db, clock=SystemClock(), sources=sources)


async def _rebuild(
    first: date, last: date, kinds: Collection[RollupKind], *, fresh: bool
) -> Rebuilt:
    db = open_database(local_settings(), SystemClock())
    try:
        door = on_database(db).rebuilding
        door.require(first, last)
        days = (last - first).days + 1
        with click.progressbar(length=days, label="Days", file=sys.stderr) as bar:
            return await door.run(first, last, kinds=kinds, fresh=fresh, progress=bar.update)
    finally:
        await db.close()


def _facts(done: Rebuilt, kinds: Collection[RollupKind]) -> dict[str, Any]:
    shown = {name: str(x) if isinstance(x, date) else x for name, x in asdict(done).items()}
    return {**shown, "kinds": [kind.value for kind in kinds]}


def _sentence(done: Rebuilt) -> str:
    went_on = f", going on at {done.resumed_at}" if done.resumed_at else ""
    return (
        f"{done.first} to {done.last}{went_on}: {done.computed} rollups of {done.days} days"
        f" computed, {done.changed} changed"
    )
