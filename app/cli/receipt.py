"""`finnami receipt`: check a proof offline, without trusting any server."""

import json
import sys
from pathlib import Path

import click

from app.core.receipts import problems


@click.group()
def receipt() -> None:
    """Check proofs of movements offline."""


@receipt.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", default=None, help="The log's public key (hex) as you know it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(file: Path, key: str | None, as_json: bool) -> None:  # noqa: FBT001 - click
    """Verify FILE, the JSON of GET /v1/receipts/{movement_id}.

    Checks your amounts against their commitment, the commitment's place in the log and the
    signature of the log's head. Exit 0: proven; 1: something differs; 2: unreadable.
    """
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        click.echo(f"finnami: {file}: {error}", err=True)
        sys.exit(2)
    wrong = problems(found) if isinstance(found, dict) else ["not a receipt"]
    if key is not None and isinstance(found, dict) and found.get("public_key") != key:
        wrong.append("the receipt was signed by another key than the one you know")
    if as_json:
        click.echo(json.dumps({"proven": not wrong, "problems": wrong}))
    elif wrong:
        for problem in wrong:
            click.echo(f"NOT proven: {problem}")
    else:
        click.echo(f"proven: movement {found['movement_id']} is entry {found['index']} of the log")
    sys.exit(1 if wrong else 0)
