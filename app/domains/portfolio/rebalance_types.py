"""The words of rebalancing that other rooms may use."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domains.onboarding.types import Reason
from app.domains.portfolio.types import OrderPlan


class Trigger(StrEnum):
    """Why a rebalancing trades at all."""

    CASH = "cash"
    BAND = "band"
    VOLATILITY = "volatility"


class RunState(StrEnum):
    """How a rebalancing ended so far. `needs_you`: a fresh code is asked for."""

    NOTHING = "nothing"
    PREVIEWED = "previewed"
    WAITS = "waits"
    NEEDS_YOU = "needs_you"
    REFUSED = "refused"
    FILLED = "filled"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Rebalance:
    """One run: what triggered it, the plan with a reason per line, or why it waits.

    `record_hash` is the hash of the sealed decision record; a run that waits has decided nothing
    and has none.
    """

    run_id: str
    user_id: str
    at: datetime
    automatic: bool
    state: RunState
    triggers: tuple[Trigger, ...]
    notes: tuple[Reason, ...]
    plan: OrderPlan | None
    record_hash: str | None


@dataclass(frozen=True, slots=True)
class RebalanceSettings:
    """Whether a person wants automatic runs; off until she says so."""

    user_id: str
    automatic: bool
    changed_at: datetime | None
    next_at: datetime | None
