"""Orders that a person still looks at: while there are some, nothing more is ordered."""

from datetime import datetime, timedelta
from typing import Final

from app.core.db import Database
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import JournalState
from app.domains.portfolio.repository import plans
from app.domains.portfolio.types import OrderPlan, PlanState

#: An order that is older was decided or has run out.
LOOK_BACK: Final = timedelta(days=7)


class Reviews:
    """Reads order plans and what the ledger says of them."""

    def __init__(self, *, db: Database, ledger: LedgerService) -> None:
        self._db = db
        self._ledger = ledger

    async def of(self, user_id: str, now: datetime) -> tuple[OrderPlan, ...]:
        """Return a person's plans whose money is held for a review."""
        recent = await plans.list_of(
            self._db, user_id, since=now - LOOK_BACK, before=now + timedelta(seconds=1)
        )
        found = []
        for plan in recent:
            if plan.state is PlanState.HELD and plan.movement_id is not None:
                movement = await self._ledger.books.movement(user_id, plan.movement_id)
                if movement.state is JournalState.HELD:
                    found.append(plan)
        return tuple(found)
