"""The words of back-tests: what was asked, and what rules would have done to real payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAYS_MAX = 30
DECISIONS_MAX = 50_000
GOOD_FOR = timedelta(days=7)
"""An older back-test does not carry an activation: payments change."""
PENDING_FOR = timedelta(minutes=10)
"""Asking again while one waits is the same question; after this nobody answers it any more."""
ENOUGH_DECISIONS = 100
"""With fewer nobody can tell what share of payments the rules would change."""


class BacktestState(StrEnum):
    """Where a back-test stands."""

    ASKED = "asked"
    DONE = "done"


class CutBy(StrEnum):
    """Why a back-test did not reach back as far as was asked."""

    LIMIT = "limit"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one set of rules would have done. A fresh code counts as not given yet.

    Alerts are payments held or blocked; stopped are all but the approved. A precision is the
    share of frauds among those whose truth somebody told, None where nobody did.
    """

    outcomes: Mapping[str, int]
    by_rule: Mapping[str, int]
    alerts_per_day: float
    stopped: int
    stopped_share: float
    customers_hit: int
    alerts_labelled: int
    alerts_fraud: int
    stopped_labelled: int
    stopped_fraud: int

    @property
    def alert_precision(self) -> float | None:
        """Return the precision of the alerts."""
        return self.alerts_fraud / self.alerts_labelled if self.alerts_labelled else None

    @property
    def stopped_precision(self) -> float | None:
        """Return the precision of everything that was stopped."""
        return self.stopped_fraud / self.stopped_labelled if self.stopped_labelled else None


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """Two sets of rules on the same recorded inputs."""

    since: datetime
    """The oldest payment looked at, or the beginning that was asked for when there was none."""
    until: datetime
    decisions: int
    not_judgeable: int
    """Payments judged before rules recorded what they see; they are in no figure."""
    cut_by: CutBy | None
    labelled: int
    frauds: int
    draft: Figures
    active: Figures
    newly_stopped: int
    no_longer_stopped: int
    stricter: int
    """Payments the draft treats more strictly than the active set: a hold instead of a code."""
    milder: int

    @property
    def stricter_share(self) -> float:
        """Return the share of payments that would be treated more strictly."""
        return self.stricter / self.decisions if self.decisions else 0.0

    @property
    def milder_share(self) -> float:
        """Return the share of payments that would be treated more mildly."""
        return self.milder / self.decisions if self.decisions else 0.0

    @property
    def enough(self) -> bool:
        """Tell whether a share of payments means anything."""
        return self.decisions >= ENOUGH_DECISIONS


@dataclass(frozen=True, slots=True)
class Backtest:
    """A back-test that somebody asked for, with its report once a worker made it."""

    backtest_id: str
    number: int
    against: int
    """The set that was active when it was asked for."""
    days: int
    asked_by: str
    asked_at: datetime
    state: BacktestState = BacktestState.ASKED
    report: BacktestReport | None = None


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """The set in shadow against the verdicts that were given, since it is there."""

    number: int
    since: datetime
    covered_since: datetime
    """The oldest decision counted; later than `since` when there were too many to count."""
    decisions: int
    agreed: int
    stricter: int
    milder: int
    by_outcome: Mapping[str, int]
    """`given>shadow` to how often, for example `approve>hold`."""
