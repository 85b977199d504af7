"""Who signed up on a day, for those who count: ids and numbers, no names."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

from app.core.db import Database
from app.domains.identity.repository import sign_ups

PAGE = 1_000
TIMEOUT_S = 30.0


class SignUps:
    """Reads only. Staff are not customers: of a day's people they are left out."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def count(self, day: date) -> int:
        """Return how many people signed up on a UTC day, staff included."""
        start, end = _bounds(day)
        return await sign_ups.count(self._db, start, end, timeout_s=TIMEOUT_S)

    async def of_day(self, day: date) -> AsyncIterator[list[str]]:
        """Yield the ids of customers who signed up on a UTC day, at most 1,000 at once."""
        low, end = _bounds(day)
        seen: set[str] = set()
        while True:
            rows = await sign_ups.page(self._db, low, end, ties=len(seen), limit=PAGE)
            new = [row for row in rows if row.user_id not in seen]
            customers = [row.user_id for row in new if not row.staff]
            if customers:
                yield customers
            if not new or len(rows) < PAGE:
                return
            low = new[-1].at
            seen = {row.user_id for row in rows if row.at == low}

    async def page(self, after: str, *, limit: int = PAGE) -> tuple[list[str], str | None]:
        """Return the next customers by id, and the id to go on after; None at the end."""
        rows = await sign_ups.by_id(self._db, after, limit=limit)
        customers = [user_id for user_id, staff in rows if not staff]
        return customers, rows[-1][0] if len(rows) == limit else None

    async def days_of(self, user_ids: list[str]) -> set[date]:
        """Return the UTC days on which these people signed up; unknown ids have none."""
        found: set[str] = set()
        for first in range(0, len(user_ids), PAGE):
            part = user_ids[first : first + PAGE]
            found |= await sign_ups.days_of(self._db, part, timeout_s=TIMEOUT_S)
        return {date.fromisoformat(day) for day in found}


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + timedelta(days=1)
