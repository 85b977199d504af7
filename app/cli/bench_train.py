"""`finnami bench train`: peak memory of training out of core beside the usual way."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from app.cli.benching.options import USAGE, BenchOptions, bench_options
from app.cli.benching.report import Arm, Report

FULL_ROWS, FULL_FILES = 5_000_000, 25
QUICK_ROWS, QUICK_FILES = 600_000, 25
MEMORY_BAR, MEMORY_AIM = 1 / 3, 1 / 6
PRECISION_BAR = 0.002
SAMPLED_BELOW = 2_000_000
"""LightGBM takes 200,000 rows as float64 to find its bins, however few rows there are."""
TIMEOUT_S = 1_200
BASELINE, LIGHT_BASELINE = "pandas + DMatrix", "pandas + lgb.Dataset"
CANDIDATES = {
    "DataIter + QuantileDMatrix": BASELINE,
    "DataIter + ExtMemQuantileDMatrix": BASELINE,
    "lgb.Sequence": LIGHT_BASELINE,
}
"""Arm -> the arm whose average precision it must equal; memory is held against pandas + DMatrix."""


@click.command()
@click.option(
    "--rows", type=click.IntRange(1_000, 100_000_000),
    help=f"Rows of 20 float32; default {FULL_ROWS:,}, --quick {QUICK_ROWS:,}.",
)  # fmt: skip
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the invented rows lie meanwhile; default: the temporary folder.",
)  # fmt: skip
@bench_options
def train(*, options: BenchOptions, rows: int | None, folder: Path | None) -> None:
    """Train on invented rows in 25 Parquet files, each arm in a process of its own.

    Memory is the peak above what the imports took. The iterator and sequence arms are the code
    of `finnami train fraud`; ExtMem keeps the bins on disk, which XGBoost calls unfinished, and
    is shown for its memory only. Runs once: --rounds changes nothing.
    """
    rows = rows or (QUICK_ROWS if options.quick else FULL_ROWS)
    files = QUICK_FILES if options.quick else FULL_FILES
    report = options.report("train", rows=rows, files=files, features=20, trees=8, bins=256)
    found: dict[str, dict[str, Any]] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="finnami-bench-", dir=folder) as scratch:
            _write(Path(scratch), rows, files, options)
            for name in (BASELINE, LIGHT_BASELINE, *CANDIDATES):
                _run(report, options, name, Path(scratch), found, rows)
    except ImportError as error:
        click.echo(f"finnami: needs the training extra: {error}", err=True)
        sys.exit(USAGE)
    except OSError as error:
        click.echo(f"finnami: the rows cannot be written: {error.strerror or error}", err=True)
        sys.exit(USAGE)
    _judge(report, found)
    options.finish(report)


def _write(scratch: Path, rows: int, files: int, options: BenchOptions) -> None:
    from app.ml.training.memory_arms import write_parts

    with click.progressbar(length=files + 1, label="Rows", file=sys.stderr) as bar:
        for _ in write_parts(scratch, rows=rows, files=files, seed=options.seed):
            bar.update(1)


def _run(
    report: Report, options: BenchOptions, name: str, scratch: Path,
    found: dict[str, dict[str, Any]], rows: int,
) -> None:  # fmt: skip
    options.say(name)
    command = [sys.executable, "-m", "app.ml.training.memory_arms", name, str(scratch)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        report.skip(name, f"not done after {TIMEOUT_S} s")
        return
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        report.skip(name, last)
        return
    result = json.loads(done.stdout.splitlines()[-1])
    found[name] = {**result, "rows": rows}
    report.add(
        Arm(
            name=name,
            role="candidate" if name in CANDIDATES else "baseline",
            n=rows,
            rps=round(rows / result["seconds"], 1),
            cpu_us_per_op=round(result["cpu_s"] / rows * 1e6, 3),
            rss_mb_max=round(result["peak_mb"], 1),
            cpu_cores=round(result["cpu_s"] / result["seconds"], 2),
        )
    )


def _judge(report: Report, found: dict[str, dict[str, Any]]) -> None:
    for name, twin in CANDIDATES.items():
        bar = f"peak memory, {name} / {BASELINE}"
        if name in found and twin == LIGHT_BASELINE and found[name]["rows"] < SAMPLED_BELOW:
            report.skip(bar, f"below {SAMPLED_BELOW:,} rows LightGBM's own bin sample decides")
        else:
            report.ratio(bar, arm=name, baseline=BASELINE, metric="rss_mb_max", bar=MEMORY_BAR)
        gap = None
        if name in found and twin in found:
            gap = abs(found[name]["average_precision"] - found[twin]["average_precision"])
        report.check(f"|d AP|, {name} against {twin}", gap, bar=PRECISION_BAR)
    report.note("aim_memory_ratio", round(MEMORY_AIM, 3))
    report.note(
        "average_precision",
        {name: round(result["average_precision"], 5) for name, result in found.items()},
    )
    report.note("seconds", {name: round(result["seconds"], 1) for name, result in found.items()})
