"""The door of reports: made on schedule or on demand, kept sealed, read and drawn."""

from collections.abc import Callable

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.service import AnalyticsService
from app.domains.fraud.service import FraudService
from app.domains.ledger.service import LedgerService
from app.domains.portfolio.service import PortfolioService
from app.domains.reports.repository import reports, runs
from app.domains.reports.rules import periods
from app.domains.reports.types import HOUSE, Made, Report, ReportKind
from app.domains.reports.usecases.drafting import Drafting
from app.domains.reports.usecases.keeping import Keeping
from app.domains.reports.usecases.making import Making
from app.domains.reports.usecases.monthly import CustomerSource, Monthly

COLLECTIONS = (*reports.SPECS, *runs.SPECS)


class ReportsService:
    """Reports' door.

    `kept` lists, finds and draws reports; `schedule` makes those that are due.
    """

    def __init__(  # noqa: PLR0913 - a door is given each of its ports
        self,
        *,
        db: Database,
        clock: Clock,
        ledger: LedgerService,
        portfolio: PortfolioService,
        analytics: AnalyticsService,
        fraud: FraudService,
        customers: CustomerSource,
    ) -> None:
        self._clock = clock
        drafting = Drafting(ledger=ledger, portfolio=portfolio, analytics=analytics, fraud=fraud)
        self._making = Making(db=db, clock=clock, drafting=drafting)
        self.kept = Keeping(db=db, clock=clock)
        self.schedule = Monthly(db=db, clock=clock, making=self._making, customers=customers)

    async def make(self, user_id: str, kind: ReportKind, label: str) -> Report:
        """Return a customer's report of a period, made now unless it is there.

        Raises ReportPeriodError and what Making.make raises.
        """
        period = periods.of_label(label, kind, now=self._clock.now())
        return await self._making.make(self._making.look(user_id, period), kind, actor=user_id)

    async def make_for_staff(self, kind: ReportKind, label: str, *, actor: str) -> Report:
        """Return a report of the house, made now unless it is there. Raises as `make`."""
        period = periods.of_label(label, kind, now=self._clock.now())
        return await self._making.make(self._making.look(HOUSE, period), kind, actor=actor)

    async def make_month(
        self,
        label: str,
        *,
        progress: Callable[[int], None] = lambda _customers: None,
        fresh: bool = False,
    ) -> Made:
        """Make a month's reports of every customer. Raises ReportPeriodError."""
        period = periods.of_label(label, ReportKind.STATEMENT, now=self._clock.now())
        return await self.schedule.run(period, progress=progress, fresh=fresh)
