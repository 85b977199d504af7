"""Reports in MongoDB: one of an owner, a kind and a period, written once."""

from datetime import UTC, date, datetime
from typing import Final

from app.core.mongo import long
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.reports.types import Compared, Period, Report, ReportKind, ReportState

REPORTS: Final = "reports"
YEAR_LIMIT: Final = 500
_HEAD: Final = {"content": 0}
SPECS = (
    CollectionSpec(
        REPORTS,
        validator={
            "bsonType": "object",
            "required": ["_id", "owner", "kind", "period", "first", "state", "made_at"],
        },
        indexes=(
            IndexSpec((("owner", 1), ("kind", 1), ("period", 1)), unique=True),
            IndexSpec((("owner", 1), ("first", 1))),
        ),
    ),
)


async def insert(store: Store, report: Report) -> None:
    """Keep a report. Raises DuplicateKeyError when a neighbour made the same one."""
    await store.insert_one(REPORTS, {"_id": report.report_id, **_document(report)})


async def replace_refused(store: Store, report: Report) -> bool:
    """Put a report in the place of a refused one; False when there is none any more."""
    query = {"_id": report.report_id, "state": ReportState.REFUSED.value}
    return await store.update_one(REPORTS, query, {"$set": _document(report)}) == 1


async def find(store: Store, report_id: str, *, owner: str) -> Report | None:
    """Return one report of an owner with its content."""
    row = await store.find_one(REPORTS, {"_id": report_id, "owner": owner})
    return _report(row) if row else None


async def of_year(store: Store, owner: str, year: int) -> list[Report]:
    """Return an owner's reports of a year's periods, the newest first, without content."""
    first, last = f"{year:04d}-01-01", f"{year:04d}-12-31"
    rows = await store.find_many(
        REPORTS,
        {"owner": owner, "first": {"$gte": first, "$lte": last}},
        sort=[("first", -1)],
        limit=YEAR_LIMIT,
        projection=_HEAD,
    )
    return [_report(row) for row in rows]


async def kinds_of(
    store: Store, owner: str, period: str, kinds: tuple[ReportKind, ...]
) -> set[ReportKind]:
    """Return which kinds an owner has of a period, refused ones too."""
    query = {"owner": owner, "kind": {"$in": [kind.value for kind in kinds]}, "period": period}
    rows = await store.find_many(REPORTS, query, limit=len(kinds), projection={"kind": 1})
    return {ReportKind(row["kind"]) for row in rows}


def _document(report: Report) -> Document:
    return {
        "owner": report.owner,
        "kind": report.kind.value,
        "period": report.period.label,
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
        "until": report.until,
        "made_at": report.made_at,
        "state": report.state.value,
        "sha256": report.sha256,
        "content": report.content,
        "reason": report.reason,
        "differences": [
            {
                "what": one.what,
                "unit": one.unit,
                "report": long(one.report),
                "ledger": long(one.ledger),
            }
            for one in report.differences
        ],
    }


def _report(row: Document) -> Report:
    period = Period(
        row["period"], date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
    )
    return Report(
        report_id=row["_id"],
        owner=row["owner"],
        kind=ReportKind(row["kind"]),
        period=period,
        until=_utc(row["until"]),
        made_at=_utc(row["made_at"]),
        state=ReportState(row["state"]),
        sha256=row["sha256"],
        content=row.get("content", ""),
        reason=row["reason"],
        differences=tuple(
            Compared(one["what"], one["unit"], int(one["report"]), int(one["ledger"]))
            for one in row["differences"]
        ),
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
