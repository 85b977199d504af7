"""The words of portfolio that other rooms may use: advice, order plans, what is held."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.core.money import Money
from app.domains.ledger.types import Side
from app.domains.market.types import MarketHours
from app.domains.onboarding.types import Reason
from app.domains.portfolio.alert_types import Alert, AllocationLine, DriftVerdict

FloatArray = NDArray[np.float64]


class AdviceOutcome(StrEnum):
    """What a recommendation says."""

    INVEST = "invest"
    WAIT = "wait"
    PREPARING = "preparing"


class PlanAction(StrEnum):
    """What an order plan does to one instrument; a skip is a decision too."""

    BUY = "buy"
    SELL = "sell"
    SKIP = "skip"

    @property
    def side(self) -> Side:
        """Return the ledger's side. Raises ValueError for a skip."""
        return Side(self.value)


class PlanState(StrEnum):
    """Where an order plan stands. A held one waits for a person and is then filled or cancelled."""

    PREVIEWED = "previewed"
    EXECUTING = "executing"
    FILLED = "filled"
    HELD = "held"
    CANCELLED = "cancelled"


class NextAction(StrEnum):
    """The one thing a person should do next."""

    FINISH_ONBOARDING = "finish_onboarding"
    DEPOSIT = "deposit"
    GET_ADVICE = "get_advice"
    INVEST = "invest"
    REBALANCE = "rebalance"
    WAIT = "wait"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Target:
    """A share of the portfolio; all shares of one recommendation sum to exactly 1."""

    symbol: str
    name: str
    asset_class: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one family of facts adds to the predicted risk, in log points (0.1 is about 10 %)."""

    code: str
    effect: float


@dataclass(frozen=True, slots=True)
class RiskExplanation:
    """Exact parts of the risk-weighted log volatility: base + Σ effects = total (to 1e-5)."""

    base: float
    contributions: tuple[Contribution, ...]
    total: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What following the advice costs, in money, on `basis`."""

    basis: Money
    basis_is_example: bool
    one_off: Money
    yearly: Money
    yearly_bps: int


@dataclass(frozen=True, slots=True)
class Mix:
    """The recommended mix and the risk it is predicted to have.

    `worst_year` is the loss on the basis in the worst 252 days of the price history for
    exactly these weights; None when the history is shorter.
    """

    rung: int
    targets: tuple[Target, ...]
    promised_volatility: float
    predicted_volatility: float
    equity_share: float
    equity_limit: float
    costs: Costs
    worst_year: Money | None
    risk: RiskExplanation
    as_of: date
    source: str
    simulated: bool
    frontier_version: str
    model_version: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One advice, as its sealed decision record tells it. `mix` is None unless she may invest."""

    recommendation_id: str
    user_id: str
    made_at: datetime
    expires_at: datetime
    outcome: AdviceOutcome
    profile: int
    tolerance: int
    capacity: int
    profile_reference: str
    reasons: tuple[Reason, ...]
    mix: Mix | None
    record_hash: str


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One line of a plan: what is done with an instrument, and why."""

    symbol: str
    action: PlanAction
    quantity: Decimal
    price: Decimal
    amount: Money
    fee: Money
    weight_before: Decimal
    weight_target: Decimal
    reason: Reason


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Orders that are executed together or not at all; shown before anything happens."""

    plan_id: str
    user_id: str
    recommendation_id: str
    made_at: datetime
    expires_at: datetime
    state: PlanState
    currency: str
    orders: tuple[PlannedOrder, ...]
    cash_before: Money
    cash_after: Money
    fees: Money
    drift_before: Decimal
    drift_after: Decimal
    key: str | None = None
    movement_id: str | None = None

    @property
    def trades(self) -> tuple[PlannedOrder, ...]:
        """Return the lines that trade, sells first."""
        active = [order for order in self.orders if order.action is not PlanAction.SKIP]
        return tuple(sorted(active, key=lambda o: (o.action is PlanAction.BUY, o.symbol)))


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one instrument; `value` is None when there is no price."""

    symbol: str
    name: str
    asset_class: str
    quantity: Decimal
    price: Decimal | None
    market_date: date | None
    priced_at: datetime | None
    stale: bool
    value: Money | None
    weight: Decimal | None
    target: Decimal | None
    sessions_behind: int | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything a person holds, what it is worth now, and what to do next.

    `value` = `cash` + `reserved` + Σ position.value, to the cent; None when something held has no
    price: unknown is never zero. `reserved` is cash that a movement under review holds. `drift`
    is half the sum of absolute weight differences to the newest recommendation; weights,
    `allocation` and drift leave what is reserved out. `prices_as_of` is the oldest market
    day among the prices of what is held; None without priced holdings.
    """

    currency: str
    cash: Money
    reserved: Money
    value: Money | None
    positions: tuple[Position, ...]
    allocation: tuple[AllocationLine, ...]
    drift: Decimal | None
    drift_verdict: DriftVerdict | None
    predicted_volatility: float | None
    promised_volatility: float | None
    next_action: NextAction
    alerts: tuple[Alert, ...]
    recommendation_id: str | None
    simulated: bool
    market: MarketHours
    prices_as_of: date | None


@dataclass(frozen=True, slots=True, eq=False)
class StoredFrontier:
    """The frontier of one source and day: all that a recommendation reads.

    rung_weights (201, assets) and rung_equity (201,) follow from the universe and the ladder;
    rung_volatility, worst_year (201,), covariance (assets, assets), parts (risky, columns) and
    base (risky,) come from prices and the model. `worst_year` is NaN without 252 days.
    `surrogate` (risky, columns) is what a local line makes of the parts; None: never checked.
    """

    version: str
    source: str
    day: date
    universe_id: str
    universe_version: int
    model_version: str
    data_sha256: str
    currency: str
    made_at: datetime
    disagreement: float
    disagreement_bound: float
    assets: tuple[str, ...]
    columns: tuple[str, ...]
    rung_weights: FloatArray
    rung_equity: FloatArray
    rung_volatility: FloatArray
    worst_year: FloatArray
    volatility: FloatArray
    covariance: FloatArray
    base: FloatArray
    parts: FloatArray
    surrogate: FloatArray | None = None
