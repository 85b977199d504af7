"""`finnami evaluate`: one command per model, bodies in app/cli/models."""

import click

from app.cli.models.table import ModelTable


@click.command("evaluate", cls=ModelTable)
def evaluate() -> None:
    """Measure a trained model on labelled data."""
