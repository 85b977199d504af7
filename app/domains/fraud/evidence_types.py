"""The words of what is read before a decision, and of what customers are told about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.money import Money
from app.domains.fraud.case_types import CaseState
from app.domains.fraud.types import FraudReason, Outcome


@dataclass(frozen=True, slots=True)
class Contribution:
    """One feature: its value, its exact share of the log-odds, and both in words."""

    feature: str
    value: float
    contribution: float
    sentence: str


@dataclass(frozen=True, slots=True)
class SumCheck:
    """Base plus contributions against the log-odds of the record."""

    base: float
    total: float
    log_odds: float
    difference: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Normal:
    """This payment beside what the customer did in the 120 days before it."""

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
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the alert fired, from the stored record; empty contributions mean rules alone spoke."""

    decision_id: str
    outcome: Outcome
    probability: float | None
    anomaly: float | None
    degraded: bool
    model_version: str | None
    rules_version: str
    fired: tuple[FraudReason, ...]
    contributions: tuple[Contribution, ...]
    check: SumCheck | None
    normal: Normal


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A decided case near this one. `distance` is 0 for the same vector."""

    case_id: str
    state: CaseState
    distance: float
    amount: Money
    probability: float | None
    decided_at: datetime | None
    note: str


class ChangeKind(StrEnum):
    """What may be changed: things a person can act on, never who she is."""

    FRESH_CODE = "fresh_code"
    AMOUNT = "amount"
    KNOWN_PAYEE = "known_payee"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was applied to the real check and lets the payment pass."""

    kind: ChangeKind
    sentence: str
    amount: Money | None
    payee_id: str | None
    wait_until: datetime | None
    needs_code: bool
    probability_after: float | None


@dataclass(frozen=True, slots=True)
class WouldPass:
    """The smallest changes that let a payment pass now; none is said in `sentence`."""

    checked_at: datetime
    outcome_now: Outcome
    changes: tuple[Change, ...]
    sentence: str
    tries: int


class NodeKind(StrEnum):
    """What a link graph shows. Devices and networks stand under keyed hashes."""

    USER = "user"
    DEVICE = "device"
    NETWORK = "network"
    FUNDING = "funding"


class EdgeKind(StrEnum):
    """How two nodes belong together."""

    DEVICE = "device"
    NETWORK = "network"
    PAID = "paid"
    FUNDING = "funding"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One account, device or network."""

    node_id: str
    kind: NodeKind
    focus: bool
    open_cases: int


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """One tie with how often and when it was seen; `paid` points from payer to payee."""

    source: str
    target: str
    kind: EdgeKind
    count: int
    amount_minor: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LinkGraph:
    """The accounts around a case. `truncated` says that more is there than is shown."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    truncated: bool


class ReviewOutcome(StrEnum):
    """What the person found whom a customer asked for. Neither books anything."""

    CLEARED = "cleared"
    UPHELD = "upheld"


class CorrectionCode(StrEnum):
    """Everything a customer can be told of a decision; each has words in every language."""

    AMOUNT = "amount"
    AMOUNT_FIRST = "amount_first"
    PACE = "pace"
    LARGE_PAYMENTS = "large_payments"
    TIME = "time"
    PAYEE_HISTORY = "payee_history"
    BURST = "burst"
    NEW_PAYEE = "new_payee"
    LARGE_AMOUNT = "large_amount"
    MODEL_UNAVAILABLE = "model_unavailable"
    RULE = "rule"
    """A rule that analysts made; its sentence was written for the customer."""
    COMBINATION = "combination"


@dataclass(frozen=True, slots=True)
class Correction:
    """A true reason with the customer's own values, and what she can do about it.

    The sentences are English; `code` and `values` are what other languages are made from.
    """

    code: CorrectionCode
    sentence: str
    how_to_correct: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a customer is told about a decision on her payment."""

    decision_id: str
    outcome: Outcome
    at: datetime
    amount: Money
    reasons: tuple[Correction, ...]
    human_review: str
    review_asked_at: datetime | None
    review_outcome: ReviewOutcome | None = None
    review_decided_at: datetime | None = None
