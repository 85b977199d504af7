"""/v1/analytics/reports: the staff's kept reports, made on schedule or asked for."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.report_shapes import (
    CSV,
    PAGES,
    PDF,
    TABLES,
    ReportId,
    ReportOut,
    ReportsOut,
    StaffReportIn,
    Year,
    attachment,
)
from app.domains.identity.types import RateClass, Role
from app.domains.reports.errors import (
    ReportEmptyError,
    ReportNotFoundError,
    ReportPeriodError,
    ReportRefusedError,
)
from app.domains.reports.types import HOUSE, ReportKind

router = APIRouter(prefix="/v1/analytics/reports", tags=["analytics"])

_ROLES = (Role.ADMIN, Role.DATA_SCIENTIST, Role.FRAUD_ANALYST)
_FILE = (ReportNotFoundError, ReportRefusedError)


@router.get("", responses=declared())
@policy("staff", roles=_ROLES)
async def list_staff_reports(
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
    year: Year = None,
) -> ReportsOut:
    """Return the staff's reports of a year, the newest period first, without their content."""
    return ReportsOut.of(await services.reports.kept.of_year(HOUSE, year))


@router.post("", responses=declared(ReportPeriodError, ReportEmptyError))
@policy("staff", roles=_ROLES, rate=RateClass.WRITE)
async def make_staff_report(
    body: StaffReportIn,
    caller: CallerDep,
    services: ServicesDep,
) -> ReportOut:
    """Return the report of a period, made now unless it is there; asked again it is the same."""
    return ReportOut.of(
        await services.reports.make_for_staff(
            ReportKind(body.kind), body.period, actor=caller.user_id
        )
    )


@router.get("/{report_id}.pdf", response_class=Response, responses=declared(*_FILE) | PAGES)
@policy("staff", roles=_ROLES)
async def get_staff_report_pdf(
    report_id: ReportId,
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
) -> Response:
    """Return the report as a PDF to keep; drawn again it is byte-equal."""
    pages = await services.reports.kept.pdf(HOUSE, report_id)
    return Response(pages, media_type=PDF, headers=attachment(report_id, "pdf"))


@router.get("/{report_id}.csv", response_class=Response, responses=declared(*_FILE) | TABLES)
@policy("staff", roles=_ROLES)
async def get_staff_report_csv(
    report_id: ReportId,
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
) -> Response:
    """Return the report's tables as CSV; written again they are byte-equal."""
    tables = await services.reports.kept.csv(HOUSE, report_id)
    return Response(tables, media_type=CSV, headers=attachment(report_id, "csv"))


# Behind the files: this path would take their endings for a part of the id.
@router.get("/{report_id}", responses=declared(ReportNotFoundError))
@policy("staff", roles=_ROLES)
async def get_staff_report(
    report_id: ReportId,
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
) -> ReportOut:
    """Return one report with its content."""
    return ReportOut.of(await services.reports.kept.find(HOUSE, report_id))
