"""`finnami db`: what the database has, what it lacks, and whether its books are right."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from app.cli.connection import local_settings
from app.core import evidence
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.keys import KeyRingError
from app.core.migrate import SchemaStatus, discover, migrate, status
from app.services import (
    SPECS,
    Ports,
    build,
    connect_gate,
    load_keys,
    migrations_dir,
    open_database,
)

T = TypeVar("T")


@click.group()
def db() -> None:
    """Look at the database's schema, bring it up to date, check its books."""


def _with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = open_database(local_settings())
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (FinNamiError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)


def _print(found: SchemaStatus, *, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {
                    "applied": found.applied,
                    "pending": found.pending,
                    "unknown": found.unknown,
                    "changed": found.changed,
                }
            )
        )
        return
    for title, names in (
        ("applied", found.applied),
        ("pending", found.pending),
        ("newer than this code", found.unknown),
        ("changed after they ran", found.changed),
    ):
        click.echo(f"{title}: {', '.join(names) or 'none'}")


@db.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_status(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show applied and pending migrations; exit 1 when this code may not run."""
    found = _with_database(lambda database: status(database, discover(migrations_dir())))
    _print(found, as_json=as_json)
    sys.exit(0 if not (found.pending or found.unknown or found.changed) else 1)


@db.command(name="migrate")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def run_migrations(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Create collections and indexes, then run the pending migrations in order."""
    owner = f"{socket.gethostname()}:{os.getpid()}"

    async def work(database: Database) -> SchemaStatus:
        return await migrate(
            database,
            SPECS,
            discover(migrations_dir()),
            clock=SystemClock(),
            owner=owner,
            progress=lambda text: click.echo(text, err=True),
        )

    _print(_with_database(work), as_json=as_json)


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Check the books and both logs: every balance, chain, entry and signed head.

    Exit 0: all is well; 1: something differs, each by name.
    """
    facts = asyncio.run(_checked())
    wrong = facts["findings"]
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo(
            f"{facts['accounts']} accounts, {facts['postings']} postings,"
            f" {facts['journals']} movements, {facts['entries']} log entries,"
            f" {facts['heads']} signed heads"
        )
        for finding in wrong:
            click.echo(f"WRONG: {finding}")
        click.echo("all is well" if not wrong else f"{len(wrong)} findings")
    sys.exit(1 if wrong else 0)


async def _checked() -> dict[str, Any]:
    settings = local_settings()
    clock = SystemClock()
    try:
        keys = load_keys(settings)
        gate = await connect_gate(settings)
        database = open_database(settings, clock)
    except (FinNamiError, KeyRingError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    services = build(settings, db=database, gate=gate, keys=keys, clock=clock, ports=Ports())
    try:
        books = await services.ledger.books.check()
        key = keys.log_key().public_key()
        logs = [
            await evidence.verify(database, "ledger", evidence.ledger_commitment, key=key),
            await evidence.verify(database, "audit", evidence.audit_commitment, key=key),
        ]
    finally:
        services.close()
        await gate.close()
        await database.close()
    return {
        "accounts": books.accounts,
        "postings": books.postings,
        "journals": books.journals,
        "entries": sum(log.entries for log in logs),
        "heads": sum(log.heads for log in logs),
        "findings": [
            *(f"{found.row}: {found.problem}" for found in books.findings),
            *(finding for log in logs for finding in log.findings),
        ],
    }
