"""Rollups in MongoDB: one document per kind and day, replaced only by a later reading."""

from dataclasses import asdict
from datetime import date, datetime
from typing import cast

from app.core.mongo import long
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, DuplicateKeyError, Store
from app.domains.analytics.types import Body, CohortSize, Rollup, RollupKind
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.kpi_types import ClosedSum, FraudSums, JudgedSum
from app.domains.fraud.types import Outcome, PaymentKind
from app.domains.ledger.flow_types import Flow, Party
from app.domains.ledger.types import JournalKind

ROLLUPS = "rollups"
SPECS = (
    CollectionSpec(
        ROLLUPS,
        validator={
            "bsonType": "object",
            "required": ["_id", "kind", "day", "body", "stamp", "final", "computed_at"],
        },
        indexes=(IndexSpec((("kind", 1), ("day", 1)), unique=True),),
    ),
)


def rollup_id(kind: RollupKind, day: date) -> str:
    """Return the id of a kind's day."""
    return f"{kind.value}:{day.isoformat()}"


async def put(store: Store, rollup: Rollup) -> bool:
    """Keep a rollup; False when it says what is there, or a later reading was there before."""
    found_id = rollup_id(rollup.kind, rollup.day)
    there = await store.find_one(ROLLUPS, {"_id": found_id})
    if there is not None and _same(_rollup(there), rollup):
        return False
    # A reading that began earlier may end later: it must not replace what saw more.
    query: Document = {"_id": found_id, "computed_at": {"$lte": rollup.computed_at}}
    fields: Document = {
        "kind": rollup.kind.value,
        "day": rollup.day.isoformat(),
        "body": _document(rollup.body),
        "stamp": [long(count) for count in rollup.stamp],
        "final": rollup.final,
        "computed_at": rollup.computed_at,
    }
    try:
        return await store.update_one(ROLLUPS, query, {"$set": fields}, upsert=True) == 1
    except DuplicateKeyError:
        return False


async def between(store: Store, kind: RollupKind, first: date, last: date) -> list[Rollup]:
    """Return the rollups of the days from first to last, in order."""
    query = {"kind": kind.value, "day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
    limit = (last - first).days + 1
    rows = await store.find_many(ROLLUPS, query, sort=[("day", 1)], limit=limit)
    return [_rollup(row) for row in rows]


def _same(one: Rollup, other: Rollup) -> bool:
    return (one.body, one.stamp, one.final) == (other.body, other.stamp, other.final)


def _document(body: Body) -> Document:
    match body:
        case CohortSize():
            return asdict(body)
        case FraudSums():
            return {
                "judged": [_judged_document(one) for one in body.judged],
                "closed": [_closed_document(one) for one in body.closed],
            }
        case _:
            return {"flows": [_flow_document(flow) for flow in body]}


def _flow_document(flow: Flow) -> Document:
    return {
        "currency": flow.currency,
        "kind": flow.kind.value,
        "party": flow.party.value,
        "incoming": long(flow.incoming_minor),
        "outgoing": long(flow.outgoing_minor),
        "count": flow.count,
    }


def _judged_document(one: JudgedSum) -> Document:
    return {
        "channel": one.channel.value,
        "currency": one.currency,
        "outcome": one.outcome.value,
        "count": one.count,
        "amount": long(one.amount_minor),
        "degraded": one.degraded,
    }


def _closed_document(one: ClosedSum) -> Document:
    return {
        "kind": one.kind.value,
        "channel": one.channel.value if one.channel else None,
        "currency": one.currency,
        "state": one.state.value,
        "count": one.count,
        "amount": long(one.amount_minor),
        "waits_s": list(one.waits_s),
    }


def _rollup(row: Document) -> Rollup:
    kind = RollupKind(row["kind"])
    computed_at: datetime = row["computed_at"]
    return Rollup(
        kind=kind,
        day=date.fromisoformat(row["day"]),
        body=_body(kind, row["body"]),
        stamp=tuple(int(count) for count in row["stamp"]),
        final=row["final"],
        computed_at=computed_at,
    )


def _body(kind: RollupKind, row: Document) -> Body:
    match kind:
        case RollupKind.COHORTS:
            return CohortSize(**cast("dict[str, int]", row))
        case RollupKind.FLOWS:
            return tuple(_flow(flow) for flow in row["flows"])
        case RollupKind.FRAUD:
            return FraudSums(
                judged=tuple(_judged(one) for one in row["judged"]),
                closed=tuple(_closed(one) for one in row["closed"]),
            )


def _flow(row: Document) -> Flow:
    return Flow(
        currency=row["currency"],
        kind=JournalKind(row["kind"]),
        party=Party(row["party"]),
        incoming_minor=int(row["incoming"]),
        outgoing_minor=int(row["outgoing"]),
        count=row["count"],
    )


def _judged(row: Document) -> JudgedSum:
    return JudgedSum(
        channel=PaymentKind(row["channel"]),
        currency=row["currency"],
        outcome=Outcome(row["outcome"]),
        count=row["count"],
        amount_minor=int(row["amount"]),
        degraded=row["degraded"],
    )


def _closed(row: Document) -> ClosedSum:
    return ClosedSum(
        kind=CaseKind(row["kind"]),
        channel=PaymentKind(row["channel"]) if row["channel"] else None,
        currency=row["currency"],
        state=CaseState(row["state"]),
        count=row["count"],
        amount_minor=int(row["amount"]),
        waits_s=tuple(row["waits_s"]),
    )
