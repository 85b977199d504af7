"""What an analyst reads before she decides, all from stored records and the real check."""

from collections import Counter
from typing import Any

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import DecisionRecord
from app.core.money import Money
from app.domains.fraud.case_types import FraudCase
from app.domains.fraud.errors import FraudCaseNotFoundError, PaymentDecisionNotFoundError
from app.domains.fraud.evidence_types import (
    Contribution,
    Explanation,
    LinkGraph,
    SimilarCase,
    SumCheck,
    WouldPass,
)
from app.domains.fraud.repository import cases, history, links
from app.domains.fraud.rules import graph as graph_rules
from app.domains.fraud.rules import normal as normal_rules
from app.domains.fraud.rules import similar as similar_rules
from app.domains.fraud.rules import words
from app.domains.fraud.types import FraudReason, Outcome, PaymentFacts, PaymentKind
from app.domains.fraud.usecases.would_pass import Judge, Search
from app.ml.features.fraud import NAMES

TOLERANCE = 1e-5
GRAPH_HOPS = 2


class Evidence:
    """Reads only. `judge` is the door's own check: asking it stores nothing."""

    def __init__(self, *, db: Database, clock: Clock, judge: Judge) -> None:
        self._db = db
        self._clock = clock
        self._judge = judge

    async def explain(self, case_id: str) -> Explanation:
        """Return why the alert fired.

        Raises FraudCaseNotFoundError, PaymentDecisionNotFoundError for a case without one.
        """
        case, record = await self._record(case_id)
        inputs, outputs, said = record.inputs, record.outputs, record.explanation
        amount = Money(int(inputs["amount_minor"]), inputs["currency"])
        before = await history.of_customer(self._db, case.user_id, before=record.at)
        return Explanation(
            decision_id=record.id,
            outcome=Outcome(outputs["outcome"]),
            probability=outputs["probability"],
            anomaly=outputs["anomaly"],
            degraded=outputs["degraded"],
            model_version=record.versions["model"],
            rules_version=record.versions["rules"],
            fired=tuple(
                FraudReason(r["code"], r["sentence"], r["contribution"])
                for r in said["reasons"]
                if r["contribution"] is None
            ),
            contributions=contributions_of(record),
            check=sum_check(record),
            normal=normal_rules.compare(
                amount=amount,
                at=record.at,
                payee_id=inputs["payee_id"],
                before=[
                    normal_rules.Before(p.at, p.amount_minor, p.payee_id)
                    for p in before
                    if p.payment_id != inputs["payment_id"]
                ],
            ),
        )

    async def similar(self, case_id: str) -> list[SimilarCase]:
        """Return the five nearest decided cases. Raises FraudCaseNotFoundError."""
        case = await self._case(case_id)
        return similar_rules.nearest(case, await cases.decided(self._db, now=self._clock.now()))

    async def would_pass(self, case_id: str) -> WouldPass:
        """Return what would let the payment pass, made anew now. Raises what `explain` raises."""
        case, record = await self._record(case_id)
        now = self._clock.now()
        before = await history.of_customer(self._db, case.user_id, before=now)
        people = Counter(p.payee_id for p in before if links.is_person(p.payee_id))
        facts = PaymentFacts(
            payment_id=f"anew-{record.id}",
            user_id=case.user_id,
            payee_id=record.inputs["payee_id"],
            kind=PaymentKind(record.inputs["kind"]),
            amount=Money(int(record.inputs["amount_minor"]), record.inputs["currency"]),
            at=now,
            session_id="",
            fresh_factor=False,
        )
        return await Search(self._judge, facts).run([payee for payee, _ in people.most_common(4)])

    async def graph(self, case_id: str) -> LinkGraph:
        """Return the accounts around a case. Raises FraudCaseNotFoundError."""
        case = await self._case(case_id)
        focus = [p for p in sorted(case.people()) if links.is_person(p)]
        found = await links.around(
            self._db, focus, now=self._clock.now(), hops=GRAPH_HOPS, through_focus=True
        )
        users = graph_rules.users_of(found.edges) | set(focus)
        counts = await cases.open_counts(self._db, sorted(users), limit=graph_rules.NODES_MAX)
        return graph_rules.draw(found.edges, focus=focus, counts=counts, truncated=found.truncated)

    async def _case(self, case_id: str) -> FraudCase:
        found = await cases.find(self._db, case_id)
        if found is None:
            raise FraudCaseNotFoundError
        return found

    async def _record(self, case_id: str) -> tuple[FraudCase, DecisionRecord]:
        case = await self._case(case_id)
        record = await decisions.load(self._db, case.decision_id) if case.decision_id else None
        if record is None or record.kind != "fraud":
            raise PaymentDecisionNotFoundError
        return case, record


def contributions_of(record: DecisionRecord) -> tuple[Contribution, ...]:
    """Return all shares of a record, the strongest first; none where no model spoke."""
    shares: list[float] = record.explanation.get("contributions") or []
    vector: list[float] = record.inputs.get("vector") or []
    if len(shares) != len(NAMES) or len(vector) != len(NAMES):
        return ()
    made = [
        Contribution(name, value, share, words.sentence(name, value, share))
        for name, value, share in zip(NAMES, vector, shares, strict=True)
    ]
    return tuple(sorted(made, key=lambda c: -abs(c.contribution)))


def sum_check(record: DecisionRecord) -> SumCheck | None:
    """Return base + contributions against the record's log-odds; None without a model's word."""
    said: Any = record.explanation
    shares: list[float] = said.get("contributions") or []
    if not shares:
        return None
    total = float(said["base"]) + sum(shares)
    difference = abs(total - float(said["log_odds"]))
    return SumCheck(
        base=float(said["base"]),
        total=total,
        log_odds=float(said["log_odds"]),
        difference=difference,
        holds=difference <= TOLERANCE,
    )
