"""Reading what is kept: lists, one report, and its pages made from the stored content alone."""

import asyncio
from typing import Any

import orjson

from app.core.clock import Clock
from app.core.db import Database
from app.domains.reports.errors import ReportNotFoundError, ReportRefusedError
from app.domains.reports.repository import reports
from app.domains.reports.rules import layout, tables
from app.domains.reports.types import Report, ReportState


class Keeping:
    """Never looks at the ledger: the same content gives the same bytes for ever."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of_year(self, owner: str, year: int | None) -> list[Report]:
        """Return the reports of a year, this one by default, the newest first; no content."""
        return await reports.of_year(self._db, owner, year or self._clock.now().year)

    async def find(self, owner: str, report_id: str) -> Report:
        """Return a report with its content. Raises ReportNotFoundError, also for others'."""
        found = await reports.find(self._db, report_id, owner=owner)
        if found is None:
            raise ReportNotFoundError
        return found

    async def csv(self, owner: str, report_id: str) -> bytes:
        """Return a report's tables. Raises ReportNotFoundError, ReportRefusedError."""
        return tables.csv_bytes(layout.of(await self._content(owner, report_id)))

    async def pdf(self, owner: str, report_id: str) -> bytes:
        """Return a report's pages. Raises ReportNotFoundError, ReportRefusedError."""
        # Imported late: only who asks for pages loads what draws them.
        from app.domains.reports.adapters.report_pdf import report_pdf

        found = await self._content(owner, report_id)
        return await asyncio.to_thread(report_pdf, layout.of(found))

    async def _content(self, owner: str, report_id: str) -> dict[str, Any]:
        found = await self.find(owner, report_id)
        if found.state is ReportState.REFUSED:
            raise ReportRefusedError
        content: dict[str, Any] = orjson.loads(found.content)
        return content | {"sha256": found.sha256}
