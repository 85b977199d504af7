"""What the fraud commands share: options, where payments come from, how a refusal reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.ml.registry import Artefact
    from app.ml.training.batches.source import Source
    from app.ml.training.payments_data import PaymentData

DAY = click.DateTime(formats=["%Y-%m-%d"])
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DATA_HELP = "Parquet or CSV payments: a file, a quoted glob, a directory or a comma list; repeats."
SIMULATED = "FinNami's own payment simulator (invented people and payments)."
SIMULATED_WORLD = {"customers": 1_000, "terminals": 1_500, "days": 120, "unseen_from": 90}
INVENTED_SEED = 19
SIMULATED_UNTIL = "2024-03-30"
"""The day before unseen kinds of fraud begin in the simulated world: none is trained on."""


class RefusedError(click.ClickException):
    """Wrong usage or data: one line, exit code 2."""

    exit_code = 2


def artefact_of(model: Path) -> "Artefact":
    from app.ml import registry
    from app.ml.features import fraud

    return registry.load(model, feature_version=fraud.VERSION)


def say(step: str) -> None:
    click.echo(step, err=True)


def kind_names(data: tuple[str, ...]) -> dict[int, str]:
    """Return what the simulator's codes mean; nothing is known of other data's."""
    from app.ml.training.payment_simulator import Kind

    return {} if data else {int(kind): kind.name.lower() for kind in Kind}


def source_of(data: tuple[str, ...]) -> "Source":
    from app.ml.training.batches.source import Files, InMemory

    if data:
        return Files(data)
    return InMemory(f"simulator {SIMULATED_WORLD}", payments_of(data))


def payments_of(data: tuple[str, ...]) -> "PaymentData":
    from app.ml.training.payments_data import read_payments, simulated_payments

    return read_payments(data) if data else simulated_payments(seed=11, **SIMULATED_WORLD)


def steps(bar: Any) -> Callable[[int], None]:
    return lambda done: bar.update(done - bar.pos)


def show(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result, indent=1))
