"""/v1/portfolio/performance: how it went, each number with what it rests on."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.rate_shapes import GainSplitOut, RateOut, ReturnSplitOut, rate_out
from app.api.shapes import Currency, MoneyOut, Out
from app.core.money import Money
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.market.errors import DateRangeError, InstrumentNotFoundError, NoPricesError
from app.domains.portfolio.errors import BaseCurrencyError
from app.domains.portfolio.report_types import (
    Benchmark,
    CashFlow,
    Drawdown,
    Measure,
    Method,
    NotAvailable,
    Performance,
    Point,
)

router = APIRouter(prefix="/v1/portfolio", tags=["portfolio"])

FirstDay = Annotated[date | None, Query(description="First day; the first movement by default")]
LastDay = Annotated[date | None, Query(description="Last day; today by default")]
PERIOD_ERRORS = (DateRangeError, NoPricesError, PeriodTooLongError)


class MeasureOut(Out):
    """One return as a fraction of the period; null has its reason. Under a year: no yearly form."""

    method: Method
    value: float | None = Field(examples=[0.0731])
    annualised: float | None
    reason: NotAvailable | None
    first: date
    last: date
    currency: str
    as_of: datetime

    @classmethod
    def of(cls, found: Measure, report: Performance) -> "MeasureOut":
        """Return the public form, with the period that the number belongs to."""
        return cls(
            method=found.method,
            value=found.value,
            annualised=found.annualised,
            reason=found.reason,
            first=report.first,
            last=report.last,
            currency=report.currency,
            as_of=report.as_of,
        )


class CashFlowOut(Out):
    """Money in (plus) or out (minus) and the movement that booked it.

    `local` is what was booked, `amount` the same in the report's currency at its day's rate.
    """

    at: datetime
    amount: MoneyOut | None
    local: MoneyOut
    rate: RateOut | None
    kind: str
    movement_id: str

    @classmethod
    def of(cls, flow: CashFlow) -> "CashFlowOut":
        """Return the public form."""
        return cls(
            at=flow.at,
            amount=_money(flow.amount),
            local=MoneyOut.of(flow.local),
            rate=rate_out(flow.rate),
            kind=flow.kind,
            movement_id=flow.movement_id,
        )


class BenchmarkOut(Out):
    """What the same cash flows would have become in a fixed mix."""

    name: str = Field(examples=["VTI 60% / AGG 40%"])
    end_value: MoneyOut | None
    measures: list[MeasureOut]

    @classmethod
    def of(cls, found: Benchmark, report: Performance) -> "BenchmarkOut":
        """Return the public form."""
        return cls(
            name=found.name,
            end_value=_money(found.end_value),
            measures=[MeasureOut.of(one, report) for one in found.measures],
        )


class PerformancePointOut(Out):
    """The evening of one day; both returns count from the start of the period. Null is a gap."""

    day: date
    value: MoneyOut | None
    growth: float | None = Field(description="Time-weighted, after fees")
    benchmark: float | None

    @classmethod
    def of(cls, found: Point) -> "PerformancePointOut":
        """Return the public form."""
        return cls(
            day=found.day,
            value=_money(found.value),
            growth=found.growth,
            benchmark=found.benchmark,
        )


class DrawdownOut(Out):
    """The deepest fall below an earlier height, from every evening of the period."""

    depth: float = Field(examples=[-0.0812])
    peak: date | None
    trough: date | None
    recovered: date | None
    now: float

    @classmethod
    def of(cls, found: Drawdown) -> "DrawdownOut":
        """Return the public form."""
        return cls(
            depth=found.depth,
            peak=found.peak,
            trough=found.trough,
            recovered=found.recovered,
            now=found.now,
        )


class PerformanceOut(Out):
    """Returns after fees (`measures`) and before (`gross`), with the cash flows behind them."""

    first: date
    last: date
    as_of: datetime
    currency: str
    source: str
    simulated: bool
    start_value: MoneyOut | None
    end_value: MoneyOut | None
    gain: MoneyOut | None
    gains: GainSplitOut | None
    fees: MoneyOut | None
    measures: list[MeasureOut]
    gross: MeasureOut
    split: ReturnSplitOut | None
    flows: list[CashFlowOut]
    benchmark: BenchmarkOut | None
    points: list[PerformancePointOut] = Field(description="At most 500, thinned evenly")
    drawdown: DrawdownOut | None
    missing_prices: list[str]
    missing_rates: list[str]
    rates_hash: str | None = Field(description="SHA-256 over the fixings behind the conversions")

    @classmethod
    def of(cls, found: Performance) -> "PerformanceOut":
        """Return the public form."""
        return cls(
            first=found.first,
            last=found.last,
            as_of=found.as_of,
            currency=found.currency,
            source=found.source,
            simulated=found.simulated,
            start_value=_money(found.start_value),
            end_value=_money(found.end_value),
            gain=_money(found.gain),
            gains=None if found.gains is None else GainSplitOut.of(found.gains),
            fees=_money(found.fees),
            measures=[MeasureOut.of(one, found) for one in found.measures],
            gross=MeasureOut.of(found.gross, found),
            split=None if found.split is None else ReturnSplitOut.of(found.split),
            flows=[CashFlowOut.of(flow) for flow in found.flows],
            benchmark=None if found.benchmark is None else BenchmarkOut.of(found.benchmark, found),
            points=[PerformancePointOut.of(point) for point in found.points],
            drawdown=None if found.drawdown is None else DrawdownOut.of(found.drawdown),
            missing_prices=list(found.missing_prices),
            missing_rates=list(found.missing_rates),
            rates_hash=found.rates_hash,
        )


def _money(found: Money | None) -> MoneyOut | None:
    return None if found is None else MoneyOut.of(found)


@router.get(
    "/performance", responses=declared(BaseCurrencyError, InstrumentNotFoundError, *PERIOD_ERRORS)
)
@policy("user")
async def get_performance(
    caller: CallerDep,
    services: ServicesDep,
    first: FirstDay = None,
    last: LastDay = None,
    benchmark: Annotated[
        str | None, Query(pattern=r"^[A-Z0-9.^-]{1,20}$", description="A symbol; 60/40 by default")
    ] = None,
    currency: Annotated[
        Currency | None, Query(description="Instead of the base currency, this once")
    ] = None,
) -> PerformanceOut:
    """Return time-weighted, money-weighted and simple return with the flows behind them."""
    return PerformanceOut.of(
        await services.portfolio.performance.of(
            caller.user_id, first=first, last=last, benchmark=benchmark, currency=currency
        )
    )
