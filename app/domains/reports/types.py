"""The words of reports that other rooms may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

#: Owner of what is reported to the staff.
HOUSE: Final = "house"


class ReportKind(StrEnum):
    """What a report tells of."""

    STATEMENT = "statement"
    PERFORMANCE = "performance"
    TAX_LOTS = "tax_lots"
    SUITABILITY = "suitability"
    FRAUD_KPI = "fraud_kpi"


CUSTOMER_KINDS: Final = (
    ReportKind.STATEMENT,
    ReportKind.PERFORMANCE,
    ReportKind.TAX_LOTS,
    ReportKind.SUITABILITY,
)


class ReportState(StrEnum):
    """A refused report has a difference and no content; it can be tried again."""

    ISSUED = "issued"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days, both ends included. `label` is a month (2026-11), a week (2026-W47), or a day:
    that day's month up to its evening.
    """

    label: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Return the first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Compared:
    """One total beside what the ledger says: minor units, millionths of shares, or a count."""

    what: str
    unit: str
    report: int
    ledger: int

    @property
    def differs(self) -> bool:
        """Tell whether they are not the same."""
        return self.report != self.ledger


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report would say, and its totals beside the ledger's."""

    body: Mapping[str, Any]
    compared: tuple[Compared, ...]
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A sealed document. `content` is canonical JSON text with SHA-256 `sha256`, both empty when
    refused; `until` is the moment up to which it tells. A list leaves the content out.
    """

    report_id: str
    owner: str
    kind: ReportKind
    period: Period
    until: datetime
    made_at: datetime
    state: ReportState
    sha256: str
    content: str
    reason: str = ""
    differences: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What one run over the customers did. `waits`: what could not be made yet."""

    period: str
    customers: int = 0
    issued: int = 0
    there: int = 0
    empty: int = 0
    refused: int = 0
    waits: int = 0
    done: bool = True
