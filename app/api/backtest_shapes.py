"""What back-tests and shadow runs of fraud's rules take and give; shares as numbers, UTC times."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api.fields import Input
from app.api.shapes import Out
from app.domains.fraud.backtest_types import (
    DAYS_MAX,
    Backtest,
    BacktestReport,
    BacktestState,
    CutBy,
    Figures,
    ShadowReport,
)


class BacktestIn(Input):
    """How many days back."""

    days: Annotated[int, Field(ge=1, le=DAYS_MAX, examples=[14])]


class FiguresOut(Out):
    """What one set would have done; a fresh code counts as not given yet."""

    outcomes: dict[str, int]
    by_rule: dict[str, int]
    alerts_per_day: float
    """Payments held or blocked."""
    alerts_labelled: int
    alert_precision: float | None
    """Share of frauds among alerts whose truth is known; null when none is."""
    stopped: int
    """Payments not simply approved, those that need a fresh code included."""
    stopped_share: float
    stopped_labelled: int
    stopped_precision: float | None
    customers_hit: int

    @classmethod
    def of(cls, figures: Figures) -> "FiguresOut":
        """Return the public form."""
        return cls(
            outcomes=dict(figures.outcomes),
            by_rule=dict(figures.by_rule),
            alerts_per_day=figures.alerts_per_day,
            alerts_labelled=figures.alerts_labelled,
            alert_precision=figures.alert_precision,
            stopped=figures.stopped,
            stopped_share=figures.stopped_share,
            stopped_labelled=figures.stopped_labelled,
            stopped_precision=figures.stopped_precision,
            customers_hit=figures.customers_hit,
        )


class BacktestReportOut(Out):
    """The draft beside the active set on the same recorded payments."""

    since: datetime
    until: datetime
    decisions: int
    not_judgeable: int
    """Payments judged before rules recorded what they see; in no figure."""
    cut_by: CutBy | None
    """Set when the period was not read to its beginning: `since` says how far."""
    labelled: int
    frauds: int
    draft: FiguresOut
    active: FiguresOut
    newly_stopped: int
    no_longer_stopped: int
    stricter: int
    """Payments treated more strictly than by the active set; a hold instead of a code counts."""
    milder: int

    @classmethod
    def of(cls, report: BacktestReport) -> "BacktestReportOut":
        """Return the public form."""
        return cls(
            since=report.since,
            until=report.until,
            decisions=report.decisions,
            not_judgeable=report.not_judgeable,
            cut_by=report.cut_by,
            labelled=report.labelled,
            frauds=report.frauds,
            draft=FiguresOut.of(report.draft),
            active=FiguresOut.of(report.active),
            newly_stopped=report.newly_stopped,
            no_longer_stopped=report.no_longer_stopped,
            stricter=report.stricter,
            milder=report.milder,
        )


class BacktestOut(Out):
    """A back-test; `report` is null until a worker made it, within seconds as a rule."""

    backtest_id: str
    number: int
    against: int
    days: int
    asked_by: str
    asked_at: datetime
    state: BacktestState
    report: BacktestReportOut | None

    @classmethod
    def of(cls, test: Backtest) -> "BacktestOut":
        """Return the public form."""
        return cls(
            backtest_id=test.backtest_id,
            number=test.number,
            against=test.against,
            days=test.days,
            asked_by=test.asked_by,
            asked_at=test.asked_at,
            state=test.state,
            report=BacktestReportOut.of(test.report) if test.report else None,
        )


class ShadowReportOut(Out):
    """The set in shadow against the verdicts that were given."""

    number: int
    since: datetime
    covered_since: datetime
    decisions: int
    agreed: int
    stricter: int
    milder: int
    by_outcome: dict[str, int] = Field(examples=[{"approve>step_up": 12}])

    @classmethod
    def of(cls, report: ShadowReport) -> "ShadowReportOut":
        """Return the public form."""
        return cls(
            number=report.number,
            since=report.since,
            covered_since=report.covered_since,
            decisions=report.decisions,
            agreed=report.agreed,
            stricter=report.stricter,
            milder=report.milder,
            by_outcome=dict(report.by_outcome),
        )
