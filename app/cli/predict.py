"""`finnami predict`: one command per model, bodies in app/cli/models."""

import click

from app.cli.models.table import ModelTable


@click.command("predict", cls=ModelTable)
def predict() -> None:
    """Score a file with a trained model."""
