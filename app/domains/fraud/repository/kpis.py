"""Sums of decisions and closed cases over a period: pipelines that each read one index."""

from datetime import datetime

from app.core import decisions
from app.core.store import Document, Store
from app.domains.fraud.case_types import OPEN_STATES, CaseKind, CaseState
from app.domains.fraud.repository.specs import CASES

GROUPS_MAX = 5_000
_ENDED = frozenset(state.value for state in CaseState if state not in OPEN_STATES)


def _decisions(start: datetime, end: datetime) -> Document:
    return {"$match": {"kind": "fraud", "at": {"$gte": start, "$lt": end}}}


def _cases(start: datetime, end: datetime) -> Document:
    # By time alone: for more than the indexed range the embedded server's plan names no index.
    return {"$match": {"decided_at": {"$gte": start, "$lt": end}}}


def counting_decisions(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that counts the decisions of [start, end)."""
    return [_decisions(start, end), {"$count": "n"}]


def counting_cases(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that counts the cases that ended in [start, end)."""
    return [_cases(start, end), {"$count": "n"}]


def judging(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that sums the decisions of [start, end).

    A payment that was judged more than once (again with a fresh code) counts once, as it was
    judged last within the period.
    """
    last = {
        "_id": "$inputs.payment_id",
        "channel": {"$last": "$inputs.kind"},
        "currency": {"$last": "$inputs.currency"},
        "amount": {"$last": "$inputs.amount_minor"},
        "outcome": {"$last": "$outputs.outcome"},
        "degraded": {"$last": "$outputs.degraded"},
    }
    key = {"channel": "$channel", "currency": "$currency", "outcome": "$outcome"}
    return [
        _decisions(start, end),
        {"$sort": {"at": 1, "_id": 1}},
        {"$group": last},
        {
            "$group": {
                "_id": key,
                "count": {"$sum": 1},
                "amount": {"$sum": "$amount"},
                "degraded": {"$sum": {"$cond": ["$degraded", 1, 0]}},
            }
        },
    ]


def closing(start: datetime, end: datetime) -> list[Document]:
    """Return the pipeline that sums the cases that ended in [start, end)."""
    key = {
        # Cases from before there were other kinds have none.
        "kind": {"$ifNull": ["$case_kind", CaseKind.PAYMENT.value]},
        "channel": "$kind",
        "currency": "$currency",
        "state": "$state",
    }
    return [
        _cases(start, end),
        {
            "$group": {
                "_id": key,
                "count": {"$sum": 1},
                "amount": {"$sum": "$amount"},
                "waits_ms": {"$push": {"$subtract": ["$decided_at", "$opened_at"]}},
            }
        },
    ]


async def counts(
    store: Store, start: datetime, end: datetime, *, timeout_s: float
) -> tuple[int, int]:
    """Return how many decisions, and how many ended cases, [start, end) has."""
    judged = await store.aggregate(
        decisions.COLLECTION, counting_decisions(start, end), limit=1, timeout_s=timeout_s
    )
    ended = await store.aggregate(CASES, counting_cases(start, end), limit=1, timeout_s=timeout_s)
    return (int(judged[0]["n"]) if judged else 0, int(ended[0]["n"]) if ended else 0)


async def judged_sums(
    store: Store, start: datetime, end: datetime, *, timeout_s: float
) -> list[Document]:
    """Return the sums of the decisions of [start, end)."""
    pipeline = judging(start, end)
    return await store.aggregate(
        decisions.COLLECTION, pipeline, limit=GROUPS_MAX, timeout_s=timeout_s
    )


async def closed_sums(
    store: Store, start: datetime, end: datetime, *, timeout_s: float
) -> list[Document]:
    """Return the sums of the cases that ended in [start, end)."""
    rows = await store.aggregate(CASES, closing(start, end), limit=GROUPS_MAX, timeout_s=timeout_s)
    return [row for row in rows if row["_id"]["state"] in _ENDED]
