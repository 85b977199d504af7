"""Customers of the last month on a real database: one lives it, the others are her copies."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.ids import new_id
from app.core.migrate import APPLIED
from app.core.mongo import long
from app.core.sidecar import Sidecar
from app.core.store import Document
from app.domains.market.service import MarketService
from app.domains.portfolio.service import PortfolioService
from app.domains.reports.rules import periods
from tests.domains.portfolio.test_orders import Desk, FakeOnboarding
from tests.domains.portfolio.test_performance import pass_days, trade
from tests.factories.ledger import build_bank
from tests.factories.models import shipped_store
from tests.fakes.clock import FakeClock

COPIED = ("users", "accounts", "postings", "journal")
BATCH = 500


def last_month() -> str:
    return periods.last_month(datetime.now(UTC)).label


async def fill(url: str, name: str, *, customers: int) -> None:
    """Put so many customers into a migrated database; each got, bought, sold and paid in it."""
    month = periods.last_month(datetime.now(UTC))
    clock = FakeClock(month.start + timedelta(days=3, hours=9))
    db = Database.connect(url, name, transactions_at_once=1, sidecar=Sidecar(), clock=SystemClock())
    try:
        bank = build_bank(db=db, clock=clock)
        market = MarketService(db=db, clock=clock, seed=7)
        onboarding: Any = FakeOnboarding(clock)
        portfolio = PortfolioService(
            db=db, clock=clock, market=market, onboarding=onboarding, ledger=bank.ledger,
            models=shipped_store(),
        )  # fmt: skip
        user = await bank.person("amina")
        desk = Desk(bank, market, onboarding, portfolio, user)
        await market.ensure_simulated()
        await desk.quote()
        await bank.deposit("amina", 1_000_00)
        await trade(desk, "VTI", 2_000_000)
        await trade(desk, "AGG", 1_500_000)
        await pass_days(desk, 5)
        await trade(desk, "VTI", -750_000)
        await bank.withdraw("amina", 100_00)
        await _copy(db, user, customers - 1)
        bank.house.identity.close()
    finally:
        await db.close()


async def empty(url: str, name: str) -> None:
    """Take everybody out again: the database is shared by the tests of a run."""
    db = Database.connect(url, name, transactions_at_once=1, sidecar=Sidecar(), clock=SystemClock())
    for collection in await db.driver.list_collection_names():
        if collection != APPLIED:
            await db.driver[collection].delete_many({})
    await db.close()


async def _copy(db: Database, user: str, copies: int) -> None:
    """Insert copies of one person's documents under other ids."""
    rows = {
        "users": await db.find_many("users", {"_id": user}, limit=1),
        "accounts": await db.find_many("accounts", {"owner": user}, limit=20),
        "journal": await db.find_many("journal", {"owner": user}, limit=50),
    }
    names = [row["_id"] for row in rows["accounts"]]
    rows["postings"] = await db.find_many("postings", {"account": {"$in": names}}, limit=200)
    others = [new_id() for _ in range(copies)]
    for collection in COPIED:
        await _insert(
            db,
            collection,
            (_renamed(row, user, other) for other in others for row in rows[collection]),
        )


async def _insert(db: Database, collection: str, rows: Iterable[Document]) -> None:
    batch: list[Document] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            await db.insert_many(collection, batch)
            batch = []
    await db.insert_many(collection, batch)


def _renamed(value: Any, user: str, other: str) -> Any:
    if isinstance(value, str):
        return value.replace(user, other)
    if isinstance(value, dict):
        return {key: _renamed(item, user, other) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, user, other) for item in value]
    return long(value) if type(value) is int else value
