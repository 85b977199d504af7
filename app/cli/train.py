"""`finnami train`: one command per model, bodies in app/cli/models."""

import click

from app.cli.models.table import ModelTable


@click.command("train", cls=ModelTable)
def train() -> None:
    """Train a model and write it with its card."""
