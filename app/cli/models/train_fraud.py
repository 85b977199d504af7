"""`finnami train fraud`: on all payments, on a cluster, or on from an earlier model."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.models.fraud_inputs import (
    DATA_HELP,
    DAY,
    FOLDER,
    SIMULATED,
    SIMULATED_UNTIL,
    RefusedError,
    kind_names,
    payments_of,
    say,
    show,
    source_of,
)
from app.core.config import dask_scheduler
from app.core.errors import FinNamiError

if TYPE_CHECKING:
    from app.ml.estimators.engine import Engine
    from app.ml.training.batches.fraud import BatchRun

CONNECT_S = 10.0
_SUMMARY = ("version", "training", "metrics", "anomaly_auc", "thresholds")

Progress = Callable[[str], None]


@click.command("fraud")
@click.option("--data", multiple=True, help=DATA_HELP + " Without it: the payment simulator.")
@click.option("--until", type=DAY, help="Last day the model may know; default: all data.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the artefact; an existing other one is refused.",
)
@click.option(
    "--continue", "parent", type=FOLDER, metavar="MODEL_DIR",
    help="Go on from this model with the days after its own; it stays as it is.",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Where trees grow: this process, or a Dask cluster that is running already.",
)  # fmt: skip
@click.option(
    "--scheduler", metavar="ADDRESS",
    help="Scheduler of --engine dask, such as tcp://host:8786; default: $DASK_SCHEDULER_ADDRESS. "
    "Your own only: it can run code here.",
)  # fmt: skip
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
    parent: Path | None,
    engine: str,
    scheduler: str | None,
    seed: int,
    sign: Path | None,
    reports: bool,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Train score and anomaly channel on payments up to a day; labels are taken as known.

    Payments are read and turned into features batch by batch, so memory does not grow with
    their number. Finished stages are kept in .NAME.work beside --out until the model is
    written: the same command after a crash goes on from there and gives the same bytes.

    With --continue a model is brought up to date: its boosters get a few more trees and its
    logistic member one more pass, learnt from the days after its last one only; --data must
    also hold the 30 days before them. Both models are measured on the later half of the new
    days, before and after.

    Exit codes: 0 good, 2 data, folder, parent or cluster cannot be used (the reason is printed).
    """
    shown, out = str(out), out.absolute()
    day = f"{until:%Y-%m-%d}" if until else (None if data else SIMULATED_UNTIL)
    try:
        if parent is None:
            with _engine(engine, scheduler) as where:
                run = _whole(data, day, out, seed, where)
        else:
            _refuse_mixed(engine, parent, out)
            run = _continued(parent, data, day, out, seed)
        manifest = _saved(run, data, day, out, sign=sign, reports=reports)
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    except OSError as exc:
        raise RefusedError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    show(
        {
            "model": shown,
            "engine": engine,
            **{key: manifest[key] for key in _SUMMARY},
            **_descent(manifest),
            "skipped": list(run.skipped),
            "duplicates": run.duplicates,
        }
    )


@contextmanager
def _engine(name: str, scheduler: str | None) -> Iterator["Engine"]:
    from app.ml.estimators import cluster
    from app.ml.estimators.engine import LOCAL, EngineError

    if name == LOCAL.name:
        if scheduler:
            raise EngineError("--scheduler is for --engine dask")
        yield LOCAL
        return
    address = scheduler or dask_scheduler()
    if address is None:
        raise EngineError("--engine dask needs --scheduler ADDRESS or DASK_SCHEDULER_ADDRESS")
    with cluster.connected(address, timeout_s=CONNECT_S) as where:
        yield where


def _refuse_mixed(engine: str, parent: Path, out: Path) -> None:
    if engine != "local":
        raise ValueError("--continue learns from few rows and runs here: leave --engine out")
    if parent.resolve() == out.resolve():
        raise ValueError(f"{parent} is the parent; a continued model needs another --out")


def _whole(
    data: tuple[str, ...], day: str | None, out: Path, seed: int, engine: "Engine"
) -> "BatchRun":
    from app.ml.training.batches.fraud import STAGES, Plan, train_in_batches

    plan = Plan(seed=seed, end_s=_end_s(day), engine=engine)
    with _bar(len(STAGES)) as progress:
        return train_in_batches(source_of(data), _work(out), plan, progress=progress)


def _continued(
    folder: Path, data: tuple[str, ...], day: str | None, out: Path, seed: int
) -> "BatchRun":
    from app.ml.training.batches.continuing import STAGES, Parent, continue_in_batches

    parent = Parent.load(folder)
    parent.refuse_end(_end_s(day))
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as work,
        _bar(len(STAGES)) as progress,
    ):
        return continue_in_batches(
            parent, source_of(data), Path(work), seed=seed, end_s=_end_s(day), progress=progress
        )


def _saved(
    run: "BatchRun", data: tuple[str, ...], day: str | None, out: Path,
    *, sign: Path | None, reports: bool,
) -> dict[str, Any]:  # fmt: skip
    """Write the artefact with its card; return the manifest."""
    from app.ml import registry
    from app.ml.training.fraud_card import fraud_card
    from app.ml.training.fraud_reports import held_out_reports

    manifest = run.trained.manifest
    if day:
        manifest["training"]["until"] = day
    if reports:
        artefact = registry.Artefact(arrays=run.trained.arrays, manifest=manifest)
        manifest["held_out"] = held_out_reports(payments_of(data), artefact, kind_names(data), say)
    source = SIMULATED if not data else "Payments from the files given to the trainer."
    registry.save(
        out, run.trained.arrays, manifest, fraud_card(manifest, source=source),
        signing_key=sign.read_bytes() if sign else None,
    )  # fmt: skip
    shutil.rmtree(_work(out), ignore_errors=True)
    return manifest


def _descent(manifest: dict[str, Any]) -> dict[str, Any]:
    from app.ml.training.batches.continuing import changes

    return {"continues": changes(manifest)} if "continues" in manifest else {}


@contextmanager
def _bar(length: int) -> Iterator[Progress]:
    with click.progressbar(length=length, label="Training", file=sys.stderr) as bar:
        yield lambda _: bar.update(1)


def _end_s(day: str | None) -> int:
    from app.ml.training.batches.fraud import NO_LIMIT_S
    from app.ml.training.fraud_predict import day_start_s

    return day_start_s(day) + 86_400 if day else NO_LIMIT_S


def _work(out: Path) -> Path:
    return out.with_name(f".{out.name}.work")
