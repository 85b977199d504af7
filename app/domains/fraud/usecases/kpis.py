"""Key figures of fraud over a period: payments as they were judged, cases as they ended."""

from datetime import datetime

from app.core.db import Database
from app.core.store import Document
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.kpi_types import ClosedSum, FraudSums, JudgedSum
from app.domains.fraud.repository import kpis
from app.domains.fraud.types import Outcome, PaymentKind

TIMEOUT_S = 30.0
WAITS_MAX = 1_000


class Kpis:
    """Reads only: sums, no payment and no person."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def counts(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Return how many decisions, and how many ended cases, [start, end) has."""
        return await kpis.counts(self._db, start, end, timeout_s=TIMEOUT_S)

    async def of(self, start: datetime, end: datetime) -> FraudSums:
        """Return the sums of [start, end); a case counts in the period in which it ended."""
        judged = await kpis.judged_sums(self._db, start, end, timeout_s=TIMEOUT_S)
        closed = await kpis.closed_sums(self._db, start, end, timeout_s=TIMEOUT_S)
        return FraudSums(
            judged=tuple(sorted(map(_judged, judged), key=_judged_order)),
            closed=tuple(sorted(map(_closed, closed), key=_closed_order)),
        )


def _judged_order(one: JudgedSum) -> tuple[str, ...]:
    return one.channel, one.currency, one.outcome


def _closed_order(one: ClosedSum) -> tuple[str, ...]:
    return one.kind, one.channel or "", one.currency, one.state


def _judged(row: Document) -> JudgedSum:
    key = row["_id"]
    return JudgedSum(
        channel=PaymentKind(key["channel"]),
        currency=key["currency"],
        outcome=Outcome(key["outcome"]),
        count=int(row["count"]),
        amount_minor=int(row["amount"]),
        degraded=int(row["degraded"]),
    )


def _closed(row: Document) -> ClosedSum:
    key = row["_id"]
    channel = key.get("channel")
    return ClosedSum(
        kind=CaseKind(key["kind"]),
        channel=PaymentKind(channel) if channel else None,
        currency=key["currency"],
        state=CaseState(key["state"]),
        count=int(row["count"]),
        amount_minor=int(row["amount"]),
        waits_s=thinned(sorted(int(ms) // 1000 for ms in row["waits_ms"]), WAITS_MAX),
    )


def thinned(values: list[int], most: int) -> tuple[int, ...]:
    """Return at most `most` of some values in order of size, evenly taken: quantiles stay."""
    if len(values) <= most:
        return tuple(values)
    return tuple(values[(2 * place + 1) * len(values) // (2 * most)] for place in range(most))
