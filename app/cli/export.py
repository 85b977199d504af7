"""`finnami export`: what the product knows, as files for the trainer."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from app.cli.connection import local_settings
from app.cli.export_prices import prices
from app.core.clock import SystemClock
from app.core.errors import FinNamiError
from app.domains.fraud.usecases.training_rows import TrainingRow, TrainingRows
from app.services import open_database

DAY = click.DateTime(formats=["%Y-%m-%d"])
MAX_DAYS = 134
"""Payments are kept that long for the features; older ones are not there to export."""


@click.group()
def export() -> None:
    """Write what the product knows as files."""


export.add_command(prices)


@export.command()
@click.option("--from", "first", type=DAY, required=True, help="First UTC day.")
@click.option("--to", "last", type=DAY, required=True, help="Last UTC day, included.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
# click passes options by name.
def payments(first: datetime, last: datetime, out: Path, as_json: bool) -> None:  # noqa: FBT001
    """Write booked payments and what is known of them, one Parquet file a day.

    Columns are those `finnami train fraud --data OUT` reads. People and payees are numbers, an
    unknown label is null: nobody's decision, and younger than seven days. Writing again
    replaces the files: a label that changed since is in them. Exit 2: no database, no such days.
    """
    days = (last - first).days + 1
    if not 0 < days <= MAX_DAYS:
        raise click.UsageError(f"--from and --to span {days} days; 1 to {MAX_DAYS} are possible")
    wanted = [first.date() + timedelta(days=n) for n in range(days)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        counts = asyncio.run(_export(wanted, out))
    except (FinNamiError, ValueError, OSError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    facts = {
        "out": str(out),
        "days": len(wanted),
        "payments": sum(c[0] for c in counts),
        "frauds": sum(c[1] for c in counts),
        "unlabelled": sum(c[2] for c in counts),
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(
        f"{facts['payments']} payments of {facts['days']} days in {out}:"
        f" {facts['frauds']} frauds, {facts['unlabelled']} without a label yet"
    )


async def _export(days: list[date], out: Path) -> list[tuple[int, int, int]]:
    settings, clock = local_settings(), SystemClock()
    db = open_database(settings, clock)
    try:
        rows = TrainingRows(db=db, clock=clock)
        with click.progressbar(days, label="Exporting", file=sys.stderr) as bar:
            return [await _write(rows.day(day), out / f"payments_{day}.parquet") for day in bar]
    finally:
        await db.close()


async def _write(rows: AsyncIterator[TrainingRow], path: Path) -> tuple[int, int, int]:
    """Write one day and return how many payments, frauds and unlabelled there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = [row async for row in rows]
    table = pa.table(
        {
            "transaction_id": pa.array([r.transaction_id for r in found], pa.int64()),
            "ts": pa.array([r.ts.replace(tzinfo=None) for r in found], pa.timestamp("ms")),
            "customer_id": pa.array([r.customer_id for r in found], pa.int64()),
            "terminal_id": pa.array([r.terminal_id for r in found], pa.int64()),
            "amount": pa.array([r.amount for r in found], pa.float64()),
            "is_fraud": pa.array(
                [None if r.is_fraud is None else int(r.is_fraud) for r in found], pa.int8()
            ),
        }
    )
    part = path.with_name(path.name + ".part")
    pq.write_table(table, part)
    part.replace(path)
    frauds = sum(bool(row.is_fraud) for row in found)
    return len(found), frauds, sum(row.is_fraud is None for row in found)
