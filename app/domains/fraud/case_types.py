"""The words of casework that other rooms may use: cases, locks, timelines, explanations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.money import Money
from app.domains.fraud.types import FraudReason, PaymentKind


class CaseKind(StrEnum):
    """Why a person has to look."""

    PAYMENT = "payment"
    """A payment is held until somebody decides."""
    DENIED = "denied"
    """The customer said that a payment which was not booked is not hers."""
    REVIEW = "review"
    """The customer asked a person to look at a refused payment again."""
    SAMPLE = "sample"
    """An allowed payment, drawn at random to learn what the model lets through."""
    RING = "ring"
    """Accounts that belong together in a way that looks like passing money on."""


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"


OPEN_STATES = frozenset({CaseState.OPEN, CaseState.AWAITING_SECOND})


class CustomerAnswer(StrEnum):
    """What the customer said to "was this you?"."""

    YES = "yes"
    NO = "no"


class LinkTarget(StrEnum):
    """What a case can be tied to by hand."""

    CASE = "case"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class CaseLock:
    """Whose case it is until a moment; every act of the holder moves that moment on."""

    analyst_id: str
    claimed_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A release above the limit that waits for a second person."""

    analyst_id: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A related case or payment, tied by a person who says why."""

    target: LinkTarget
    ref: str
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FraudCase:
    """What waits for a person. A ring has members and no payment of its own."""

    case_id: str
    kind: CaseKind
    payment_id: str
    user_id: str
    payee_id: str
    decision_id: str
    state: CaseState
    amount: Money
    payment_kind: PaymentKind | None
    probability: float | None
    expected_loss_minor: int
    reasons: tuple[FraudReason, ...]
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None = None
    analyst_id: str | None = None
    second_id: str | None = None
    note: str = ""
    lock: CaseLock | None = None
    proposal: Proposal | None = None
    customer_answer: CustomerAnswer | None = None
    customer_answered_at: datetime | None = None
    escalated: bool = False
    links: tuple[CaseLink, ...] = ()
    members: tuple[str, ...] = ()
    vector: tuple[float, ...] = ()
    review_asked_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Tell whether somebody has to decide still."""
        return self.state in OPEN_STATES

    def needs_second(self, *, four_eyes_minor: int) -> bool:
        """Tell whether finding nothing wrong takes two people; a sample moves no money."""
        return self.kind is not CaseKind.SAMPLE and self.amount.amount_minor > four_eyes_minor

    def people(self) -> frozenset[str]:
        """Return the people of the case: none of them may work on it."""
        return frozenset({self.user_id, self.payee_id, *self.members})


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """One line of a case's history. `actor` is a user id, "system" or "customer"."""

    entry_id: str
    at: datetime
    actor: str
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Which cases an analyst wants to see; `after` is where the last page ended."""

    states: frozenset[CaseState]
    kind: CaseKind | None
    mine: str | None
    breached: bool
    limit: int
    after: str | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases, the largest expected loss first, and where the next page begins."""

    cases: tuple[FraudCase, ...]
    next_after: str | None
    as_of: datetime


class QuestionState(StrEnum):
    """Where "was this you?" stands; `settled`: the payment ended before she answered."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Question:
    """One payment that its customer is asked about."""

    payment_id: str
    user_id: str
    payee_id: str
    decision_id: str
    state: QuestionState
    held: bool
    """True when the payment is booked as held: an analyst decides, with her answer at hand."""
    amount: Money
    payment_kind: PaymentKind
    reasons: tuple[FraudReason, ...]
    session_id: str
    action: str | None
    params: tuple[tuple[str, str], ...]
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Permission:
    """The step-up that lets a payment pass: what a fresh code has to be for."""

    action: str
    params: Mapping[str, str | int]
