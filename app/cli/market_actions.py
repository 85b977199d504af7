"""`finnami market actions`: splits, dividends and new names of an imported source."""

import json
import sys
from pathlib import Path

import click

from app.cli.market_door import quoted, with_market
from app.domains.market.adapters.action_file import read_action_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "source_id", default=None, metavar="SOURCE", help="Default: the present.")
@click.option("--dry-run", is_flag=True, help="Read the file only; keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def actions(*, file: Path, source_id: str | None, dry_run: bool, as_json: bool) -> None:
    """Keep the corporate actions in FILE (CSV: date, symbol, action, value).

    \b
    2026-11-27,VTI,split,10:1      ten shares for one; also 10, 0.1 or 1:10
    2026-12-01,AGG,dividend,0.82   per share, booked as cash; nothing is withheld
    2026-12-02,OLD,rename,NEW      the history stays, also under the old name

    The date is the first day that trades with it; prices are imported as they were on their day.
    A running worker books what is due for everybody who held, within a minute. Keeping the same
    file again changes nothing. Exit 0: kept; 1: the file has faults; 2: no such file or source,
    no database, an action that the closes contradict.
    """
    if not file.is_file():
        click.echo(f"finnami: {file} does not exist", err=True)
        sys.exit(2)
    found = read_action_file(file)
    source = None
    if not found.problems and not dry_run:
        source = with_market(lambda door: quoted(door, door.actions.record(found, source_id)))
    facts = {
        "kept": source is not None,
        "source": source.source_id if source else None,
        "actions": [action.action_id for action in found.actions],
        "problems": [{"row": row, "message": words} for row, words in found.problems],
    }
    if as_json:
        click.echo(json.dumps(facts))
    else:
        for row, words in found.problems:
            click.echo(f"error: {f'row {row}: ' if row else ''}{words}")
        verb = "kept" if source else "read"
        count = len(found.actions)
        words = f"{verb}: {count} actions" + (f" of {source.source_id}" if source else "")
        click.echo("nothing was kept" if found.problems else words)
    sys.exit(1 if found.problems else 0)
