"""The words of portfolio's reports that other rooms may use: returns, benchmark, fees."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.core.money import Money
from app.domains.market.fx_types import Rate
from app.domains.portfolio.fx_report_types import GainSplit, ReturnSplit


class Method(StrEnum):
    """How a return is computed; a number never goes without it."""

    TIME_WEIGHTED = "time_weighted"
    MONEY_WEIGHTED = "money_weighted"
    SIMPLE = "simple"


class NotAvailable(StrEnum):
    """Why there is no number. `too_short` concerns the yearly form only."""

    NO_MOVEMENTS = "no_movements"
    NOTHING_INVESTED = "nothing_invested"
    NO_PRICE = "no_price"
    NO_RATE = "no_rate"
    NO_SIGN_CHANGE = "no_sign_change"
    NO_ROOT = "no_root"
    SEVERAL_ROOTS = "several_roots"
    TOO_SHORT = "too_short"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Measure:
    """One return over the whole period, as a fraction; None has its reason."""

    method: Method
    value: float | None
    annualised: float | None
    reason: NotAvailable | None

    @classmethod
    def missing(cls, method: Method, reason: NotAvailable) -> "Measure":
        """Return the measure that says why there is no number."""
        return cls(method, None, None, reason)


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money that came in (plus) or went out (minus), as the ledger booked it in `local`.

    `amount` is the same in the report's currency at the rate of its day; None is unknown.
    """

    at: datetime
    amount: Money | None
    local: Money
    rate: Rate | None
    kind: str
    movement_id: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the same cash flows would have become in a fixed mix, bought and sold at closes."""

    name: str
    weights: tuple[tuple[str, Decimal], ...]
    end_value: Money | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The evening of one day: the value, and both returns since the period began.

    None is a gap: a price is missing, or nothing was invested yet.
    """

    day: date
    value: Money | None
    growth: float | None
    benchmark: float | None


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of the time-weighted growth below an earlier height, as a fraction.

    `peak` and `trough` are None when nothing ever fell; `recovered` is None while the old height
    is not reached again. `now` is the present distance from the highest evening.
    """

    depth: float
    peak: date | None
    trough: date | None
    recovered: date | None
    now: float


@dataclass(frozen=True, slots=True)
class Performance:
    """Returns of a period with everything behind them.

    `gain` = end_value - start_value - Σ flows, to the cent; fees are inside it (net). `gross`
    is the time-weighted return before fees. `missing_prices` names what has no price and
    `missing_rates` which currencies have no rate on a day that needs one: then every measure
    says so. `split` takes the net time-weighted return apart, `gains` the gain, by currency.
    `rates_hash` is the SHA-256 over the fixings behind the conversions, None without any.
    `points` are at most `series.MAX_POINTS` evenings for a chart; the drawdown saw them all.
    """

    first: date
    last: date
    as_of: datetime
    currency: str
    source: str
    simulated: bool
    start_value: Money | None
    end_value: Money | None
    flows: tuple[CashFlow, ...]
    fees: Money | None
    gain: Money | None
    gains: GainSplit | None
    measures: tuple[Measure, ...]
    gross: Measure
    split: ReturnSplit | None
    benchmark: Benchmark | None
    points: tuple[Point, ...]
    drawdown: Drawdown | None
    missing_prices: tuple[str, ...]
    missing_rates: tuple[str, ...]
    rates_hash: str | None


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee posting of the ledger; a reversal gives it back (minus)."""

    at: datetime
    amount: Money
    movement_id: str


@dataclass(frozen=True, slots=True)
class Fees:
    """What was paid, and what the holdings go on costing inside their prices.

    `paid` is the sum of `lines`. `of_traded` and `of_value` are fractions: of what was bought
    and sold, and of the mean daily value. `yearly_running` is not a ledger posting: funds take
    it from their price. The projection keeps today's value still and trades nothing.
    """

    first: date
    last: date
    currency: str
    paid: Money
    lines: tuple[FeeLine, ...]
    traded: Money
    of_traded: Decimal | None
    of_value: float | None
    value: Money | None
    yearly_running: Money | None
    yearly_running_bps: Decimal | None
    horizon_years: int
    projected: Money | None
