"""`finnami openapi`: prints the API's OpenAPI document, writes it, or checks a copy of it."""

import json
import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--write", type=click.Path(path_type=Path, dir_okay=False), help="Write the document there."
)
@click.option(
    "--check",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Exit 1 when this file is not the document.",
)
def openapi(write: Path | None, check: Path | None) -> None:
    """Print the API's OpenAPI document, the same bytes for the same routes."""
    text = document()
    if check is not None:
        if check.read_text(encoding="utf-8") != text:
            click.echo(f"{check} is not the API's document; run `make openapi`", err=True)
            sys.exit(1)
        return
    if write is None:
        click.echo(text, nl=False)
        return
    write.parent.mkdir(parents=True, exist_ok=True)
    write.write_text(text, encoding="utf-8")


def document() -> str:
    """Return the document as indented JSON; no server and no settings are needed."""
    from app.api.factory import build_api
    from app.api.web import StaticSite

    app = build_api(None, site=StaticSite({}, locales=()))
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"
