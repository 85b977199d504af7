"""Request and response models of kept reports."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import Path, Query
from pydantic import Field, StringConstraints

from app.api.fields import Input
from app.api.shapes import Out
from app.domains.reports.types import Report, ReportKind, ReportState

ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", examples=["4f1c0a7be2d39586c1aa"])]
Year = Annotated[
    int | None, Query(ge=2000, le=9999, description="Of the period; this year by default")
]
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
PAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}
TABLES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


CustomerKind = Literal["statement", "performance", "tax_lots", "suitability"]


class ReportIn(Input):
    """Which report of which period. A day means its month up to that day."""

    kind: CustomerKind
    period: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"),
        Field(examples=["2026-10"]),
    ]


class StaffReportIn(Input):
    """Which report of which month or week."""

    kind: Literal["fraud_kpi"]
    period: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{4}-([0-9]{2}|W[0-9]{2})$"),
        Field(examples=["2026-W47"]),
    ]


class ComparedOut(Out):
    """A total beside the ledger's, in smallest units; both are whole numbers as text."""

    what: str
    unit: str
    report: str
    ledger: str


class ReportHeadOut(Out):
    """One kept report without its content. Refused: its totals were not the ledger's."""

    report_id: str
    kind: ReportKind
    period: str
    first: date
    last: date
    until: datetime
    made_at: datetime
    state: ReportState
    sha256: str | None
    reason: str | None

    @classmethod
    def of(cls, found: Report) -> "ReportHeadOut":
        """Return the public form."""
        return cls(
            report_id=found.report_id,
            kind=found.kind,
            period=found.period.label,
            first=found.period.first,
            last=found.period.last,
            until=found.until,
            made_at=found.made_at,
            state=found.state,
            sha256=found.sha256 or None,
            reason=found.reason or None,
        )


class ReportOut(ReportHeadOut):
    """One report. `content` is what `sha256` was taken of, as it was sealed; money is in cents."""

    content: dict[str, Any] | None
    differences: list[ComparedOut]

    @classmethod
    def of(cls, found: Report) -> "ReportOut":
        """Return the public form."""
        return cls(
            **ReportHeadOut.of(found).model_dump(),
            content=orjson.loads(found.content) if found.content else None,
            differences=[
                ComparedOut(
                    what=one.what, unit=one.unit, report=str(one.report), ledger=str(one.ledger)
                )
                for one in found.differences
            ],
        )


class ReportsOut(Out):
    """The reports of a year, the newest period first."""

    reports: list[ReportHeadOut]

    @classmethod
    def of(cls, found: list[Report]) -> "ReportsOut":
        """Return the public form."""
        return cls(reports=[ReportHeadOut.of(one) for one in found])


def attachment(found_id: str, form: str) -> dict[str, str]:
    """Return the header that makes a browser save the file under a name."""
    return {"Content-Disposition": f'attachment; filename="finnami-report-{found_id}.{form}"'}
