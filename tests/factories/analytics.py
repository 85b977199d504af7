"""Analytics on a test's database, and people who signed up there without a password hash."""

from datetime import datetime
from typing import Any

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_id
from app.domains.analytics.service import AnalyticsService
from app.domains.analytics.source_types import Sources
from app.domains.fraud.usecases.kpis import Kpis
from app.domains.identity.usecases.sign_ups import SignUps
from app.domains.ledger.usecases.flows import Flows
from app.domains.onboarding.usecases.progress import Progress


def analytics_on(db: Database, clock: Clock) -> AnalyticsService:
    """Return the door of analytics with its real sources."""
    sources = Sources(SignUps(db=db), Progress(db=db), Flows(db=db), Kpis(db=db))
    return AnalyticsService(db=db, clock=clock, sources=sources)


async def signed_up(db: Any, at: datetime, **more: Any) -> str:
    """Put a person's bare document into the database and return her id."""
    user_id = new_id()
    await db.insert_one(
        "users",
        {
            "_id": user_id, "email_index": user_id, "pii": {}, "password": {},
            "roles": ["user"], "created_at": at, "not_before": at, **more,
        },
    )  # fmt: skip
    return user_id


async def dumped(db: Database) -> dict[str, Any]:
    """Return every rollup by id, as stored."""
    rows = await db.find_many("rollups", {}, limit=5_000)
    return {row["_id"]: row for row in rows}
