"""The run over all customers: whose month has no report yet gets it, once, batch by batch."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.domains.reports.errors import ReportEmptyError
from app.domains.reports.repository import reports, runs
from app.domains.reports.repository.runs import Place
from app.domains.reports.rules import periods
from app.domains.reports.types import (
    CUSTOMER_KINDS,
    HOUSE,
    Made,
    Period,
    ReportKind,
    ReportState,
)
from app.domains.reports.usecases.drafting import Look
from app.domains.reports.usecases.making import Making

BATCH: Final = 50
AT_ONCE: Final = 4
ACTOR: Final = "schedule"
#: A run ends by itself before it is cut; the next one goes on behind it.
BUDGET: Final = timedelta(minutes=8)

log = structlog.get_logger(__name__)


class CustomerSource(Protocol):
    """Identity: everybody who is no staff, in the order of their ids."""

    async def page(self, after: str, *, limit: int) -> tuple[list[str], str | None]:
        """Return the next customers, and the id to go on after; None at the end."""
        ...


class Monthly:
    """Harmless when done twice or by two at once: a report's id is its owner, kind and period."""

    def __init__(
        self, *, db: Database, clock: Clock, making: Making, customers: CustomerSource
    ) -> None:
        self._db = db
        self._clock = clock
        self._making = making
        self._customers = customers

    async def due(self) -> Made:
        """Make what is due: the customers' last month, the staff's last month and week.

        A month whose run came to its end without anybody waiting costs one read.
        """
        now = self._clock.now()
        for period in (periods.last_month(now), periods.last_week(now)):
            await self._one(self._making.look(HOUSE, period), ReportKind.FRAUD_KPI)
        month = periods.last_month(now)
        if (await runs.place(self._db, month.label)).done:
            return Made(month.label)
        made = await self.run(month, until=self._clock.monotonic() + BUDGET.total_seconds())
        log.info("reports_made", period=month.label, issued=made.issued, waits=made.waits)
        return made

    async def run(
        self,
        period: Period,
        *,
        until: float | None = None,
        fresh: bool = False,
        progress: Callable[[int], None] = lambda _customers: None,
    ) -> Made:
        """Make a period's reports of every customer, going on where the last run stopped.

        Ends after the batch in which the clock's monotonic time passes `until`; the place is
        noted after each. `fresh` begins with the first customer again. When somebody had to
        wait the end is not noted, and the next run looks at everybody again.
        """
        at = Place() if fresh else await runs.place(self._db, period.label)
        at = Place() if at.done else at
        total = Made(period.label)
        while True:
            customers, after = await self._customers.page(at.after, limit=BATCH)
            for some in _parts(customers, AT_ONCE):
                # Each waits for the database most of the time; a death leaves no more than these.
                for made in await asyncio.gather(*(self._customer(c, period) for c in some)):
                    total = _sum(total, made)
                    at = replace(at, waits=at.waits + made.waits)
                    progress(1)
            if after is None:
                end = Place() if at.waits else Place(done=True)
                await runs.note(self._db, period.label, end)
                return replace(total, done=end.done)
            at = replace(at, after=after)
            await runs.note(self._db, period.label, at)
            if until is not None and self._clock.monotonic() >= until:
                return replace(total, done=False)

    async def _customer(self, customer: str, period: Period) -> Made:
        there = await reports.kinds_of(self._db, customer, period.label, CUSTOMER_KINDS)
        made = Made(period.label, customers=1, there=len(there))
        look = self._making.look(customer, period)
        for kind in CUSTOMER_KINDS:
            if kind not in there:
                made = _sum(made, await self._one(look, kind))
        return made

    async def _one(self, look: Look, kind: ReportKind) -> Made:
        period = look.period
        nothing = Made(period.label)
        try:
            made = await self._making.make(look, kind, actor=ACTOR)
        except ReportEmptyError:
            return replace(nothing, empty=1)
        except FinNamiError as error:
            log.warning("report_waits", kind=kind.value, period=period.label, error=error.code)
            return replace(nothing, waits=1)
        except Exception:
            # The edge of a job: one poison customer stays alone.
            log.exception("report_failed", kind=kind.value, period=period.label)
            return replace(nothing, waits=1)
        if made.state is ReportState.REFUSED:
            return replace(nothing, refused=1)
        return replace(nothing, issued=1)


def _parts(customers: list[str], size: int) -> Iterator[list[str]]:
    for first in range(0, len(customers), size):
        yield customers[first : first + size]


def _sum(one: Made, other: Made) -> Made:
    return Made(
        one.period,
        customers=one.customers + other.customers,
        issued=one.issued + other.issued,
        there=one.there + other.there,
        empty=one.empty + other.empty,
        refused=one.refused + other.refused,
        waits=one.waits + other.waits,
    )
