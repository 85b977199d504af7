"""The words of an advice's second page: outlook, alternatives, answer, and help by a person."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.money import Money
from app.domains.onboarding.types import Reason
from app.domains.portfolio.types import AdviceOutcome, Contribution, Mix, PlanState


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """How far a local line agrees with the exact reasons; below the threshold: unstable."""

    agreement: float
    threshold: float
    unstable: bool
    effects: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Future:
    """What simulated futures say: ends of a middle path, 1 of 10, 1 of 20 and 1 of 100 paths."""

    months: int
    paid_in: Money
    low: Money
    middle: Money
    high: Money
    poor: Money
    poor_loss: Money
    worst: Money
    worst_loss: Money
    paths: int
    seed: int
    history_first: date
    history_last: date
    history_months: int
    block_months: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another mix she could have been advised, and why it was not."""

    profile: int
    mix: Mix
    why_not: Reason


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One calmer mix and one bolder inside her limits.

    `bolder` is None when the advice is already the boldest inside them; `limit` says what the
    next one would break.
    """

    calmer: Alternative | None
    bolder: Alternative | None
    limit: Reason


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a mix means over a horizon, in money; nothing of it is kept."""

    profile: int
    may_invest: bool
    reasons: tuple[Reason, ...]
    mix: Mix | None
    horizon_years: int
    monthly: Money
    cost_over_horizon: Money | None
    fee_bps: int
    future: Future | None
    alternatives: Alternatives | None
    cross_check: CrossCheck | None
    data_sha256: str


class RejectCode(StrEnum):
    """Why an advice was declined, as she says."""

    TOO_RISKY = "too_risky"
    TOO_CAREFUL = "too_careful"
    TOO_EXPENSIVE = "too_expensive"
    NOT_UNDERSTOOD = "not_understood"
    SITUATION_CHANGED = "situation_changed"
    OTHER_PLANS = "other_plans"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rejection:
    """An advice she declined: once, with a reason."""

    recommendation_id: str
    user_id: str
    code: RejectCode
    note: str
    at: datetime


class HelpState(StrEnum):
    """Where a question to a person stands."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """A question about one advice to an adviser, and the answer."""

    recommendation_id: str
    user_id: str
    message: str
    at: datetime
    state: HelpState
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be done with an advice now. `blocked` says why it cannot be accepted."""

    recommendation_id: str
    outcome: AdviceOutcome
    blocked: Reason | None
    plan_state: PlanState | None
    rejection: Rejection | None
    help: HelpRequest | None


@dataclass(frozen=True, slots=True)
class Given:
    """One line of the history of advice."""

    recommendation_id: str
    made_at: datetime
    outcome: AdviceOutcome
    profile: int
    rejection: Rejection | None
    plan_state: PlanState | None
