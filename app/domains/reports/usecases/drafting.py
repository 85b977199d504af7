"""What a report would say: read through the doors below, nothing is kept."""

from datetime import datetime, timedelta
from typing import Any

from app.core.errors import FinNamiError
from app.domains.analytics.service import AnalyticsService
from app.domains.analytics.types import RollupKind
from app.domains.fraud.service import FraudService
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import AccountKind
from app.domains.portfolio.errors import StatementNotReadyError, StatementStaleError
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.service import PortfolioService
from app.domains.reports.rules import (
    fraud_kpi,
    performance,
    statement,
    suitability,
    tax_lots,
)
from app.domains.reports.rules.books import Books, booked
from app.domains.reports.types import Draft, Period, ReportKind


class Look:
    """One look at an owner's period: her books are read once for all kinds that need them."""

    def __init__(self, owner: str, period: Period, until: datetime) -> None:
        self.owner = owner
        self.period = period
        self.until = until
        self.books: Books | None = None


class Drafting:
    """Reads a period of one owner. None: there is nothing that this kind could tell of."""

    def __init__(
        self,
        *,
        ledger: LedgerService,
        portfolio: PortfolioService,
        analytics: AnalyticsService,
        fraud: FraudService,
    ) -> None:
        self._ledger = ledger
        self._portfolio = portfolio
        self._analytics = analytics
        self._fraud = fraud

    async def of(self, look: Look, kind: ReportKind) -> Draft | None:
        """Return what a report would say of [period.start, until).

        Raises what the doors raise (PeriodTooLongError, NoPricesError).
        """
        owner, period, until = look.owner, look.period, look.until
        match kind:
            case ReportKind.FRAUD_KPI:
                return await self._fraud_kpi(period)
            case ReportKind.SUITABILITY:
                return await self._suitability(owner, period, until)
        if look.books is None:
            look.books = await self._books(owner, period, until)
        books = look.books
        if not books.begun:
            return None
        match kind:
            case ReportKind.STATEMENT:
                return statement.draft(books)
            case ReportKind.TAX_LOTS:
                lots = await self._portfolio.lots.of(owner, LotMethod.FIFO, until=until)
                return tax_lots.draft(lots, books) if lots.lots or lots.sold else None
            case ReportKind.PERFORMANCE:
                found = await self._portfolio.performance.of(
                    owner, first=period.first, last=(until - timedelta(microseconds=1)).date()
                )
                return performance.draft(found, books)

    async def _books(self, owner: str, period: Period, until: datetime) -> Books:
        accounts = sorted(
            await self._ledger.books.accounts(owner), key=lambda one: (one.unit, one.account_id)
        )
        found = {
            one.account_id: await self._ledger.books.statement(
                owner, one.account_id, first=period.start, last=until
            )
            for one in accounts
        }
        stories = await self._ledger.activities.by_currency(owner)
        return Books(
            start=period.start,
            until=until,
            cash=tuple(s for s in found.values() if s.account.kind is AccountKind.CASH),
            holdings=tuple(s for s in found.values() if s.account.kind is AccountKind.HOLDING),
            stories={
                currency: tuple(a for a in story if booked(a) < until)
                for currency, story in stories.items()
            },
        )

    async def _suitability(self, owner: str, period: Period, until: datetime) -> Draft | None:
        door = self._portfolio.statements
        sealed = await door.given(owner, period.start, until)
        if not sealed:
            return None
        statements: list[dict[str, Any]] = []
        refused: list[dict[str, str]] = []
        for recommendation_id in sealed:
            try:
                statements.append(await door.statement(owner, recommendation_id))
            except (StatementStaleError, StatementNotReadyError) as error:
                refused.append({"recommendation_id": recommendation_id, "reason": _said(error)})
        return suitability.draft(statements, refused, sealed)

    async def _fraud_kpi(self, period: Period) -> Draft | None:
        found = await self._analytics.reports.fraud(period.first, period.last)
        if found.coverage.missing:
            # Days before there were rollups, or while the chore was off.
            await self._analytics.rebuilding.run(
                period.first, period.last, kinds=(RollupKind.FRAUD,)
            )
            found = await self._analytics.reports.fraud(period.first, period.last)
        if not found.channels and not found.total.judged:
            return None
        counted = []
        day = period.start
        while day < period.end:
            counted.append(await self._fraud.kpis.of(day, day + timedelta(days=1)))
            day += timedelta(days=1)
        return fraud_kpi.draft(found, counted)


def _said(error: FinNamiError) -> str:
    return f"{error.code}: {error.detail}"[:200]
