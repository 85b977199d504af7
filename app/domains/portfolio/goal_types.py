"""The words of goals: what somebody saves for, and what it may become."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.core.money import Money
from app.domains.onboarding.types import Reason

MOST_GOALS: Final = 20
MOST_MONTHS: Final = 600
#: More a month than this, in minor units, is not proposed: the goal is then out of reach.
MOST_MONTHLY_MINOR: Final = 10_000_000
MOST_TARGET_MINOR: Final = 100_000_000_000
DEFAULT_WANTED_PERCENT: Final = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """What a goal is for. `start` None: everything she has now; `profile` None: her own."""

    name: str
    target: Money
    due: date
    monthly: Money
    start: Money | None
    profile: int | None


@dataclass(frozen=True, slots=True)
class Goal:
    """One version of a goal; every change makes the next."""

    goal_id: str
    user_id: str
    version: int
    wish: Wish
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A what-if: nothing is kept. The seed comes from the goal it changes or will become."""

    wish: Wish
    goal_id: str


@dataclass(frozen=True, slots=True)
class Frequency:
    """A probability as people count: in `count` of `of` simulated futures."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class FanPoint:
    """The range of the value some months from now; in 1 of 10 futures it is below `low`."""

    month: int
    day: date
    low: Money
    middle: Money
    high: Money
    paid_in: Money


@dataclass(frozen=True, slots=True)
class Needed:
    """The monthly amount that reaches the target in the wanted share of futures.

    Not `reachable`: even the largest proposed amount does not; `monthly` is then that amount
    and `frequency` how often it reaches the target.
    """

    wanted: Frequency
    reachable: bool
    monthly: Money
    frequency: Frequency


@dataclass(frozen=True, slots=True)
class GlideStep:
    """What is held from a month on: the profile falls as the date comes nearer."""

    month: int
    day: date
    profile: int
    rung: int
    equity_share: float
    volatility: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the figures rest on; they are shown beside them.

    `mean_error` is the standard error of the yearly log return of the first mix, `fee_bps` what
    buying and selling costs. Amounts are nominal: `target_today` is what the target buys, in
    today's money, if prices rise by `inflation_bps` a year.
    """

    history_first: date
    history_last: date
    history_months: int
    source: str
    simulated: bool
    block_months: int
    mean_error: float
    paths: int
    seed: int
    fee_bps: int
    inflation_bps: int
    target_today: Money
    profile: int | None
    waiting: Reason | None
    start: Money
    start_is_everything: bool
    data_sha256: str
    frontier_version: str
    rules_version: str


@dataclass(frozen=True, slots=True)
class Projection:
    """What a goal may become. `poor` is the end that 19 of 20 futures stay above.

    `worst_year` is what the start would have lost in the worst year of the history, held in the
    first mix; None when the history is shorter than a year.
    """

    goal_id: str
    version: int | None
    wish: Wish
    as_of: date
    months: int
    points: tuple[FanPoint, ...]
    probability: float
    frequency: Frequency
    poor: Money
    poor_loss: Money
    worst_year: Money | None
    paid_in: Money
    needed: Needed
    glide: tuple[GlideStep, ...]
    assumptions: Assumptions
