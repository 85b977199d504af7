"""`finnami export prices`: a source of prices as Parquet partitions with their hashes."""

import json
import sys
from pathlib import Path

import click

from app.cli.market_door import with_market
from app.domains.market.adapters import archive
from app.domains.market.archive_types import PriceArchive


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--source", "source_id", default=None, metavar="SOURCE", help="Default: the present.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def prices(*, out: Path, source_id: str | None, as_json: bool) -> None:
    """Write a source of prices as files, one Parquet partition a year, and a manifest.

    OUT/source=ID/year=YYYY/prices.parquet has a column `date` and one per symbol, the closes as
    they were; OUT/source=ID/manifest.json has the SHA-256 of each file, the source and its
    corporate actions. `finnami market import OUT` brings it back as it was, `finnami replay
    decision ID --prices OUT` makes decisions again from it. Writing again replaces the files.
    Exit 2: no such source, no database, the folder cannot be written.
    """
    found = with_market(lambda door: door.archives.of(source_id))
    try:
        manifest, files = _write(out, found)
    except OSError as error:
        click.echo(f"finnami: {out} cannot be written: {error.strerror}", err=True)
        sys.exit(2)
    facts = {
        "out": str(out),
        "source": found.source.source_id,
        "manifest": str(manifest),
        "days": len(found.closes.dates),
        "symbols": len(found.closes.symbols),
        "actions": len(found.actions),
        "files": len(files),
        "data_hash": found.closes.data_hash,
    }
    line = f"{facts['days']} days of {facts['symbols']} symbols in {len(files)} files: {manifest}"
    click.echo(json.dumps(facts) if as_json else line)


def _write(out: Path, found: PriceArchive) -> tuple[Path, list[dict[str, object]]]:
    with click.progressbar(archive.years_of(found), label="Exporting", file=sys.stderr) as bar:
        files = [archive.write_year(out, found, year) for year in bar]
    return archive.write_manifest(out, found, files), files
