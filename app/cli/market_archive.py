"""`finnami market import FOLDER`: archived sources come back as they were."""

import json
import sys
from pathlib import Path

import click

from app.cli.market_door import quoted, with_market
from app.domains.market.adapters.archive import read_archives
from app.domains.market.archive_types import PriceArchive
from app.domains.market.errors import ArchiveError


def restore(folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Check every partition, then bring the sources back; the last one becomes the present."""
    try:
        found = list(read_archives(folder))
    except ArchiveError as error:
        click.echo(f"finnami: {error.detail}", err=True)
        sys.exit(1)
    for archive in found:
        if not dry_run:
            _restore(archive)
    facts = [
        {
            "source": one.source.source_id,
            "imported": not dry_run,
            "days": len(one.closes.dates),
            "symbols": list(one.closes.symbols),
            "actions": len(one.actions),
            "data_hash": one.closes.data_hash,
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps({"sources": facts}))
        return
    verb = "checked" if dry_run else "imported"
    for one in found:
        source = one.source
        click.echo(
            f"{verb}: {source.source_id}, {len(one.closes.dates)} days of"
            f" {len(source.symbols)} symbols, hash {one.closes.data_hash[:12]}"
        )


def _restore(archive: PriceArchive) -> None:
    with_market(lambda door: quoted(door, door.archives.restore(archive)))
