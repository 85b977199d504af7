"""`finnami portfolio`: import the history of an account elsewhere for one person."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from app.cli.connection import local_settings
from app.core.clock import SystemClock
from app.core.errors import FinNamiError
from app.core.ids import new_id
from app.core.keys import KeyRingError
from app.domains.imports.errors import NothingToImportError
from app.domains.imports.types import (
    MAX_BYTES,
    DateOrder,
    DecimalMark,
    Options,
    Reading,
    RowField,
    RowOutcome,
    RowType,
    Upload,
)
from app.services import AppServices, Ports, build, connect_gate, load_keys, open_database

T = TypeVar("T")
SHOWN = 20
LEAVE_OUT = "leave_out"


@click.group()
def portfolio() -> None:
    """Import what a person holds and did at another broker."""


def _pairs(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(value.rpartition("=")[::2] for value in values)
    if any(not name or not word for name, word in pairs.items()):
        raise click.BadParameter("write NAME=MEANING", param=option)
    return pairs


@portfolio.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", required=True, metavar="EMAIL", help="Whose account it is.")
@click.option("--account", default="Elsewhere", show_default=True, help="Its name here.")
@click.option("--currency", default=None, help="Of rows that do not say theirs.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=FIELD",
    help="What a column means; once given, only given ones count.",
)
@click.option(
    "--type",
    "words",
    multiple=True,
    callback=_pairs,
    metavar="WORD=TYPE",
    help=f"What a word of the type column means; {LEAVE_OUT} leaves such rows out.",
)
@click.option("--decimal-mark", type=click.Choice([mark.value for mark in DecimalMark]))
@click.option("--date-order", type=click.Choice([order.value for order in DateOrder]))
@click.option("--round", "round_amounts", is_flag=True, help="Round amounts finer than a cent.")
@click.option("--dry-run", is_flag=True, help="Look only; keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(  # noqa: PLR0913 - click passes options by name
    file: Path,
    user: str,
    account: str,
    currency: str | None,
    columns: dict[str, str],
    words: dict[str, str],
    decimal_mark: str | None,
    date_order: str | None,
    round_amounts: bool,  # noqa: FBT001 - click
    dry_run: bool,  # noqa: FBT001 - click
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Import the transactions of FILE (CSV or JSON, at most 5 MiB and 20,000 rows).

    Every row becomes new, duplicate or refused with its line; the same file again adds nothing.
    Nothing is booked in FinNami's ledger. Exit 0: every row was read; 1: some were refused, the
    others kept; 2: no such person, no database, no table, wrong usage.
    """
    if file.stat().st_size > MAX_BYTES:
        raise click.UsageError(f"{file} has more than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        options = Options(
            account=account,
            columns={RowField(field): name for name, field in columns.items()} or None,
            types={w: None if kind == LEAVE_OUT else RowType(kind) for w, kind in words.items()},
            currency=currency,
            decimal_mark=None if decimal_mark is None else DecimalMark(decimal_mark),
            date_order=None if date_order is None else DateOrder(date_order),
            round_amounts=round_amounts,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    upload = Upload(file.name, file.read_bytes())
    try:
        reading, batch_id = asyncio.run(
            _with_services(lambda s: _import(s, user, upload, options, dry_run=dry_run))
        )
    except (FinNamiError, KeyRingError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    _report(reading, batch_id, as_json=as_json)
    sys.exit(1 if reading.counts.refused else 0)


async def _import(
    services: AppServices, email: str, upload: Upload, options: Options, *, dry_run: bool
) -> tuple[Reading, str | None]:
    user_id = await services.identity.find_user_by_email_index(email)
    if user_id is None:
        raise ValueError("there is no person with this e-mail address")
    reading = await services.imports.preview(user_id, upload, options)
    if dry_run or reading.counts.new == 0:
        return reading, None
    try:
        kept = await services.imports.keep(user_id, upload, options, key=new_id())
    except NothingToImportError:
        # Another import of the same rows came between: then there is nothing left to do.
        return await services.imports.preview(user_id, upload, options), None
    return reading, kept.batch_id


async def _with_services(work: Callable[[AppServices], Awaitable[T]]) -> T:
    settings = local_settings()
    clock, keys = SystemClock(), load_keys(settings)
    gate = await connect_gate(settings)
    db = open_database(settings, clock)
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports())
    try:
        return await work(services)
    finally:
        services.close()
        await gate.close()
        await db.close()


def _report(reading: Reading, batch_id: str | None, *, as_json: bool) -> None:
    counts = reading.counts
    refused = [row for row in reading.rows if row.outcome is RowOutcome.REFUSED]
    if as_json:
        told = {
            "import_id": batch_id,
            "rows": counts.rows,
            "new": counts.new,
            "duplicate": counts.duplicate,
            "refused": counts.refused,
            "mapping": {field.value: column for field, column in reading.mapping.items()},
            "questions": [question.value for question in reading.questions],
            "errors": [
                {"line": row.line, "column": e.column, "code": e.code.value, "message": e.message}
                for row in refused
                for e in row.errors
            ],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for row in refused[:SHOWN]:
        reasons = "; ".join(f"{e.column}: {e.message}" if e.column else e.message
                            for e in row.errors)  # fmt: skip
        click.echo(f"line {row.line}: {reasons}")
    if len(refused) > SHOWN:
        click.echo(f"… and {len(refused) - SHOWN} more; --json lists all")
    done = f"imported as {batch_id}" if batch_id else "nothing was kept"
    click.echo(
        f"{counts.rows} rows: {counts.new} new, {counts.duplicate} already there,"
        f" {counts.refused} refused; {done}"
    )
