"""Reports on a test's desk: its own books, prices and advice, with the database in memory."""

from datetime import UTC, datetime
from typing import Any

from app.domains.reports.service import ReportsService
from tests.domains.portfolio.test_orders import Desk
from tests.factories.analytics import analytics_on


class Customers:
    """Whoever the test says, in the order of their ids."""

    def __init__(self, *ids: str) -> None:
        self.ids = sorted(ids)

    async def page(self, after: str, *, limit: int) -> tuple[list[str], str | None]:
        found = [one for one in self.ids if one > after][:limit]
        return found, found[-1] if len(found) == limit else None


def reports_on(desk: Desk, *, portfolio: Any = None, customers: Any = None) -> ReportsService:
    """Return the door of reports over a desk."""
    bank = desk.bank
    return ReportsService(
        db=bank.db,
        clock=bank.clock,
        ledger=bank.ledger,
        portfolio=portfolio or desk.portfolio,
        analytics=analytics_on(bank.db, bank.clock),
        fraud=bank.fraud,
        customers=customers or Customers(desk.user_id),
    )


def go_to(desk: Desk, year: int, month: int, day: int, hour: int = 12) -> None:
    """Set the clock forward to a day."""
    wanted = datetime(year, month, day, hour, tzinfo=UTC)
    desk.bank.clock.advance((wanted - desk.bank.clock.now()).total_seconds())
