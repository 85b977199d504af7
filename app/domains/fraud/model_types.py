"""The words of the model desk: what is in force, what runs in shadow, what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CHANGE_GOOD_FOR = timedelta(hours=24)
DRIFT_ROWS_MIN = 200
"""Below this PSI moves by chance alone: the report is made, no alert is raised."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version judges payments, which did before, which is measured in shadow.

    `revision` counts the changes, so that no change is made on top of one nobody saw. Without
    a stored pointer the shipped version is in force at revision 0.
    """

    version: str
    previous: str | None
    challenger: str | None
    challenger_since: datetime | None
    since: datetime | None
    revision: int
    by: str = ""
    reason: str = ""


class ChangeAction(StrEnum):
    """What takes two people."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"


class ChangeState(StrEnum):
    """Where a change stands."""

    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A change of the model in force that one person asked for and another one decides."""

    change_id: str
    action: ChangeAction
    version: str
    """The version that would be in force afterwards."""
    revision: int
    """Of the pointer it was asked for: a later one needs a new change."""
    reason: str
    asked_by: str
    asked_at: datetime
    state: ChangeState = ChangeState.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """Return when it can no longer be confirmed."""
        return self.asked_at + CHANGE_GOOD_FOR


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the same logged vectors, wherever a label is known or has matured."""

    champion_version: str
    challenger_version: str
    since: datetime
    until: datetime
    at: datetime
    rows: int
    """Logged payments both versions scored."""
    labelled: int
    frauds: int
    labelled_days: float
    agreement: float
    """Share of all rows on which both reach the same band."""
    champion: Mapping[str, float]
    """average_precision, auc, recall_fpr_01, brier, ece, cost, alerts; empty without labels."""
    challenger: Mapping[str, float]
    precision_gain: tuple[float, float] = (0.0, 0.0)
    """90 % interval over resampled customers, as the next one."""
    cost_saving: tuple[float, float] = (0.0, 0.0)

    @property
    def measured(self) -> bool:
        """Tell whether both classes were there to compare on."""
        return bool(self.champion)


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How far one feature, or the score, has moved from the reference in the manifest."""

    name: str
    psi: float
    ks: float
    default_share: float
    """Share of payments with the column's most frequent value."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One day of the model in force."""

    version: str
    day: str
    at: datetime
    rows: int
    """All payments of the day."""
    scored: int
    """Those that this version judged: what the columns and the mean are taken over."""
    degraded: int
    """Payments judged without a model."""
    outcomes: Mapping[str, int]
    mean_probability: float
    columns: tuple[ColumnDrift, ...]
    alerts: tuple[str, ...]
    """Names of the columns whose PSI is above the bound; empty below DRIFT_ROWS_MIN payments."""
    changes: int | None
    """Changes of the score's mean that ADWIN found within the day; None without river."""
    labelled: Mapping[str, float]
    """Measures on payments of the last 28 days whose label is known; empty without both kinds."""
