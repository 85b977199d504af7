"""`finnami train|predict|evaluate fraud`."""

import sys
from datetime import datetime
from pathlib import Path

import click

from app.cli.models import train_fraud
from app.cli.models.fraud_inputs import (
    DATA_HELP,
    DAY,
    FOLDER,
    INVENTED_SEED,
    RefusedError,
    artefact_of,
    kind_names,
    payments_of,
    say,
    show,
    steps,
)
from app.core.errors import FinNamiError

train = train_fraud.train


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
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Score every payment of the period as it would have been judged when it was made.

    All rows given are history; a label is used only 7 days after its payment.
    Exit codes: 0 good, 2 data, model or period cannot be used.
    """
    from app.ml.serving.fraud_scorer import FraudScorer
    from app.ml.training.fraud_predict import Period, refuse_early, window_rows, write_scores

    try:
        refuse_early(f"{first:%Y-%m-%d}", str(artefact_of(model).manifest["training"]["until"]))
        scorer = FraudScorer.load(model)
        period = Period.of(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
        payments = payments_of(data)
        window = window_rows(payments.table, period, scorer)
        with click.progressbar(length=max(len(window), 1), label="Scoring", file=sys.stderr) as bar:
            counts = write_scores(window, scorer, out, steps(bar))
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    show(
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
        artefact = artefact_of(model)
        refuse_early(start, str(artefact.manifest["training"]["until"]))
        scorer = FraudScorer.load(model)
        payments, period = payments_of(data), Period.of(start, end)
        names = kind_names(data)
        if invent:
            payments = with_invented(payments, period, seed=INVENTED_SEED)
            names |= invented_fraud.NAMES
        window = labelled_window(payments, period, scorer, protocol=bool(data) and not all_rows)
        asked = Asked(report or "evaluation", names, say)
        found = measured(payments, window, artefact, asked)
    except (FinNamiError, ValueError) as exc:
        raise RefusedError(str(exc)) from exc
    result = {"model_version": scorer.version, "from": start, "to": end, **found}
    if as_json:
        show(result)
    else:
        click.echo("\n".join(lines(result)))
    if not window.two_classes:
        raise SystemExit(1)
