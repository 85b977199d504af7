"""How far many people are on their way in, for those who count them."""

from datetime import datetime

from app.core.db import Database
from app.domains.onboarding.repository import progress

TIMEOUT_S = 30.0


class Progress:
    """Reads only: numbers and ids, nothing that is sealed."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def counts(self, user_ids: list[str]) -> tuple[int, int]:
        """Return how many of these people have their identity approved, and a risk profile."""
        return await progress.counts(self._db, user_ids, timeout_s=TIMEOUT_S)

    async def movers(self, start: datetime, end: datetime, *, limit: int) -> set[str]:
        """Return who got further in [start, end); `limit` or more means there may be others."""
        return await progress.movers(self._db, start, end, limit=limit, timeout_s=TIMEOUT_S)
