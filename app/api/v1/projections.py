"""What a goal may become, as the API tells it: ranges, counts, money, and what they rest on."""

from datetime import date

from pydantic import Field

from app.api.shapes import MoneyOut, Out
from app.api.v1.risk_shapes import ReasonOut
from app.domains.portfolio.goal_types import (
    Assumptions,
    FanPoint,
    Frequency,
    GlideStep,
    Needed,
    Projection,
)


class FrequencyOut(Out):
    """In `count` of `of` simulated futures."""

    count: int = Field(examples=[7])
    of: int = Field(examples=[10])

    @classmethod
    def of_frequency(cls, found: Frequency) -> "FrequencyOut":
        """Return the public form."""
        return cls(count=found.count, of=found.of)


class FanPointOut(Out):
    """The range some months from now: 1 of 10 futures is below `low`, 1 of 10 above `high`."""

    month: int
    day: date
    low: MoneyOut
    middle: MoneyOut
    high: MoneyOut
    paid_in: MoneyOut

    @classmethod
    def of(cls, point: FanPoint) -> "FanPointOut":
        """Return the public form."""
        return cls(
            month=point.month,
            day=point.day,
            low=MoneyOut.of(point.low),
            middle=MoneyOut.of(point.middle),
            high=MoneyOut.of(point.high),
            paid_in=MoneyOut.of(point.paid_in),
        )


class NeededOut(Out):
    """The monthly amount for the wanted chance.

    Not `reachable`: `monthly` is the largest amount that is proposed and `frequency` what it
    would reach: the nearest there is.
    """

    wanted: FrequencyOut
    reachable: bool
    monthly: MoneyOut
    frequency: FrequencyOut

    @classmethod
    def of(cls, found: Needed) -> "NeededOut":
        """Return the public form."""
        return cls(
            wanted=FrequencyOut.of_frequency(found.wanted),
            reachable=found.reachable,
            monthly=MoneyOut.of(found.monthly),
            frequency=FrequencyOut.of_frequency(found.frequency),
        )


class GlideStepOut(Out):
    """What is held from a month on; the profile falls as the date comes nearer."""

    month: int
    day: date
    profile: int
    rung: int
    equity_share: float
    volatility: float = Field(description="Predicted yearly volatility of the mix")

    @classmethod
    def of(cls, step: GlideStep) -> "GlideStepOut":
        """Return the public form."""
        return cls(
            month=step.month,
            day=step.day,
            profile=step.profile,
            rung=step.rung,
            equity_share=step.equity_share,
            volatility=step.volatility,
        )


class AssumptionsOut(Out):
    """What the figures rest on. Amounts are nominal; running costs are inside fund prices."""

    history_first: date
    history_last: date
    history_months: int
    source: str
    simulated: bool
    block_months: int = Field(description="Months of history that are drawn together")
    mean_error: float = Field(description="Standard error of the yearly mean, in log points")
    paths: int
    seed: str
    fee_bps: int = Field(description="Cost of each buy and sell, in hundredths of a per cent")
    inflation_bps: int = Field(description="An example of rising prices a year, no forecast")
    target_today: MoneyOut = Field(description="The target in today's money under that example")
    profile: int | None
    waiting: ReasonOut | None = Field(description="Why nothing is invested yet: all stays calm")
    start: MoneyOut
    start_is_everything: bool
    data_sha256: str
    frontier_version: str
    rules_version: str

    @classmethod
    def of(cls, found: Assumptions) -> "AssumptionsOut":
        """Return the public form; the seed is text, for JavaScript rounds large numbers."""
        return cls(
            history_first=found.history_first,
            history_last=found.history_last,
            history_months=found.history_months,
            source=found.source,
            simulated=found.simulated,
            block_months=found.block_months,
            mean_error=found.mean_error,
            paths=found.paths,
            seed=str(found.seed),
            fee_bps=found.fee_bps,
            inflation_bps=found.inflation_bps,
            target_today=MoneyOut.of(found.target_today),
            profile=found.profile,
            waiting=None if found.waiting is None else ReasonOut.of(found.waiting),
            start=MoneyOut.of(found.start),
            start_is_everything=found.start_is_everything,
            data_sha256=found.data_sha256,
            frontier_version=found.frontier_version,
            rules_version=found.rules_version,
        )


class ProjectionOut(Out):
    """What a goal may become. `poor` is the end that 19 of 20 simulated futures stay above.

    `worst_year` is what the start would have lost in the worst year of the price history.
    """

    goal_id: str
    version: int | None = Field(description="Null in a what-if")
    as_of: date
    due: date
    months: int
    target: MoneyOut
    monthly: MoneyOut
    points: list[FanPointOut]
    probability: float = Field(description="Share of simulated futures that reach the target")
    frequency: FrequencyOut
    poor: MoneyOut
    poor_loss: MoneyOut = Field(description="What that loses of everything put in; never below 0")
    worst_year: MoneyOut | None
    paid_in: MoneyOut
    needed: NeededOut
    glide: list[GlideStepOut]
    assumptions: AssumptionsOut

    @classmethod
    def of(cls, found: Projection) -> "ProjectionOut":
        """Return the public form."""
        return cls(
            goal_id=found.goal_id,
            version=found.version,
            as_of=found.as_of,
            due=found.wish.due,
            months=found.months,
            target=MoneyOut.of(found.wish.target),
            monthly=MoneyOut.of(found.wish.monthly),
            points=[FanPointOut.of(point) for point in found.points],
            probability=found.probability,
            frequency=FrequencyOut.of_frequency(found.frequency),
            poor=MoneyOut.of(found.poor),
            poor_loss=MoneyOut.of(found.poor_loss),
            worst_year=None if found.worst_year is None else MoneyOut.of(found.worst_year),
            paid_in=MoneyOut.of(found.paid_in),
            needed=NeededOut.of(found.needed),
            glide=[GlideStepOut.of(step) for step in found.glide],
            assumptions=AssumptionsOut.of(found.assumptions),
        )
