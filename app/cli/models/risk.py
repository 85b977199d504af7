"""`finnami train|predict|evaluate risk`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.core.clock import SystemClock
from app.core.errors import FinNamiError

if TYPE_CHECKING:
    from app.ml.training.risk_data import Households

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DATA_HELP = "Parquet or CSV with the columns of the SCF summary extract (YY1, Y1, WGT, AGE ...)."


class RefusedError(click.ClickException):
    """Wrong usage or data: one line, exit code 2."""

    exit_code = 2


@click.command("risk")
@click.option("--data", type=FILE, required=True, help=DATA_HELP)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the artefact; versions are never overwritten.",
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--ablations", is_flag=True, help="Also measure without some columns; 3 x as long.")
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(
    *,
    data: Path,
    out: Path,
    seed: int,
    ablations: bool,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Train the ensemble that challenges a stated risk answer, and write it with its card.

    Measured on folds of whole households. Exit codes: 0 good, 2 the file or folder cannot be used.
    """
    from app.ml.training.risk import ABLATION_STEPS, STEPS, train_risk

    try:
        households = _read(data)
        steps = STEPS + ablations * ABLATION_STEPS
        with click.progressbar(length=steps, label="Training", file=sys.stderr) as bar:
            summary = train_risk(
                households, out, seed=seed, ablations=ablations,
                progress=lambda: bar.update(1),
            )  # fmt: skip
    except (FinNamiError, ValueError) as error:
        raise RefusedError(str(error)) from error
    click.echo(json.dumps(summary, indent=1))


@click.command("risk")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained risk model.")
@click.option("--data", type=FILE, required=True, help=DATA_HELP + " Targets are not read.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Parquet file."
)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
# as_json is accepted and changes nothing: the answer is always JSON.
def predict(*, model: Path, data: Path, out: Path, as_json: bool) -> None:  # noqa: ARG001
    """Write each row's probabilities and equity share, in the order of the file.

    Columns: YY1, Y1, p_none, p_average, p_substantial (sum 1), equity_share in [0, 1].
    Exit codes: 0 good, 2 the file or model cannot be used.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from app.ml.serving.risk import load_risk

    try:
        loaded = load_risk(model)
        households = _read(data)
        p, equity = loaded.predict(households.X)
        columns = {"YY1": households.household, "Y1": households.record}
        columns |= {
            f"p_{name}": p[:, i] for i, name in enumerate(("none", "average", "substantial"))
        }
        out.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({**columns, "equity_share": equity}), out)
    except (FinNamiError, ValueError, OSError) as error:
        raise RefusedError(str(error)) from error
    click.echo(json.dumps({"rows": len(p), "model_version": loaded.version, "out": str(out)}))


@click.command("risk")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained risk model.")
@click.option("--data", type=FILE, required=True, help=DATA_HELP)
@click.option("--waiver", type=FILE, help="Signed waiver (JSON) for a gap above the bound.")
@click.option("--waiver-key", type=FILE, help="File with 32 raw Ed25519 public bytes.")
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def evaluate(
    *,
    model: Path,
    data: Path,
    waiver: Path | None,
    waiver_key: Path | None,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Measure a model on households it was not trained on, and the parity of its questions.

    When the file is the training file, the figures of its household folds are printed instead.
    Exit codes: 0 good, 1 a gap between groups above the bound without a signed waiver, 2 wrong
    input or no unseen household.
    """
    if (waiver is None) != (waiver_key is None):
        raise click.UsageError("--waiver and --waiver-key go together")
    from app.ml.training.risk_evaluate import evaluate_risk
    from app.ml.training.risk_fairness import findings, read_waivers

    try:
        report = evaluate_risk(model, _read(data))
        waived: set[str] = set()
        if waiver is not None and waiver_key is not None:
            today = SystemClock().now().date()
            version = report["model_version"]
            waived = read_waivers(waiver, waiver_key.read_bytes(), today=today, version=version)
    except (FinNamiError, ValueError, OSError) as error:
        raise RefusedError(str(error)) from error
    open_findings = findings(report["fairness"], waived)
    report |= {"waived": sorted(waived), "findings": open_findings}
    click.echo(json.dumps(report, indent=1))
    if open_findings:
        click.echo(f"asked unequally beyond the bound: {', '.join(open_findings)}", err=True)
        raise SystemExit(1)


def _read(path: Path) -> "Households":
    from app.ml.training.risk_data import read_households

    return read_households(path)
