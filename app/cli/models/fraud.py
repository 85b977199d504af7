"""`finnami train|predict|evaluate fraud`."""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.core.errors import FinNamiError

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


@click.command("fraud")
@click.option("--data", multiple=True, help=DATA_HELP + " Without it: the payment simulator.")
@click.option("--until", type=DAY, help="Last day the model may know; default: all data.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the artefact; an existing other one is refused.",
)
@click.option("--engine", type=click.Choice(["local"]), default="local", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--sign", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="File with 32 raw Ed25519 private bytes; signs the manifest.")  # fmt: skip
@click.option(
    "--reports",
    is_flag=True,
    help="Measure on the payments from 8 days after --until on; holds all of them in memory.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(  # noqa: PLR0913 - one parameter per documented option
    *,
    data: tuple[str, ...],
    until: datetime | None,
    out: Path,
    engine: str,
    seed: int,
    sign: Path | None,
    reports: bool,
    as_json: bool,  # noqa: ARG001
) -> None:
    """Train score and anomaly channel on payments up to a day; labels are taken as known.

    Payments are read and turned into features batch by batch, so memory does not grow with
    their number. Finished stages are kept in .NAME.work beside --out until the model is
    written: the same command after a crash goes on from there and gives the same bytes.

    Exit codes: 0 good, 2 data or folder cannot be used (the reason is printed).
    """
    from app.ml import registry
    from app.ml.training.batches.fraud import NO_LIMIT_S, STAGES, train_in_batches
    from app.ml.training.fraud_card import fraud_card
    from app.ml.training.fraud_costs import CostMatrix
    from app.ml.training.fraud_predict import day_start_s
    from app.ml.training.fraud_reports import held_out_reports

    shown, out = str(out), out.absolute()
    work = out.with_name(f".{out.name}.work")
    try:
        day = f"{until:%Y-%m-%d}" if until else (None if data else SIMULATED_UNTIL)
        end_s = day_start_s(day) + 86_400 if day else NO_LIMIT_S
        with click.progressbar(length=len(STAGES), label="Training", file=sys.stderr) as bar:
            run = train_in_batches(
                _source(data), work, seed=seed, costs=CostMatrix(), end_s=end_s,
                progress=lambda _: bar.update(1),
            )  # fmt: skip
        manifest = run.trained.manifest
        if day:
            manifest["training"]["until"] = day
        if reports:
            artefact = registry.Artefact(arrays=run.trained.arrays, manifest=manifest)
            manifest["held_out"] = held_out_reports(
                _payments(data), artefact, _kind_names(data), _say
            )
        source = SIMULATED if not data else "Payments from the files given to the trainer."
        registry.save(
            out, run.trained.arrays, manifest, fraud_card(manifest, source=source),
            signing_key=sign.read_bytes() if sign else None,
        )  # fmt: skip
        shutil.rmtree(work, ignore_errors=True)
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    except OSError as exc:
        raise RefusedError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    _print(
        {
            "model": shown,
            "engine": engine,
            **{key: manifest[key] for key in _SUMMARY},
            "skipped": list(run.skipped),
            "duplicates": run.duplicates,
        }
    )


_SUMMARY = ("version", "training", "metrics", "anomaly_auc", "thresholds")


@click.command("fraud")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained fraud model.")
@click.option("--data", multiple=True, required=True, help=DATA_HELP)
@click.option("--from", "first", type=DAY, required=True, help="First day to score.")
@click.option("--to", "last", type=DAY, required=True, help="Last day to score, included.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Parquet file."
)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def predict(
    *,
    model: Path,
    data: tuple[str, ...],
    first: datetime,
    last: datetime,
    out: Path,
    as_json: bool,  # noqa: ARG001
) -> None:
    """Score every payment of the period as it would have been judged when it was made.

    All rows given are history; a label is used only 7 days after its payment.
    Exit codes: 0 good, 2 data, model or period cannot be used.
    """
    from app.ml.serving.fraud_scorer import FraudScorer
    from app.ml.training.fraud_predict import Period, refuse_early, window_rows, write_scores

    try:
        refuse_early(f"{first:%Y-%m-%d}", str(_artefact(model).manifest["training"]["until"]))
        scorer = FraudScorer.load(model)
        period = Period.of(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
        payments = _payments(data)
        window = window_rows(payments.table, period, scorer)
        with click.progressbar(length=max(len(window), 1), label="Scoring", file=sys.stderr) as bar:
            counts = write_scores(window, scorer, out, _steps(bar))
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    _print(
        {
            "rows": len(window),
            "decisions": counts,
            "model_version": scorer.version,
            "out": str(out),
            "skipped": list(payments.skipped),
            "duplicates": payments.duplicates,
        }
    )


@click.command("fraud")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained fraud model.")
@click.option("--data", multiple=True, help=DATA_HELP + " Without it: the payment simulator.")
@click.option("--from", "first", type=DAY, help="First test day.")
@click.option("--to", "last", type=DAY, help="Last test day, included.")
@click.option(
    "--all-rows",
    is_flag=True,
    help="Keep payments of customers with an earlier known fraud (the protocol drops them).",
)
@click.option(
    "--invent",
    is_flag=True,
    help="Add invented kinds of fraud to the period, in memory: what no label has shown.",
)
@click.option(
    "--report",
    type=click.Choice(["selection", "compression"]),
    help="Instead: which features are needed (fits again), or what pruning and quantising cost.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def evaluate(  # noqa: PLR0913 - one parameter per documented option
    *,
    model: Path,
    data: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    all_rows: bool,
    invent: bool,
    report: str | None,
    as_json: bool,
) -> None:
    """Measure a model on labelled payments, each kind of fraud apart, beside "always legit".

    Every figure comes with its 90 % interval; whole customers are resampled.
    Exit codes: 0 good, 1 the period has no two classes to tell apart, 2 wrong input.
    """
    from app.cli.models.fraud_report import lines
    from app.ml.serving.fraud_scorer import FraudScorer
    from app.ml.training import invented_fraud
    from app.ml.training.fraud_evaluate import labelled_window
    from app.ml.training.fraud_predict import Period, refuse_early
    from app.ml.training.fraud_reports import Asked, measured
    from app.ml.training.invented_fraud import with_invented

    if (first is None or last is None) and data:
        raise click.UsageError("--from and --to are needed with --data")
    start = f"{first:%Y-%m-%d}" if first else "2024-04-08"
    end = f"{last:%Y-%m-%d}" if last else "2024-04-29"
    try:
        artefact = _artefact(model)
        refuse_early(start, str(artefact.manifest["training"]["until"]))
        scorer = FraudScorer.load(model)
        payments, period = _payments(data), Period.of(start, end)
        names = _kind_names(data)
        if invent:
            payments = with_invented(payments, period, seed=INVENTED_SEED)
            names |= invented_fraud.NAMES
        window = labelled_window(payments, period, scorer, protocol=bool(data) and not all_rows)
        asked = Asked(report or "evaluation", names, _say)
        found = measured(payments, window, artefact, asked)
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    result = {"model_version": scorer.version, "from": start, "to": end, **found}
    if as_json:
        _print(result)
    else:
        click.echo("\n".join(lines(result)))
    if not window.two_classes:
        raise SystemExit(1)


def _artefact(model: Path) -> "Artefact":
    from app.ml import registry
    from app.ml.features import fraud

    return registry.load(model, feature_version=fraud.VERSION)


def _say(step: str) -> None:
    click.echo(step, err=True)


def _kind_names(data: tuple[str, ...]) -> dict[int, str]:
    """Return what the simulator's codes mean; nothing is known of other data's."""
    from app.ml.training.payment_simulator import Kind

    return {} if data else {int(kind): kind.name.lower() for kind in Kind}


def _source(data: tuple[str, ...]) -> "Source":
    from app.ml.training.batches.source import Files, InMemory

    if data:
        return Files(data)
    return InMemory(f"simulator {SIMULATED_WORLD}", _payments(data))


def _payments(data: tuple[str, ...]) -> "PaymentData":
    from app.ml.training.payments_data import read_payments, simulated_payments

    return read_payments(data) if data else simulated_payments(seed=11, **SIMULATED_WORLD)


def _steps(bar: Any) -> Callable[[int], None]:
    return lambda done: bar.update(done - bar.pos)


def _print(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result, indent=1))
