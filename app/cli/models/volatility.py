"""`finnami train|predict|evaluate volatility`."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.ml.features.prices import PriceTable

DATE = click.DateTime(formats=["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PRICES_HELP = "Parquet or CSV: date + one total-return price column per asset."


@click.command("volatility")
@click.option("--prices", type=FILE, required=True, help=PRICES_HELP)
@click.option("--until", type=DATE, required=True, help="Last day the model may know.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the artefact; versions are never overwritten.",
)
@click.option("--universe", type=FILE, help="JSON with sleeves, roles and caps.")
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(
    *,
    prices: Path,
    until: datetime,
    out: Path,
    universe: Path | None,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Train the volatility ensemble on prices up to a day and write it with its card.

    Exit codes: 0 good, 2 the file, universe or history cannot be used.
    """
    from app.ml.registry import ArtefactError
    from app.ml.training.volatility import TrainingError, train_volatility, write_volatility

    table = _read(prices, universe)
    import numpy as np

    known = table.until(np.datetime64(until.date()))
    click.echo(f"training on {len(known)} days of {len(table.universe.assets)} assets", err=True)
    try:
        trained = train_volatility(known)
        summary = write_volatility(trained, known, out)
    except (TrainingError, ArtefactError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(summary, indent=2))


@click.command("volatility")
@click.option("--model", type=FOLDER, required=True, help="Folder of a volatility model.")
@click.option("--prices", type=FILE, required=True, help=PRICES_HELP)
@click.option("--date", "day", type=DATE, help="Decision day; the last one without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def predict(*, model: Path, prices: Path, day: datetime | None, as_json: bool) -> None:
    """Print the forecast volatility of each asset and the rung of each profile.

    Exit codes: 0 good, 2 the file or model cannot be used for that day.
    """
    report = _forecast(model, prices, day)
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(f"as of {report['as_of']}, model {report['model_version']}")
    for name, value in report["volatility"].items():
        click.echo(f"{name:>8} {value:7.2%} a year")
    for row in report["profiles"]:
        click.echo(
            f"profile {row['profile']:>2}: promised {row['promised_vol']:.1%}, "
            f"rung {row['rung']:>3}, predicted {row['predicted_vol']:.2%}"
        )


@click.command("volatility")
@click.option("--model", type=FOLDER, required=True, help="Folder of a volatility model.")
@click.option("--prices", type=FILE, required=True, help=PRICES_HELP)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def evaluate(*, model: Path, prices: Path, as_json: bool) -> None:  # noqa: ARG001 - always JSON
    """Score a frozen model on month ends after its training, beside EWMA.

    Exit codes: 0 the ensemble beats EWMA20 in QLIKE, 1 it does not, 2 nothing to score.
    """
    from app.ml.training.backtest import BacktestPlan, decision_days
    from app.ml.training.volatility_skill import frozen_forecasts, skill_by_year

    loaded, table = _model_and_prices(model, prices)
    last = table.dates[-1].item()
    plan = BacktestPlan(loaded.trained_until, last)
    days = decision_days(table, plan)
    report = skill_by_year(table, frozen_forecasts(table, loaded, days))
    if report["blocks"] == 0:
        raise click.UsageError(
            f"{prices.name} has no month end with 21 later days after {loaded.trained_until}"
        )
    click.echo(json.dumps({"model_version": loaded.version} | report, indent=2))
    if report["qlike"] >= report["qlike_ewma20"]:
        raise SystemExit(1)


def _forecast(model: Path, prices: Path, day: datetime | None) -> dict[str, Any]:
    import numpy as np

    from app.ml.features.prices import StalePriceError
    from app.ml.serving.frontier import build_frontier
    from app.ml.serving.ladder import PROFILES, pick_rung, promised_volatility

    loaded, table = _model_and_prices(model, prices)
    known = table if day is None else table.until(np.datetime64(day.date()))
    if len(known) == 0:
        raise click.UsageError(f"{prices.name} has no complete day of prices by then")
    try:
        frontier = build_frontier(known, len(known) - 1, loaded)
    except StalePriceError as error:
        raise click.UsageError(str(error)) from error
    rungs = {p: pick_rung(frontier.rung_volatility, promised_volatility(p)) for p in PROFILES}
    volatility = (float(v) for v in frontier.volatility)
    return {
        "as_of": frontier.as_of.isoformat(),
        "model_version": frontier.model_version,
        "data_sha256": frontier.data_sha256,
        "member_disagreement": frontier.disagreement,
        "volatility": dict(zip(frontier.assets, volatility, strict=True)),
        "profiles": [
            {
                "profile": profile,
                "promised_vol": promised_volatility(profile),
                "rung": rung,
                "predicted_vol": float(frontier.rung_volatility[rung]),
                "weights": dict(
                    zip(frontier.assets, map(float, frontier.rung_weights[rung]), strict=True)
                ),
            }
            for profile, rung in rungs.items()
        ],
    }


def _model_and_prices(model: Path, prices: Path) -> Any:
    from app.ml.registry import ArtefactError
    from app.ml.serving.vol import load_volatility
    from app.ml.training.pricefile import PriceFileError, read_prices

    try:
        loaded = load_volatility(model)
        return loaded, read_prices(prices, loaded.universe)
    except (ArtefactError, PriceFileError) as error:
        raise click.UsageError(str(error)) from error


def _read(prices: Path, universe: Path | None) -> "PriceTable":
    from app.ml.features.universe import UniverseError, read_universe
    from app.ml.training.pricefile import PriceFileError, read_prices

    try:
        return read_prices(prices, read_universe(universe) if universe else None)
    except (UniverseError, PriceFileError, OSError) as error:
        raise click.UsageError(str(error)) from error
