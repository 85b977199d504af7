"""`finnami market`: import real prices, write simulated ones, choose the source."""

import asyncio
import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import click
import numpy as np

from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.errors import FinNamiError
from app.domains.market.adapters.price_file import read_price_file
from app.domains.market.rules import simulation
from app.domains.market.service import MarketService
from app.domains.market.types import PriceFile, Source
from app.services import open_database


@click.group()
def market() -> None:
    """Import prices, simulate prices, choose where prices come from."""


@market.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layout", type=click.Choice(["auto", "wide", "long"]), default="auto")
@click.option("--currency", default="USD", show_default=True, help="Currency of every price.")
@click.option("--label", default=None, help="Shown beside each quote; default: the file's name.")
@click.option("--dry-run", is_flag=True, help="Check only; keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(
    file: Path,
    layout: str,
    currency: str,
    label: str | None,
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Import daily prices from FILE (CSV or Parquet).

    Wide: a column `date` and one per symbol. Long: `date`, `symbol`, `price`. The whole file
    becomes the source of prices, or nothing of it. Exit 0: imported; 1: problems; 2: usage.
    """
    checked = read_price_file(file, layout=layout)
    source = None
    if checked.usable and not dry_run:
        source = _keep(checked, currency=currency, label=label or f"Imported: {file.stem}")
    _report(checked, source, as_json=as_json)
    sys.exit(0 if checked.usable else 1)


def _keep(checked: PriceFile, *, currency: str, label: str) -> Source:
    async def run() -> Source:
        settings = Settings()
        clock = SystemClock()
        db = open_database(settings, clock)
        try:
            door = MarketService(db=db, clock=clock, seed=settings.market_seed)
            return await door.import_prices(checked, currency=currency, label=label)
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except (FinNamiError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)


def _report(checked: PriceFile, source: Source | None, *, as_json: bool) -> None:
    listed = [
        {"row": p.row, "column": p.column, "code": p.code, "message": p.message, "fatal": p.fatal}
        for p in checked.problems
    ]
    facts = {
        "usable": checked.usable,
        "imported": source is not None,
        "source": source.source_id if source else None,
        "symbols": list(checked.symbols),
        "days": len(checked.dates),
        "first_day": str(checked.dates[0]) if len(checked.dates) else None,
        "last_day": str(checked.dates[-1]) if len(checked.dates) else None,
        "sha256": checked.sha256,
        "problems": listed,
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    for p in listed:
        kind = "error" if p["fatal"] else "note"
        click.echo(f"{kind}: row {p['row']}, {p['column']}: {p['message']} ({p['code']})")
    if not checked.usable:
        click.echo("nothing was imported")
        return
    verb = "imported" if source else "checked"
    click.echo(
        f"{verb}: {facts['days']} days of {len(checked.symbols)} symbols,"
        f" {facts['first_day']} to {facts['last_day']}"
    )


@market.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help=".csv or .parquet")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(out: Path, first: object, last: object, seed: int, as_json: bool) -> None:  # noqa: FBT001 - click
    """Write simulated daily prices: a column `date` and one per symbol. Simulated, not real."""
    end = _date(last) or SystemClock().now().date() - timedelta(days=1)
    days, closes = simulation.closes(end, seed)
    begin = _date(first)
    if begin is not None:
        keep = days >= np.datetime64(begin)
        days, closes = days[keep], closes[keep]
    names = ["date", *simulation.SYMBOLS]
    if out.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [days.astype("datetime64[D]"), *closes.T]
        pq.write_table(pa.table(dict(zip(names, columns, strict=True))), out)
    else:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            for day, row in zip(days, closes, strict=True):
                writer.writerow([day, *(f"{price:.4f}" for price in row)])
    facts = {"days": len(days), "symbols": list(simulation.SYMBOLS), "seed": seed, "out": str(out)}
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo(f"{len(days)} simulated days of {len(closes.T)} symbols in {out}")


def _date(value: object) -> date | None:
    return value.date() if hasattr(value, "date") else None
