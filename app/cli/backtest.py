"""`finnami backtest`: replay advice on past prices with costs, seeing nothing ahead of time."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.ml.training.backtest import BacktestResult

DATE = click.DateTime(formats=["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def backtest() -> None:
    """Replay advice on past prices, with costs and without looking ahead."""


@backtest.command()
@click.option("--prices", type=FILE, required=True, help="date + one total-return column an asset.")
@click.option("--model", type=FOLDER, required=True, help="Folder of a volatility model.")
@click.option("--start", type=DATE, required=True, help="First day a decision may fall on.")
@click.option("--end", type=DATE, required=True, help="Last day a decision may fall on.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--refit",
    type=click.IntRange(0, 120),
    default=6,
    show_default=True,
    help="Train the stored recipe again every n months; 0 keeps the model frozen.",
)
@click.option(
    "--band",
    type=click.FloatRange(0, 1),
    default=0.15,
    show_default=True,
    help="No trade while predicted volatility is this close to the target.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def advice(  # noqa: PLR0913 - one parameter per documented option
    *,
    prices: Path,
    model: Path,
    start: datetime,
    end: datetime,
    out: Path,
    refit: int,
    band: float,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Walk the ten risk profiles through history: month-end decisions, trades at the next close.

    Writes the weights after each trade and prints a JSON summary. Exit codes: 0 good, 1 some
    decisions were skipped because of missing prices, 2 refused (the reason is printed).
    """
    if start > end:
        raise click.UsageError(f"--start {start:%Y-%m-%d} lies after --end {end:%Y-%m-%d}")
    summary = _run(prices, model, out, start=start.date(), end=end.date(), refit=refit, band=band)
    click.echo(json.dumps(summary, indent=2))
    if summary["skipped_decisions"]:
        count, first = len(summary["skipped_decisions"]), summary["skipped_decisions"][0]
        click.echo(f"{count} decisions skipped, first {first['date']}: {first['reason']}", err=True)
        sys.exit(1)


def _run(  # noqa: PLR0913 - the options of the command above
    prices: Path, model_folder: Path, out: Path, *, start: date, end: date, refit: int, band: float
) -> dict[str, Any]:
    # Imported here: pandas and the boosters are not needed to print the help.
    import numpy as np

    from app.ml.estimators.volatility import VolatilityRecipe
    from app.ml.features.prices import PriceTable
    from app.ml.features.returns import FEATURE_SET
    from app.ml.registry import ArtefactError, load
    from app.ml.serving.vol import VolatilityModel, load_volatility
    from app.ml.training.backtest import BacktestError, BacktestPlan, run_backtest
    from app.ml.training.pricefile import PriceFileError, read_prices
    from app.ml.training.promise import backtest_summary
    from app.ml.training.volatility import TrainingError, train_volatility
    from app.ml.training.volatility_skill import skill_by_year

    try:
        model = load_volatility(model_folder)
        manifest = load(model_folder, feature_version=FEATURE_SET).manifest
        recipe = VolatilityRecipe.from_dict(manifest["recipe"])
        table = read_prices(prices, model.universe)

        def retrain(known: PriceTable) -> VolatilityModel:
            return train_volatility(
                known, recipe=recipe, random_state=manifest["random_state"]
            ).model

        result = run_backtest(
            table,
            model,
            BacktestPlan(start, end, refit_months=refit, band=band),
            retrain,
            progress=lambda day: click.echo(f"\rdeciding {day}", err=True, nl=False),
        )
    except (ArtefactError, PriceFileError, BacktestError, TrainingError) as error:
        raise click.UsageError(str(error)) from error
    click.echo("", err=True)
    used = (
        table.until(np.datetime64(max(t.date for t in result.trades))) if result.trades else table
    )
    write_weights(result, table.universe.assets, out)
    return backtest_summary(result) | {
        "forecast": skill_by_year(table, result.forecasts),
        "band": band,
        "refit_months": refit,
        "data_sha256": used.sha256(),
        "model_sha256": manifest["sha256"],
        "out": str(out),
    }


def write_weights(result: "BacktestResult", assets: tuple[str, ...], out: Path) -> None:
    """Write one row per trade and asset: the weights held after the trade."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from app.ml.serving.ladder import promised_volatility

    trades, repeat = result.trades, len(assets)
    columns = {
        "date": pa.array([t.date for t in trades for _ in range(repeat)], pa.date32()),
        "decision_date": pa.array(
            [t.decision_date for t in trades for _ in range(repeat)], pa.date32()
        ),
        "profile": pa.array([t.profile for t in trades for _ in range(repeat)], pa.int64()),
        "promised_vol": pa.array(
            [promised_volatility(t.profile) for t in trades for _ in range(repeat)], pa.float64()
        ),
        "asset": pa.array([name for _ in trades for name in assets], pa.string()),
        "weight": pa.array([float(w) for t in trades for w in t.weights], pa.float64()),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), out)
