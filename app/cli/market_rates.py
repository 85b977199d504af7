"""`finnami market rates`: import exchange rates, list where they come from, ask for one."""

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from app.cli.market_door import place_of, with_market
from app.core.clock import SystemClock
from app.domains.market.adapters.ecb_file import read_rate_file
from app.domains.market.fx_types import FILL_DAYS, Rate, RateFile, RateSource
from app.domains.market.service import MarketService
from app.domains.market.types import PriceProblem


def currency_code(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a currency code; anything else is a usage error before anything is read."""
    if len(value) != 3 or not value.isascii() or not value.isalpha() or not value.isupper():
        raise click.BadParameter(f"{value!r} is not a currency code such as USD")
    return value


@click.group()
def rates() -> None:
    """Exchange rates per euro; the installed history of the ECB is the default."""


@rates.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--label", default=None, help="Shown beside each rate; default: the file's name.")
@click.option("--correct", is_flag=True, help="Where the file differs, the file is right.")
@click.option("--dry-run", is_flag=True, help="Check the file only; needs no database.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(
    file: Path,
    label: str | None,
    correct: bool,  # noqa: FBT001 - click passes options by name
    dry_run: bool,  # noqa: FBT001 - click
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Import exchange rates from FILE: the ECB's CSV or zip, or Parquet of the same shape.

    A column `date` and one per currency, in units for one euro; empty or N/A is no fixing.
    The whole file is kept, or nothing of it. A fixing that is kept already is never changed
    silently: a file that differs is refused, with the places, unless --correct is given.
    Exit 0: imported (or clean, with --dry-run); 1: the file has faults or differs; 2: no such
    file, no database, wrong usage.
    """
    checked = read_rate_file(file, today=SystemClock().now().date())
    if any(problem.code == "missing_file" for problem in checked.problems):
        click.echo(f"finnami: {file} does not exist", err=True)
        sys.exit(2)
    source: RateSource | None = None
    corrected, differs = 0, list[PriceProblem]()

    async def work(door: MarketService) -> tuple[RateSource | None, int, list[PriceProblem]]:
        # The ECB's own history first: what a file adds to it is only seen beside it.
        await door.rates.ensure_packaged()
        _, found = await door.rates.compare(checked)
        if found and not correct:
            return None, 0, found
        kept, changed = await door.rates.import_rates(
            checked, label=label or f"Imported: {file.stem}", correct=correct
        )
        return kept, changed, []

    if checked.usable and not dry_run:
        source, corrected, differs = with_market(work)
    _report(checked, source, differs, corrected, as_json=as_json)
    sys.exit(0 if checked.usable and not differs else 1)


def _report(
    checked: RateFile,
    source: RateSource | None,
    differs: list[PriceProblem],
    corrected: int,
    *,
    as_json: bool,
) -> None:
    problems = [
        {"row": p.row, "column": p.column, "code": p.code, "message": p.message, "fatal": p.fatal}
        for p in (*differs, *checked.problems)
    ]
    facts = {
        "usable": checked.usable and not differs,
        "imported": source is not None,
        "source": source.source_id if source else None,
        "fixings": source.fixings if source else None,
        "corrected": corrected,
        "currencies": list(checked.currencies),
        "days": len(checked.days),
        "first_day": str(checked.days[0]) if checked.days else None,
        "last_day": str(checked.days[-1]) if checked.days else None,
        "sha256": checked.sha256,
        "problems": problems,
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    for p in problems:
        kind = "error" if p["fatal"] else "note"
        click.echo(f"{kind}: {place_of(p['row'], p['column'])}{p['message']} ({p['code']})")
    if not facts["usable"]:
        click.echo("nothing was imported")
        return
    days = f"{len(checked.days)} days of {len(checked.currencies)} currencies"
    span = f"{facts['first_day']} to {facts['last_day']}"
    if source is None:
        click.echo(f"checked: {days}, {span}")
    else:
        click.echo(f"imported: {days}, {span}; {source.fixings} fixings, {corrected} corrected")


@rates.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def sources(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List the files that rates come from, the first one first."""

    async def work(door: MarketService) -> list[RateSource]:
        await door.rates.ensure_packaged()
        return await door.rates.sources()

    found = with_market(work)
    if as_json:
        click.echo(json.dumps([_source(one) for one in found]))
        return
    for one in found:
        span = f"{one.first_day} to {one.last_day}"
        click.echo(f"{one.source_id}  {span}  {one.fixings} fixings  {one.label}")


def _source(one: RateSource) -> dict[str, object]:
    return {
        "source": one.source_id,
        "label": one.label,
        "currencies": list(one.currencies),
        "first_day": str(one.first_day),
        "last_day": str(one.last_day),
        "fixings": one.fixings,
    }


@rates.command()
@click.argument("base", callback=currency_code)
@click.argument("quote", callback=currency_code)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Today by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(base: str, quote: str, on: datetime | None, as_json: bool) -> None:  # noqa: FBT001 - click
    """Print what one BASE is in QUOTE, with the fixing's day and source.

    Exit 1 when the rate is unknown: no fixing of the seven days up to the wanted one is kept.
    """
    day = on.date() if on else SystemClock().now().date()

    async def work(door: MarketService) -> Rate | None:
        await door.rates.ensure_packaged()
        return await door.rates.rate(base, quote, day)

    found = with_market(work)
    if as_json:
        click.echo(json.dumps(_rate(found, base, quote, day)))
    elif found is None:
        click.echo(f"unknown: no fixing of the {FILL_DAYS} days up to {day} for {base} and {quote}")
    else:
        age = f"of {found.day}, {found.filled_days} days before {day}"
        click.echo(f"1 {base} = {found.value:f} {quote} ({found.source}, {age})")
    sys.exit(0 if found else 1)


def _rate(found: Rate | None, base: str, quote: str, day: date) -> dict[str, object]:
    return {
        "base": base,
        "quote": quote,
        "on": str(day),
        "value": f"{found.value:f}" if found else None,
        "day": str(found.day) if found else None,
        "source": found.source if found else None,
        "filled_days": found.filled_days if found else None,
    }
