"""Whether a person has frozen her own money: kept where every movement of money looks already."""

from datetime import datetime

from app.core.db import Database
from app.core.uow import Transaction
from app.domains.onboarding.repository import people


class Freezes:
    """Reads and writes the freeze; who may lift it is the ledger's to say."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def since(self, user_id: str) -> datetime | None:
        """Return since when a person's money is frozen; None when it is not."""
        return people.frozen_at(await people.find_steps(self._db, user_id))

    async def put(self, tx: Transaction, user_id: str, *, at: datetime) -> bool:
        """Freeze a person's money; False when it was frozen before."""
        return await people.freeze(tx, user_id, at=at)

    async def lift(self, tx: Transaction, user_id: str) -> bool:
        """Lift a freeze; False when there was none."""
        return await people.lift(tx, user_id)
