"""Making one report: drafted, compared with the ledger, sealed; or refused, with an alarm."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import canonical_json, sha256_hex
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.portfolio.errors import LotsUnclearError
from app.domains.reports.errors import ReportEmptyError
from app.domains.reports.repository import reports
from app.domains.reports.types import Draft, Period, Report, ReportKind, ReportState
from app.domains.reports.usecases.drafting import Drafting, Look

VERSION: Final = "report/1"
DIFFERENCES_KEPT: Final = 50

log = structlog.get_logger(__name__)


class Making:
    """Makes a report once. Only a refused one is ever tried again."""

    def __init__(self, *, db: Database, clock: Clock, drafting: Drafting) -> None:
        self._db = db
        self._clock = clock
        self._drafting = drafting

    def look(self, owner: str, period: Period) -> Look:
        """Return a look at an owner's period as it is now, for one or several kinds."""
        return Look(owner, period, min(period.end, self._clock.now()))

    async def make(self, look: Look, kind: ReportKind, *, actor: str) -> Report:
        """Return the report of a period, made now unless it is there.

        Its state is REFUSED when a total was not the ledger's. Raises ReportEmptyError, and
        what the doors below raise when they are not ready.
        """
        owner, period, until = look.owner, look.period, look.until
        report_id = id_of(owner, kind, period)
        earlier = await reports.find(self._db, report_id, owner=owner)
        if earlier is not None and earlier.state is ReportState.ISSUED:
            return earlier
        now = self._clock.now()
        empty = Report(
            report_id, owner, kind, period, until, now, ReportState.REFUSED, sha256="", content=""
        )
        try:
            draft = await self._drafting.of(look, kind)
        except (PeriodTooLongError, LotsUnclearError) as error:
            # It will be so again tomorrow: people look at it, nobody waits.
            return await self._keep(replace(empty, reason=error.code), earlier, actor=actor)
        if draft is None:
            raise ReportEmptyError
        return await self._keep(_finished(empty, draft), earlier, actor=actor)

    async def _keep(self, report: Report, earlier: Report | None, *, actor: str) -> Report:
        refused = report.state is ReportState.REFUSED
        if refused:
            log.error(
                "report_refused",
                report_id=report.report_id,
                kind=report.kind.value,
                period=report.period.label,
                reason=report.reason,
                differences=[f"{one.what} {one.unit}" for one in report.differences[:5]],
            )

        async def work(tx: Transaction) -> bool:
            # May run again after a write conflict: nothing but tx in here.
            if earlier is None:
                await reports.insert(tx, report)
            elif not await reports.replace_refused(tx, report):
                return False
            action = "report.refused" if refused else "report.issued"
            tx.audit(action, actor=actor, object_id=report.report_id, reason=report.reason)
            if not refused:
                tx.seal(f"report:{report.report_id}", report.sha256)
            return True

        try:
            if await self._db.transaction(work):
                return report
        except DuplicateKeyError:
            # Two at once: the index decided, and the report that came first is the report.
            pass
        winner = await reports.find(self._db, report.report_id, owner=report.owner)
        if winner is None:
            raise AssertionError("a report that was there is gone")
        return winner


def id_of(owner: str, kind: ReportKind, period: Period) -> str:
    """Return the one id of an owner's report of a kind and period."""
    return sha256_hex(f"{owner}\n{kind.value}\n{period.label}".encode())[:20]


def _finished(empty: Report, draft: Draft) -> Report:
    differences = tuple(one for one in draft.compared if one.differs)[:DIFFERENCES_KEPT]
    if differences:
        return replace(empty, reason="difference", differences=differences)
    content = canonical_json(_content(empty, draft)).decode()
    return replace(
        empty,
        state=ReportState.ISSUED,
        content=content,
        sha256=sha256_hex(content.encode()),
    )


def _content(report: Report, draft: Draft) -> Mapping[str, Any]:
    return {
        "report": VERSION,
        "report_id": report.report_id,
        "owner": report.owner,
        "kind": report.kind.value,
        "period": report.period.label,
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
        "until": _second(report.until),
        "made_at": _second(report.made_at),
        "versions": {key: value for key, value in draft.versions.items() if value},
        "compared": [
            {"what": one.what, "unit": one.unit, "report": one.report, "ledger": one.ledger}
            for one in draft.compared
        ],
        "body": draft.body,
    }


def _second(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
