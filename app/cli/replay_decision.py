"""`finnami replay decision`: make a stored decision again and compare every byte."""

import asyncio
import json
import sys
from pathlib import Path

import click

from app.cli.connection import local_settings
from app.core import decisions
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.db import Database
from app.core.decisions import DecisionRecord
from app.core.errors import FinNamiError
from app.core.replays import MissingForReplayError, Replay, compare
from app.domains.fraud import replay as fraud
from app.domains.fraud.adapters.model import StoredScorers
from app.domains.market.adapters.archive import read_archives
from app.domains.market.archive_types import PriceArchive
from app.domains.market.service import MarketService
from app.domains.portfolio import replay as portfolio
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.retracing import Past
from app.services import model_store, open_database

USAGE = 2


class UnknownDecisionError(Exception):
    """No such decision is stored."""


@click.command()
@click.argument("decision_id")
@click.option(
    "--prices",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="A folder of `finnami export prices`, for closes that the database has no more.",
)
@click.option(
    "--from-prices", is_flag=True, help="Build the frontier again even when it is kept (a second)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decision(*, decision_id: str, prices: Path | None, from_prices: bool, as_json: bool) -> None:
    """Make the stored recommendation or fraud decision DECISION_ID again.

    Inputs, model, rules and frontier are those its record names. A frontier that is gone is
    built again from the closes of its day, and its name proves their hash. Exit codes: 0 the
    same bytes came out, 1 something differs or is missing (each is named), 2 no database, no such
    decision or an archive that is not whole.
    """
    try:
        found = asyncio.run(_run(local_settings(), decision_id, folder=prices, always=from_prices))
    except (ValueError, FinNamiError, UnknownDecisionError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(USAGE)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "decision": found.decision_id,
                    "kind": found.kind,
                    "identical": found.identical,
                    "missing": found.missing,
                    "differences": found.differences,
                },
                indent=1,
            )
        )
    else:
        for line in found.missing:
            click.echo(f"missing: {line}")
        for line in found.differences:
            click.echo(f"differs: {line}")
        if found.identical:
            click.echo(f"identical: {found.kind} decision {found.decision_id}, byte for byte")
    sys.exit(0 if found.identical else 1)


async def _run(
    settings: Settings, decision_id: str, *, folder: Path | None, always: bool
) -> Replay:
    archives = tuple(read_archives(folder)) if folder is not None else ()
    db = open_database(settings)
    try:
        return await replay_decision(db, settings, decision_id, archives, always=always)
    finally:
        await db.close()


async def replay_decision(
    db: Database,
    settings: Settings,
    decision_id: str,
    archives: tuple[PriceArchive, ...] = (),
    *,
    always: bool = False,
) -> Replay:
    """Return what a replay of a stored decision finds. Raises UnknownDecisionError."""
    document = await db.find_one(decisions.COLLECTION, {"_id": decision_id})
    if document is None:
        raise UnknownDecisionError(f"no decision {decision_id} is stored")
    stored = DecisionRecord.of(document)
    altered: tuple[str, ...] = ()
    if stored.hash() != document["hash"]:
        altered = (
            f"the record was altered: its content is not what {document['hash'][:12]} seals",
        )
    try:
        made = await _again(db, settings, stored, archives, always=always)
    except MissingForReplayError as error:
        return Replay(stored.id, stored.kind, missing=(str(error),), differences=altered)
    except (KeyError, ValueError, TypeError) as error:
        reason = f"a readable record: {error!r}"
        return Replay(stored.id, stored.kind, missing=(reason,), differences=altered)
    return Replay(stored.id, stored.kind, differences=altered + compare(stored, made))


async def _again(
    db: Database,
    settings: Settings,
    stored: DecisionRecord,
    archives: tuple[PriceArchive, ...],
    *,
    always: bool,
) -> DecisionRecord:
    if stored.kind == "recommendation":
        clock = SystemClock()
        market = MarketService(db=db, clock=clock, seed=settings.market_seed)
        frontiers = Frontiers(db=db, clock=clock, market=market, models=model_store(settings))
        past = Past(market=market, frontiers=frontiers, archives=archives, always=always)
        return await portfolio.replay(db, stored, market=market, past=past)
    if stored.kind == "fraud":
        return await fraud.replay(db, stored, scorers=StoredScorers(model_store(settings)))
    raise MissingForReplayError(f"a way to make {stored.kind} decisions again: a person decided")
