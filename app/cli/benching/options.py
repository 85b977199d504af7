"""The options every bench takes, and how one ends: print, write, exit code."""

import functools
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from app.cli.benching.report import EXIT_CODES, Gating, Report
from app.cli.benching.table import render
from app.cli.launch.pair import embedded_pair
from app.cli.launch.process import ChildFailedError
from app.core.config import Settings

USAGE = 2


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What the caller asked for."""

    as_json: bool
    seed: int
    rounds: int
    quick: bool
    gating: Gating
    out: Path | None

    def report(self, name: str, **settings: Any) -> Report:
        """Return an empty report of this run; make it before the first arm."""
        shown = {"rounds": self.rounds, **settings}
        return Report(name, seed=self.seed, quick=self.quick, gating=self.gating, settings=shown)

    def say(self, text: str) -> None:
        """Tell a person what is going on; standard output stays the document's."""
        click.echo(text, err=True)

    def finish(self, report: Report) -> NoReturn:
        """Print the document, write it where asked, and end with its exit code."""
        document = report.document()
        text = report.json()
        click.echo(text if self.as_json else render(document))
        if self.out is not None:
            self.out.write_text(text + "\n", encoding="utf-8")
        sys.exit(EXIT_CODES[report.verdict])


def bench_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options; it receives them as `options: BenchOptions`."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
    @click.option("--seed", default=7, show_default=True, help="Of everything drawn at random.")
    @click.option(
        "--rounds", default=5, show_default=True, type=click.IntRange(1, 100), help="Interleaved."
    )
    @click.option("--quick", is_flag=True, help="At most 30 seconds, for tests.")
    @click.option(
        "--gate",
        "gating",
        default=Gating.RATIOS.value,
        show_default=True,
        type=click.Choice([gating.value for gating in Gating]),
        help="Which bars decide; absolute times only with all.",
    )
    @click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the document."
    )
    @functools.wraps(command)
    def with_options(
        *,
        as_json: bool,
        seed: int,
        rounds: int,
        quick: bool,
        gating: str,
        out: Path | None,
        **own: Any,
    ) -> None:
        options = BenchOptions(as_json, seed, rounds, quick, Gating(gating), out)
        command(options=options, **own)

    return with_options


@contextmanager
def bench_servers(options: BenchOptions) -> Iterator[tuple[str, str]]:
    """Yield (database URL, Redis URL): the configured ones, or a private embedded pair.

    Exits with 2, saying what is missing, when neither can be had.
    """
    settings = Settings()
    if settings.mongo_url and settings.redis_url:
        yield settings.mongo_url, settings.redis_url
        return
    options.say("starting a private embedded database and Redis")
    with tempfile.TemporaryDirectory(prefix="finnami-bench-") as folder:
        try:
            with embedded_pair(Path(folder)) as urls:
                yield urls
        except ChildFailedError as error:
            click.echo(f"finnami: {error}", err=True)
            sys.exit(USAGE)
