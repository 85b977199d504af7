"""What fraud tells the domains above: ids only."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseReleased(Event):
    """An analyst let a held payment go."""

    name: ClassVar[str] = "fraud.case_released.v1"
    case_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class CaseRejected(Event):
    """An analyst refused a held payment."""

    name: ClassVar[str] = "fraud.case_rejected.v1"
    case_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class CustomerAsked(Event):
    """A customer is to be asked whether a payment is hers; `mail_id` makes the letter one."""

    name: ClassVar[str] = "fraud.customer_asked.v1"
    payment_id: str
    mail_id: str


@dataclass(frozen=True, slots=True)
class ReviewSampled(Event):
    """A booked payment was drawn at random: a person looks at it, the money is where it is."""

    name: ClassVar[str] = "fraud.review_sampled.v1"
    decision_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentLabelled(Event):
    """A person found out what a booked payment was; no money follows from it."""

    name: ClassVar[str] = "fraud.payment_labelled.v1"
    case_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class ModelWatchDue(Event):
    """It is time to look at the models again; `hour` makes the looks of one hour one."""

    name: ClassVar[str] = "fraud.model_watch_due.v1"
    hour: str


@dataclass(frozen=True, slots=True)
class RingRefused(Event):
    """Two people found that accounts work together: the payments between them are fraud."""

    name: ClassVar[str] = "fraud.ring_refused.v1"
    case_id: str


@dataclass(frozen=True, slots=True)
class RulesBacktestAsked(Event):
    """Somebody wants to know what rules would have done to the last weeks' payments."""

    name: ClassVar[str] = "fraud.rules_backtest_asked.v1"
    backtest_id: str
