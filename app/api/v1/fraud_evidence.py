"""/v1/fraud/cases/{id}/…: what an analyst reads before she decides; nothing is changed."""

from datetime import datetime

from fastapi import APIRouter

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fraud_shapes import CaseId, FraudReasonOut
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.domains.fraud.case_types import CaseState
from app.domains.fraud.errors import FraudCaseNotFoundError, PaymentDecisionNotFoundError
from app.domains.fraud.evidence_types import (
    Change,
    ChangeKind,
    EdgeKind,
    Explanation,
    LinkGraph,
    NodeKind,
    Normal,
    SimilarCase,
    WouldPass,
)
from app.domains.fraud.types import Outcome
from app.domains.identity.types import Role

router = APIRouter(prefix="/v1/fraud/cases", tags=["fraud cases"])


class ContributionOut(Out):
    """One feature: value, exact share of the log-odds (plus = towards fraud), and words."""

    feature: str
    value: float
    contribution: float
    sentence: str


class SumCheckOut(Out):
    """`base` plus all contributions against the record's log-odds; holds within 1e-5."""

    base: float
    total: float
    log_odds: float
    difference: float
    holds: bool


class NormalOut(Out):
    """The payment beside this customer's 120 days before it; null without earlier payments."""

    payments_120d: int
    payments_30d: int
    payments_1h: int
    amount_minor: int
    median_minor: int | None
    p90_minor: int | None
    maximum_minor: int | None
    amount_percentile: float | None
    hour_utc: int
    share_at_this_hour: float | None
    payees_120d: int
    paid_this_payee_before: int
    days_since_last: float | None
    sentences: list[str]

    @classmethod
    def of(cls, normal: Normal) -> "NormalOut":
        """Return the staff's form."""
        fields = {name: getattr(normal, name) for name in cls.model_fields if name != "sentences"}
        return cls(**fields, sentences=list(normal.sentences))


class ExplanationOut(Out):
    """Why the alert fired, from the stored record. Rules are in `fired`, the model apart."""

    decision_id: str
    outcome: Outcome
    probability: float | None
    anomaly: float | None
    degraded: bool
    model_version: str | None
    rules_version: str
    fired: list[FraudReasonOut]
    contributions: list[ContributionOut]
    check: SumCheckOut | None
    normal: NormalOut

    @classmethod
    def of(cls, found: Explanation) -> "ExplanationOut":
        """Return the staff's form."""
        check = found.check
        return cls(
            decision_id=found.decision_id,
            outcome=found.outcome,
            probability=found.probability,
            anomaly=found.anomaly,
            degraded=found.degraded,
            model_version=found.model_version,
            rules_version=found.rules_version,
            fired=[FraudReasonOut.of(reason) for reason in found.fired],
            contributions=[
                ContributionOut(
                    feature=c.feature,
                    value=c.value,
                    contribution=c.contribution,
                    sentence=c.sentence,
                )
                for c in found.contributions
            ],
            check=SumCheckOut(
                base=check.base,
                total=check.total,
                log_odds=check.log_odds,
                difference=check.difference,
                holds=check.holds,
            )
            if check
            else None,
            normal=NormalOut.of(found.normal),
        )


class SimilarCaseOut(Out):
    """A decided case near this one; distance 0 is the same vector."""

    case_id: str
    state: CaseState
    distance: float
    amount: MoneyOut
    probability: float | None
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, case: SimilarCase) -> "SimilarCaseOut":
        """Return the staff's form."""
        return cls(
            case_id=case.case_id,
            state=case.state,
            distance=case.distance,
            amount=MoneyOut.of(case.amount),
            probability=case.probability,
            decided_at=case.decided_at,
            note=case.note,
        )


class ChangeOut(Out):
    """One change that was tried on the real check and passes; `needs_code`: with a fresh code."""

    kind: ChangeKind
    sentence: str
    amount: MoneyOut | None
    payee_id: str | None
    wait_until: datetime | None
    needs_code: bool
    probability_after: float | None

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        """Return the staff's form."""
        return cls(
            kind=change.kind,
            sentence=change.sentence,
            amount=MoneyOut.of(change.amount) if change.amount else None,
            payee_id=change.payee_id,
            wait_until=change.wait_until,
            needs_code=change.needs_code,
            probability_after=change.probability_after,
        )


class WouldPassOut(Out):
    """What would let this payment pass if it were made anew now, the smallest change first."""

    checked_at: datetime
    outcome_now: Outcome
    changes: list[ChangeOut]
    sentence: str
    tries: int

    @classmethod
    def of(cls, found: WouldPass) -> "WouldPassOut":
        """Return the staff's form."""
        return cls(
            checked_at=found.checked_at,
            outcome_now=found.outcome_now,
            changes=[ChangeOut.of(change) for change in found.changes],
            sentence=found.sentence,
            tries=found.tries,
        )


class GraphNodeOut(Out):
    """An account, device or network; devices and networks stand under keyed hashes."""

    node_id: str
    kind: NodeKind
    focus: bool
    open_cases: int


class GraphEdgeOut(Out):
    """A tie; `paid` points from payer to payee, `amount_minor` is 0 for the others."""

    source: str
    target: str
    kind: EdgeKind
    count: int
    amount_minor: int
    first_at: datetime
    last_at: datetime


class LinkGraphOut(Out):
    """At most 1,000 nodes; `truncated` says that more is there."""

    nodes: list[GraphNodeOut]
    edges: list[GraphEdgeOut]
    truncated: bool

    @classmethod
    def of(cls, graph: LinkGraph) -> "LinkGraphOut":
        """Return the staff's form."""
        return cls(
            nodes=[
                GraphNodeOut(node_id=n.node_id, kind=n.kind, focus=n.focus, open_cases=n.open_cases)
                for n in graph.nodes
            ],
            edges=[
                GraphEdgeOut(**{name: getattr(e, name) for name in GraphEdgeOut.model_fields})
                for e in graph.edges
            ],
            truncated=graph.truncated,
        )


@router.get(
    "/{case_id}/explanation",
    responses=declared(FraudCaseNotFoundError, PaymentDecisionNotFoundError),
)
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def explain_fraud_case(
    case_id: CaseId, _: CallerDep, services: ServicesDep
) -> ExplanationOut:
    """Return all reasons in words, the sum check, and this customer's normal. 404 for a ring."""
    return ExplanationOut.of(await services.fraud.evidence.explain(case_id))


@router.get("/{case_id}/similar", responses=declared(FraudCaseNotFoundError))
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def list_similar_fraud_cases(
    case_id: CaseId, _: CallerDep, services: ServicesDep
) -> list[SimilarCaseOut]:
    """Return the five nearest of the last 500 decided cases with their outcome."""
    return [SimilarCaseOut.of(found) for found in await services.fraud.evidence.similar(case_id)]


@router.get(
    "/{case_id}/would-pass",
    responses=declared(FraudCaseNotFoundError, PaymentDecisionNotFoundError),
)
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def get_fraud_case_would_pass(
    case_id: CaseId, _: CallerDep, services: ServicesDep
) -> WouldPassOut:
    """Return the smallest changes that let the payment pass, each tried on the real check."""
    return WouldPassOut.of(await services.fraud.evidence.would_pass(case_id))


@router.get("/{case_id}/graph", responses=declared(FraudCaseNotFoundError))
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def get_fraud_case_graph(
    case_id: CaseId, _: CallerDep, services: ServicesDep
) -> LinkGraphOut:
    """Return who shares devices, networks, funding or payees with the people of the case."""
    return LinkGraphOut.of(await services.fraud.evidence.graph(case_id))
