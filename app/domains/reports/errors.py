"""The refusals of reports, drawn as one tree.

FinNamiError
├── InvalidInputError
│   └── ReportPeriodError     422 report_period     not a period, not begun, or too long ago
├── NotFoundError
│   └── ReportNotFoundError   404 report_not_found
└── ConflictError
    ├── ReportEmptyError      409 report_empty      nothing happened that it could tell of
    └── ReportRefusedError    409 report_refused    its totals were not the ledger's
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class ReportPeriodError(InvalidInputError):
    """The text names no period that this kind of report can be made for."""

    code = "report_period"
    title = "Not a period for this report"


class ReportNotFoundError(NotFoundError):
    """There is no such report, or it is somebody else's."""

    code = "report_not_found"
    title = "No such report"


class ReportEmptyError(ConflictError):
    """Nothing happened in or before the period that this report could tell of."""

    code = "report_empty"
    title = "There is nothing to report for this period"


class ReportRefusedError(ConflictError):
    """The totals were not the ledger's, so the report was not issued; people look at why."""

    code = "report_refused"
    title = "This report was not issued because its totals differ from the ledger"
