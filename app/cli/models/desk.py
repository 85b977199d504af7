"""`finnami models`: what is stored, what judges payments, and changing it as the operator."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.errors import FinNamiError
from app.core.keys import KeyRing, KeyRingError
from app.domains.fraud.model_types import Pointer
from app.domains.fraud.usecases.model_watch import ModelWatch
from app.domains.fraud.usecases.models import Models
from app.ml.registry import ArtefactError, manifest_bytes
from app.ml.store import StoredModel
from app.services import load_keys, model_store, open_database, stored_scorers

OPERATOR = "operator"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
T = TypeVar("T")

reason_option = click.option(
    "--reason", required=True, help="Why; stands in the audit log beside `operator`."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def models() -> None:
    """Show the stored fraud models, register one, and choose which one judges payments.

    Every running process follows a change within five seconds, without a restart.
    """


@models.command(name="list")
@json_option
def list_models(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List the stored versions: why each is trusted, or why it would be refused."""

    async def work(desk: Models, _: ModelWatch) -> tuple[Pointer, list[StoredModel]]:
        return await desk.pointer(), await desk.versions()

    pointer, found = _with_desk(work)
    if as_json:
        click.echo(json.dumps([_row(one, pointer) for one in found], indent=1))
        return
    for one in found:
        trust = one.trusted_by.value if one.trusted_by else f"REFUSED: {one.refusal}"
        click.echo(f"{_mark(one, pointer):<10} {one.version}  {trust}")


@models.command()
@click.argument("version")
@json_option
def show(version: str, as_json: bool) -> None:  # noqa: FBT001 - click
    """Print the card of VERSION (Markdown), or its whole manifest with --json."""

    async def work(desk: Models, _: ModelWatch) -> StoredModel:
        return await desk.find(version)

    found = _with_desk(work)
    click.echo(json.dumps(dict(found.manifest), indent=1) if as_json else found.card())


def _load_any(folder: Path) -> None:
    """Load a model of either kind, which checks it. Raises ArtefactError, ValueError."""
    from app.ml.serving.fraud_scorer import FraudScorer
    from app.ml.serving.risk import MODEL_NAME, load_risk

    try:
        manifest = json.loads(manifest_bytes(folder))
    except ValueError:
        manifest = None  # said by the loader below, with the file's name
    if isinstance(manifest, dict) and manifest.get("name") == MODEL_NAME:
        load_risk(folder)
    else:
        FraudScorer.load(folder)


@models.command()
@click.argument("folder", type=FOLDER)
@json_option
def register(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - click
    """Check the fraud or risk model in FOLDER and sign it, so that this installation may serve it.

    Copies it beside the installation's other models; FOLDER stays as it is. Registering puts
    no fraud model in force; the newest registered risk model asks its question from the next
    risk profile on. The same one again changes nothing. Exit 2: it fails a check.
    """
    try:
        settings = local_settings()
        keys = load_keys(settings)
        # Everything but trust, which is what registering gives.
        _load_any(folder)
        stored = model_store(settings, keys).register(
            folder, signing_key=keys.model_key().private_bytes_raw()
        )
    except (FinNamiError, KeyRingError, ValueError) as error:
        _refuse(error)
    facts = {"version": stored.version, "folder": str(stored.folder), "trusted_by": "signature"}
    click.echo(json.dumps(facts) if as_json else f"registered {stored.version}: {stored.folder}")


@models.command()
@click.argument("version")
@reason_option
@click.option(
    "--without-gate",
    is_flag=True,
    help="Promote although it did not win on two labelled weeks; the audit log says so.",
)
@json_option
# click passes options by name.
def promote(version: str, reason: str, without_gate: bool, as_json: bool) -> None:  # noqa: FBT001
    """Put VERSION in force; the one before is kept for `rollback`.

    Exit 1: it has not shown that it is better (each missing proof is named).
    """

    async def work(desk: Models, _: ModelWatch) -> Pointer:
        return await desk.promote(version, actor=OPERATOR, reason=reason, gated=not without_gate)

    _say_pointer(_with_desk(work), as_json=as_json)


@models.command()
@reason_option
@json_option
def rollback(reason: str, as_json: bool) -> None:  # noqa: FBT001 - click
    """Put the version before back in force: one command, no proof asked, no restart."""

    async def work(desk: Models, _: ModelWatch) -> Pointer:
        return await desk.rollback(actor=OPERATOR, reason=reason)

    _say_pointer(_with_desk(work), as_json=as_json)


@models.command()
@click.argument("version", required=False)
@click.option("--end", is_flag=True, help="End the present measuring; name no version.")
@reason_option
@json_option
# click passes options by name.
def shadow(version: str | None, end: bool, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Measure VERSION on what the one in force judges; it decides nothing."""
    if (version is None) != end:
        raise click.UsageError("name a version, or --end")

    async def work(desk: Models, _: ModelWatch) -> Pointer:
        return await desk.shadow(version, actor=OPERATOR, reason=reason)

    _say_pointer(_with_desk(work), as_json=as_json)


@models.command()
@json_option
def watch(as_json: bool) -> None:  # noqa: FBT001 - click
    """Look at the models now, as the worker does every hour, and print what was found."""

    async def work(desk: Models, watch: ModelWatch) -> dict[str, Any]:
        click.echo("reading the decisions of the last 28 days", err=True)
        await watch.run()
        pointer = await desk.pointer()
        report = (await watch.reports(pointer.version))[0]
        found: dict[str, Any] = {"report": asdict(report), "comparison": None}
        if pointer.challenger is not None:
            compared = await desk.comparison(pointer.challenger)
            if compared is not None:
                refusals = list(desk.refusals(compared))
                found["comparison"] = {**asdict(compared), "refusals": refusals}
        return found

    found = _with_desk(work)
    if as_json:
        click.echo(json.dumps(found, indent=1, default=str))
        return
    report = found["report"]
    click.echo(f"{report['version']}: {report['rows']} payments judged in the last 24 hours")
    click.echo(f"drift above the bound: {', '.join(report['alerts']) or 'none'}")
    if found["comparison"] is not None:
        reasons = found["comparison"]["refusals"]
        name = found["comparison"]["challenger_version"]
        click.echo(f"challenger {name}: {'; '.join(reasons) or 'may be promoted'}")


def _with_desk(work: Callable[[Models, ModelWatch], Awaitable[T]]) -> T:
    """Run one use of the desk; what it refuses is one line and exit 1 or 2."""

    async def run(settings: Settings, keys: KeyRing | None) -> T:
        clock = SystemClock()
        db = open_database(settings, clock)
        source = stored_scorers(settings, keys)
        try:
            desk = Models(db=db, clock=clock, source=source)
            return await work(desk, ModelWatch(db=db, clock=clock, models=desk, source=source))
        finally:
            await db.close()

    try:
        settings = local_settings()
        keys = load_keys(settings) if settings.key_file else None
        return asyncio.run(run(settings, keys))
    except (FinNamiError, KeyRingError, ArtefactError, ValueError) as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    click.echo(f"finnami: {error}", err=True)
    sys.exit(1 if getattr(error, "code", "") == "promotion_refused" else 2)


def _say_pointer(pointer: Pointer, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(pointer), default=str))
        return
    shadow = f", {pointer.challenger} in shadow" if pointer.challenger else ""
    click.echo(f"in force: {pointer.version}, before: {pointer.previous or 'none'}{shadow}")


def _row(one: StoredModel, pointer: Pointer) -> dict[str, Any]:
    return {
        "version": one.version,
        "state": _mark(one, pointer) or "stored",
        "trusted_by": one.trusted_by.value if one.trusted_by else None,
        "refusal": one.refusal,
        "sha256": one.manifest.get("sha256"),
        "trained_until": one.manifest.get("training", {}).get("until"),
        "folder": str(one.folder),
    }


def _mark(one: StoredModel, pointer: Pointer) -> str:
    names = {pointer.previous: "before", pointer.challenger: "shadow", pointer.version: "in force"}
    return names.get(one.version, "")
