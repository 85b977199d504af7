"""Counts what two sets of rules would have done to the same payments: pure, one at a time."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domains.fraud.backtest_types import BacktestReport, CutBy, Figures
from app.domains.fraud.list_types import ListHit
from app.domains.fraud.rule_types import Facts, RuleSet
from app.domains.fraud.rules import language
from app.domains.fraud.rules.verdict import combine
from app.domains.fraud.types import SEVERITY, Outcome

DAY_S = 86_400.0
ALERTS = frozenset({Outcome.HOLD, Outcome.BLOCK})


@dataclass(slots=True)
class Side:
    """The running counts of one set."""

    rules: RuleSet
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)
    alerts_told: Counter[bool] = field(default_factory=Counter)
    stopped_told: Counter[bool] = field(default_factory=Counter)

    def add(
        self,
        facts: Facts,
        asked: Outcome | None,
        hits: tuple[ListHit, ...],
        *,
        user_id: str,
        fraud: bool | None,
    ) -> Outcome:
        """Count one payment; return what would have become of it.

        Whether a fresh code came along is left out: what counts is that one was asked for.
        """
        fired = language.fired(self.rules.rules, facts)
        outcome = combine(asked, fired, hits, fresh=False)
        self.outcomes[outcome] += 1
        self.by_rule.update(rule.code for rule in fired)
        if outcome is Outcome.APPROVE:
            return outcome
        self.customers.add(user_id)
        if fraud is not None:
            self.stopped_told[fraud] += 1
            if outcome in ALERTS:
                self.alerts_told[fraud] += 1
        return outcome

    def figures(self, days: float) -> Figures:
        """Return the counts as figures over a period."""
        total = self.outcomes.total()
        stopped = total - self.outcomes[Outcome.APPROVE]
        alerts = sum(self.outcomes[one] for one in ALERTS)
        return Figures(
            outcomes={one.value: self.outcomes[one] for one in Outcome},
            by_rule={rule.code: self.by_rule[rule.code] for rule in self.rules.rules},
            alerts_per_day=alerts / days,
            stopped=stopped,
            stopped_share=stopped / total if total else 0.0,
            customers_hit=len(self.customers),
            alerts_labelled=self.alerts_told.total(),
            alerts_fraud=self.alerts_told[True],
            stopped_labelled=self.stopped_told.total(),
            stopped_fraud=self.stopped_told[True],
        )


@dataclass(slots=True)
class Tally:
    """The running counts of a draft against the active set."""

    draft: Side
    active: Side
    decisions: int = 0
    not_judgeable: int = 0
    labelled: Counter[bool] = field(default_factory=Counter)
    newly_stopped: int = 0
    no_longer_stopped: int = 0
    stricter: int = 0
    milder: int = 0
    oldest: datetime | None = None

    @classmethod
    def of(cls, draft: RuleSet, active: RuleSet) -> "Tally":
        """Return an empty tally."""
        return cls(Side(draft), Side(active))

    def add(
        self,
        facts: Facts,
        asked: Outcome | None,
        hits: tuple[ListHit, ...],
        *,
        user_id: str,
        fraud: bool | None,
    ) -> None:
        """Count one payment under both sets."""
        self.decisions += 1
        if fraud is not None:
            self.labelled[fraud] += 1
        now = self.draft.add(facts, asked, hits, user_id=user_id, fraud=fraud)
        before = self.active.add(facts, asked, hits, user_id=user_id, fraud=fraud)
        self.newly_stopped += before is Outcome.APPROVE and now is not before
        self.no_longer_stopped += now is Outcome.APPROVE and now is not before
        self.stricter += SEVERITY[now] > SEVERITY[before]
        self.milder += SEVERITY[now] < SEVERITY[before]

    def report(self, *, since: datetime, until: datetime, cut_by: CutBy | None) -> BacktestReport:
        """Return the report. Alerts a day are over the days there were payments of, one or more.

        A young installation is not made to look quiet by the days before it began.
        """
        begun = self.oldest or since
        days = max((until - begun) / timedelta(seconds=DAY_S), 1.0)
        return BacktestReport(
            since=begun,
            until=until,
            decisions=self.decisions,
            not_judgeable=self.not_judgeable,
            cut_by=cut_by,
            labelled=self.labelled.total(),
            frauds=self.labelled[True],
            draft=self.draft.figures(days),
            active=self.active.figures(days),
            newly_stopped=self.newly_stopped,
            no_longer_stopped=self.no_longer_stopped,
            stricter=self.stricter,
            milder=self.milder,
        )
