"""`finnami market`: import real prices, write simulated ones, choose the source."""

import csv
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from app.cli.market_actions import actions
from app.cli.market_archive import restore
from app.cli.market_door import place_of, quoted, with_market
from app.cli.market_rates import currency_code, rates
from app.core.clock import SystemClock
from app.domains.market.adapters.price_file import read_price_file
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.service import CALENDARS, MarketService, simulated
from app.domains.market.types import History, ImportChoice, PriceFile, Source, exact_price
from app.domains.market.usecases.importing import Refreshed


@click.group()
def market() -> None:
    """Import prices and exchange rates, simulate prices, choose where prices come from."""


market.add_command(rates)


market.add_command(actions)


@market.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layout", type=click.Choice(["auto", "wide", "long"]), default="auto")
@click.option(
    "--currency", callback=currency_code, default="USD", show_default=True, help="Of every price."
)
@click.option("--label", default=None, help="Shown beside each quote; default: the file's name.")
@click.option(
    "--calendar",
    type=click.Choice(CALENDARS),
    default=None,
    help="Whose sessions the prices follow; default: the currency's home exchange (USD: XNYS).",
)
@click.option(
    "--past/--current",
    default=None,
    help="A past that is replayed at any hour, or today's prices with opening hours; default: "
    "past when the file ends more than five sessions ago.",
)
@click.option("--into", default=None, metavar="SOURCE", help="Continue SOURCE with newer days.")
@click.option("--dry-run", is_flag=True, help="Check only; keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(  # noqa: PLR0913 - one parameter per option
    *,
    file: Path,
    layout: str,
    currency: str,
    label: str | None,
    calendar: str | None,
    past: bool | None,
    into: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import daily prices from FILE (CSV or Parquet), or a folder of `export prices`.

    Wide: a column `date` and one per symbol. Long: `date`, `symbol`, `price`. The whole file
    becomes the source of prices, or nothing of it. With --into only what is new is kept, and a
    day that had not ended when it was imported is overwritten. Exit 0: imported (or clean, with
    --dry-run); 1: the file has faults; 2: no such file, no database, wrong usage.
    """
    if file.is_dir():
        restore(file, dry_run=dry_run, as_json=as_json)
        return
    checked = read_price_file(file, today=SystemClock().now().date(), layout=layout)
    if any(problem.code == "missing_file" for problem in checked.problems):
        click.echo(f"finnami: {file} does not exist", err=True)
        sys.exit(2)
    if into is not None and (label or calendar or past is not None):
        raise click.UsageError("--into keeps the source's label, calendar and kind")
    source, done = None, None
    if checked.usable and not dry_run and into is not None:
        done = with_market(lambda door: _refreshed(door, checked, into))
        source = done.source
    elif checked.usable and not dry_run:
        text = label or f"Imported: {file.stem}"
        choice = ImportChoice(calendar, past)
        source = with_market(
            lambda door: quoted(
                door, door.import_prices(checked, currency=currency, label=text, choice=choice)
            )
        )
    _report(checked, source, done, as_json=as_json)
    sys.exit(0 if checked.usable else 1)


async def _refreshed(door: MarketService, checked: PriceFile, source_id: str) -> Refreshed:
    done = await door.refresh(checked, source_id)
    if (await door.source()).source_id == source_id:
        await door.record_quotes(await ReplayFeed(door, SystemClock()).now())
    return done


def _report(
    checked: PriceFile, source: Source | None, done: Refreshed | None, *, as_json: bool
) -> None:
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
        "calendar": source.calendar if source else None,
        "past": source.past if source else None,
        "provisional_day": _day(source.provisional_day) if source else None,
        "added_days": done.added_days if done else None,
        "overwritten_day": _day(done.overwritten_day) if done else None,
        "problems": listed,
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    for p in listed:
        kind = "error" if p["fatal"] else "note"
        click.echo(f"{kind}: {place_of(p['row'], p['column'])}{p['message']} ({p['code']})")
    if not checked.usable:
        click.echo("nothing was imported")
        return
    verb = "imported" if source else "checked"
    click.echo(
        f"{verb}: {facts['days']} days of {len(checked.symbols)} symbols,"
        f" {facts['first_day']} to {facts['last_day']}"
    )
    if done is not None:
        line = f"{done.source.source_id}: {done.added_days} days added"
        over = done.overwritten_day
        click.echo(line + (f", the unfinished {over} overwritten" if over else ""))
    if source is not None:
        click.echo(_kind(source))


def _kind(source: Source) -> str:
    """Return in words how the prices of a source are dated."""
    if source.provisional_day is not None:
        return f"{source.calendar}: the session of {source.provisional_day} has not ended yet"
    if source.past:
        return f"{source.calendar}: a past, replayed at any hour as though it were now (--current)"
    return f"{source.calendar}: today's prices, with the opening hours of {source.calendar}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@market.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def sources(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List where prices can come from; the present one is marked."""

    async def work(door: MarketService) -> tuple[str, list[Source]]:
        return (await door.source()).source_id, await door.sources()

    active, found = with_market(work)
    if as_json:
        click.echo(json.dumps([_source(one, active=one.source_id == active) for one in found]))
        return
    for one in found:
        mark = "*" if one.source_id == active else " "
        click.echo(f"{mark} {one.source_id}  {one.first_day} to {one.last_day}  {one.label}")


@market.command()
@click.argument("source_id", metavar="SOURCE")
def use(source_id: str) -> None:
    """Take prices from SOURCE (`simulated`, or one that `market sources` lists)."""
    source = with_market(lambda door: quoted(door, door.use(source_id)))
    click.echo(f"prices now come from {source.source_id}: {source.label}")


def _source(source: Source, *, active: bool) -> dict[str, object]:
    return {
        "source": source.source_id,
        "label": source.label,
        "kind": source.kind,
        "currency": source.currency,
        "calendar": source.calendar,
        "past": source.past,
        "first_day": str(source.first_day),
        "last_day": str(source.last_day),
        "data_hash": source.data_hash,
        "active": active,
    }


@market.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help=".csv or .parquet")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(
    out: Path,
    first: datetime | None,
    last: datetime | None,
    seed: int,
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Write simulated daily prices: a column `date` and one per symbol. Simulated, not real.

    Without --to up to yesterday, without --from from the sandbox market's first day.
    """
    end = last.date() if last else SystemClock().now().date() - timedelta(days=1)
    found = simulated(first=first.date() if first else None, last=end, seed=seed)
    if not len(found.dates):
        raise click.UsageError("the sandbox market has no day in this range")
    try:
        _write(found, out)
    except OSError as error:
        click.echo(f"finnami: {out} cannot be written: {error.strerror}", err=True)
        sys.exit(2)
    facts = {
        "days": len(found.dates),
        "first_day": str(found.dates[0]),
        "last_day": str(found.dates[-1]),
        "symbols": list(found.symbols),
        "seed": seed,
        "currency": found.currency,
        "data_hash": found.data_hash,
        "out": str(out),
    }
    line = f"{len(found.dates)} simulated days of {len(found.symbols)} symbols in {out}"
    click.echo(json.dumps(facts) if as_json else line)


def _write(found: History, out: Path) -> None:
    names = ["date", *found.symbols]
    if out.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [found.dates.astype("datetime64[D]"), *found.prices.T]
        pq.write_table(pa.table(dict(zip(names, columns, strict=True))), out)
        return
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for day, row in zip(found.dates, found.prices, strict=True):
            writer.writerow([day, *(exact_price(float(price)) for price in row)])
