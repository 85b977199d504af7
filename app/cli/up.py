"""`finnami up`: starts the whole product on this machine and keeps it running."""

import json
import sys
import time

import click
from pydantic import ValidationError

from app.cli.launch.child import Child, State
from app.cli.launch.errors import LaunchError
from app.cli.launch.lock import FolderLock, usable_folder
from app.cli.launch.plan import Plan, make_plan
from app.cli.launch.ports import PortTakenError
from app.cli.launch.supervisor import Supervisor
from app.core.config import Settings
from app.core.keys import KeyRingError


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of the API [8000 or next free].")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="API processes."
)
@click.option(
    "--demo/--empty", default=True, show_default=True, help="Seed demo people in a sandbox."
)
@click.option(
    "--json-status", is_flag=True, help="Print one JSON line per child at every change instead."
)
def up(port: int | None, workers: int, demo: bool, json_status: bool) -> None:  # noqa: FBT001 - click
    """Start database, Redis, API, workers and feed; Ctrl-C stops them in order.

    State lives in FINNAMI_DATA_DIR. With FINNAMI_MONGO_URL or FINNAMI_REDIS_URL set, that
    server is used and none is started. Exit codes: 1 cannot start, 2 already running or
    wrong usage.
    """
    started = time.monotonic()
    try:
        settings = Settings()
        folder = usable_folder(settings.data_dir)
        lock = FolderLock(folder)
        lock.acquire()
        try:
            plan = make_plan(settings, folder, port=port, workers=workers, demo=demo)
            lock.announce(plan.url)
            report = _JsonReport(plan, started) if json_status else _TextReport(plan, started)
            Supervisor(plan.programs, folder, _say).run(report)
        finally:
            lock.release()
    except ValidationError as error:
        first = error.errors()[0]
        place = "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"{f'FINNAMI_{place}: ' if place else ''}{first['msg']}", 2)
    except LaunchError as error:
        _fail(str(error), error.exit_code)
    except (PortTakenError, KeyRingError) as error:
        _fail(str(error), 1)


def _say(text: str) -> None:
    click.echo(f"finnami: {text}", err=True)


def _fail(text: str, code: int) -> None:
    _say(text)
    sys.exit(code)


class _TextReport:
    """Tells a person what starts, when it is ready, and the demo log-ins once."""

    def __init__(self, plan: Plan, started: float) -> None:
        self._url = plan.url
        self._started = started
        self._ready = False
        self._shown = False

    def __call__(self, children: list[Child]) -> None:
        """Print what is new."""
        if not self._ready:
            self._progress(children)
        for child in children:
            if child.program.name == "demo" and child.state is State.DONE and not self._shown:
                self._shown = True
                click.echo(child.log.read_text(encoding="utf-8"), nl=False)

    def _progress(self, children: list[Child]) -> None:
        if _all_ready(children):
            self._ready = True
            seconds = time.monotonic() - self._started
            click.echo(f"FinNami is ready at {self._url} after {seconds:.1f} s (Ctrl-C stops it)")
            return
        starting = [child.program.name for child in children if child.state is State.STARTING]
        if starting:
            _say(f"starting {', '.join(starting)}")


class _JsonReport:
    """Prints a line per child at every change, and one when everything is ready."""

    def __init__(self, plan: Plan, started: float) -> None:
        self._url = plan.url
        self._started = started
        self._ready = False

    def __call__(self, children: list[Child]) -> None:
        """Print all children."""
        for child in children:
            click.echo(json.dumps(child.status()))
        if _all_ready(children) and not self._ready:
            self._ready = True
            seconds = round(time.monotonic() - self._started, 2)
            click.echo(json.dumps({"ready": self._url, "seconds": seconds}))


def _all_ready(children: list[Child]) -> bool:
    return all(child.up for child in children if not child.program.optional)
