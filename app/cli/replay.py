"""`finnami replay`: compute stored features or decisions again and compare."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from app.cli.replay_decision import decision
from app.core.errors import FinNamiError

DAY = click.DateTime(formats=["%Y-%m-%d"])
LATE_SEED = 5


@click.group()
def replay() -> None:
    """Compute stored features or decisions again, and compare."""


replay.add_command(decision)


@replay.command()
@click.option("--data", multiple=True, required=True, help="Files, globs, directories; repeats.")
@click.option("--from", "first", type=DAY, required=True, help="First day to replay.")
@click.option("--to", "last", type=DAY, required=True, help="Last day to replay, included.")
@click.option(
    "--reference",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Handbook features of some payments, compared within 1e-6.",
)
@click.option("--flush-at", type=click.IntRange(1), help="Drop all state every N payments.")
@click.option("--shuffle-late", is_flag=True, help="1 % of payments arrive up to an hour late.")
@click.option("--duplicates", is_flag=True, help="Deliver some payments twice.")
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def features(  # noqa: PLR0913 - one parameter per documented option
    *,
    data: tuple[str, ...],
    first: datetime,
    last: datetime,
    reference: Path | None,
    flush_at: int | None,
    shuffle_late: bool,
    duplicates: bool,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Run payments through the scorer's feature path and compare with the offline table.

    Exit codes: 0 no mismatch, 1 at least one row differs, 2 wrong input.
    """
    import numpy as np
    import pyarrow.parquet as pq

    from app.ml.features.behaviour_table import habits_of
    from app.ml.features.fraud_table import constants_of
    from app.ml.training import fraud_replay
    from app.ml.training.fraud_predict import Period
    from app.ml.training.payments_data import read_payments

    try:
        payments = read_payments(data)
        period = Period.of(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
        table = payments.table.take(payments.table.ts_s < period.end_s)
        late = 0
        if shuffle_late:
            table, late = fraud_replay.shuffle_late(table, seed=LATE_SEED)
        inside = period.rows(table)
        if not inside.any():
            raise ValueError("no payment lies in the period")
        plan = fraud_replay.ReplayPlan(flush_at=flush_at, duplicates=duplicates)
        with click.progressbar(length=int(inside.sum()), label="Replay", file=sys.stderr) as bar:
            result = fraud_replay.replay(
                table, inside, (constants_of(table.cents), habits_of(table)), plan,
                lambda done: bar.update(done - bar.pos),
            )  # fmt: skip
        differing = None
        if reference is not None:
            columns = pq.read_table(reference)
            named = {n.lower(): columns[n].to_numpy() for n in columns.column_names}
            differing = fraud_replay.reference_mismatches(
                table, np.nonzero(inside)[0], result.rows_seen, named
            )
    except (FinNamiError, ValueError, KeyError, OSError) as exc:
        click.echo(f"Error: {exc}", err=True)
        raise SystemExit(2) from exc
    summary = {
        "rows": result.rows, "mismatches": result.mismatches, "max_diff": result.max_diff,
        "reference_mismatches": differing, "flushes": result.flushes,
        "duplicates": result.duplicates, "late": late, "skipped": list(payments.skipped),
    }  # fmt: skip
    click.echo(json.dumps(summary, indent=1))
    if result.mismatches:
        raise SystemExit(1)
