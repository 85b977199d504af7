"""/v1/reports: a customer's kept reports, made on schedule or asked for, as data and as files."""

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
    ReportIn,
    ReportOut,
    ReportsOut,
    Year,
    attachment,
)
from app.domains.identity.types import RateClass
from app.domains.market.errors import NoPricesError
from app.domains.reports.errors import (
    ReportEmptyError,
    ReportNotFoundError,
    ReportPeriodError,
    ReportRefusedError,
)
from app.domains.reports.types import ReportKind

router = APIRouter(prefix="/v1/reports", tags=["reports"])

_FILE = (ReportNotFoundError, ReportRefusedError)


@router.get("", responses=declared())
@policy("user")
async def list_reports(caller: CallerDep, services: ServicesDep, year: Year = None) -> ReportsOut:
    """Return your reports of a year, the newest period first, without their content."""
    return ReportsOut.of(await services.reports.kept.of_year(caller.user_id, year))


@router.post("", responses=declared(ReportPeriodError, ReportEmptyError, NoPricesError))
@policy("user", rate=RateClass.WRITE)
async def make_report(body: ReportIn, caller: CallerDep, services: ServicesDep) -> ReportOut:
    """Return the report of a period, made now unless it is there; asked again it is the same."""
    return ReportOut.of(
        await services.reports.make(caller.user_id, ReportKind(body.kind), body.period)
    )


@router.get("/{report_id}.pdf", response_class=Response, responses=declared(*_FILE) | PAGES)
@policy("user")
async def get_report_pdf(report_id: ReportId, caller: CallerDep, services: ServicesDep) -> Response:
    """Return the report as a PDF to keep; drawn again it is byte-equal."""
    pages = await services.reports.kept.pdf(caller.user_id, report_id)
    return Response(pages, media_type=PDF, headers=attachment(report_id, "pdf"))


@router.get("/{report_id}.csv", response_class=Response, responses=declared(*_FILE) | TABLES)
@policy("user")
async def get_report_csv(report_id: ReportId, caller: CallerDep, services: ServicesDep) -> Response:
    """Return the report's tables as CSV; written again they are byte-equal."""
    tables = await services.reports.kept.csv(caller.user_id, report_id)
    return Response(tables, media_type=CSV, headers=attachment(report_id, "csv"))


# Behind the files: this path would take their endings for a part of the id.
@router.get("/{report_id}", responses=declared(ReportNotFoundError))
@policy("user")
async def get_report(report_id: ReportId, caller: CallerDep, services: ServicesDep) -> ReportOut:
    """Return one report with its content."""
    return ReportOut.of(await services.reports.kept.find(caller.user_id, report_id))
