"""The words of fraud's key figures that other rooms may use."""

from dataclasses import dataclass

from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.types import Outcome, PaymentKind


@dataclass(frozen=True, slots=True)
class JudgedSum:
    """Payments of one channel and currency that ended in one outcome."""

    channel: PaymentKind
    currency: str
    outcome: Outcome
    count: int
    amount_minor: int
    degraded: int
    """How many of them were judged without the model."""


@dataclass(frozen=True, slots=True)
class ClosedSum:
    """Cases of one kind, channel and currency that ended in one state."""

    kind: CaseKind
    channel: PaymentKind | None
    currency: str
    state: CaseState
    count: int
    amount_minor: int
    waits_s: tuple[int, ...]
    """Whole seconds from opening to the end, in order of size; thinned evenly above 1,000."""


@dataclass(frozen=True, slots=True)
class FraudSums:
    """What was judged and what was decided in a period."""

    judged: tuple[JudgedSum, ...]
    closed: tuple[ClosedSum, ...]
