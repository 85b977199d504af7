"""What an advised mix means over her horizon, in money: a pure function of frontier and history.

The same question gives the same figures, byte for byte; nothing here is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from app.core.money import Money, Rounding
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio.advice_types import (
    Alternative,
    Alternatives,
    CrossCheck,
    Future,
    Outlook,
)
from app.domains.portfolio.rules import explain
from app.domains.portfolio.rules.planning import FEE_RATE, fee_of
from app.domains.portfolio.rules.projecting import Past
from app.domains.portfolio.types import Costs, Mix, StoredFrontier
from app.ml.serving import projection

PATHS: Final = projection.WORKER_PATHS
MONTHS_A_YEAR: Final = 12

MixOf = Callable[[int], Mix]
"""The rule that made the advice: the mix of a profile 1..10 on the plan's money."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, for how long, with how much more each month; the seed moves the noise only."""

    start: Money
    horizon_years: int
    monthly: Money
    seed: int

    @property
    def months(self) -> int:
        """Return the horizon in months."""
        return self.horizon_years * MONTHS_A_YEAR


def outlook(
    profile: RiskProfile,
    plan: Plan,
    frontier: StoredFrontier,
    past: Past,
    mix_of: MixOf,
) -> Outlook:
    """Return the figures of the mix a profile leads to. Pure CPU, about 30 ms."""
    mix = mix_of(profile.final)
    return Outlook(
        profile=profile.final,
        may_invest=True,
        reasons=(),
        mix=mix,
        horizon_years=plan.horizon_years,
        monthly=plan.monthly,
        cost_over_horizon=cost_over_horizon(mix.costs, plan),
        fee_bps=int(FEE_RATE * Decimal(10_000)),
        future=future(mix.rung, plan, frontier, past),
        alternatives=alternatives(profile, mix, mix_of),
        cross_check=cross_check(mix.rung, frontier),
        data_sha256=past.data_sha256,
    )


def waiting(profile: RiskProfile, plan: Plan, frontier: StoredFrontier) -> Outlook:
    """Return the outlook of who should not invest yet: no mix, and why."""
    return Outlook(
        profile=profile.final,
        may_invest=False,
        reasons=profile.reasons_to_wait,
        mix=None,
        horizon_years=plan.horizon_years,
        monthly=plan.monthly,
        cost_over_horizon=None,
        fee_bps=int(FEE_RATE * Decimal(10_000)),
        future=None,
        alternatives=None,
        cross_check=None,
        data_sha256=frontier.data_sha256,
    )


def cost_over_horizon(costs: Costs, plan: Plan) -> Money:
    """Return every fee until the end of the horizon, on what is paid in and without any growth.

    Buying once, the funds' yearly cost on the money that is there in each month, and buying
    with each monthly sum (PA12).
    """
    funds = Money(costs.yearly.amount_minor * plan.horizon_years, costs.yearly.currency)
    total = costs.one_off + funds
    if plan.monthly.amount_minor == 0:
        return total
    months = plan.months
    # The sum of month m (paid in at its end) is there for the months after it.
    years_of_one_sum = Decimal(months * (months - 1)) / 2 / MONTHS_A_YEAR
    yearly_share = Decimal(costs.yearly_bps) / 10_000
    running = plan.monthly.times(years_of_one_sum * yearly_share, rounding=Rounding.UP)
    buying = Money(fee_of(plan.monthly).amount_minor * months, plan.monthly.currency)
    return total + running + buying


def future(rung: int, plan: Plan, frontier: StoredFrontier, past: Past) -> Future:
    """Return how the money may end, drawn from the months behind the frontier."""
    returns = np.ascontiguousarray(past.returns @ frontier.rung_weights[rung])
    drawn = projection.draw_paths(returns, months=plan.months, paths=PATHS, seed=plan.seed)
    goal = projection.Goal(
        start_minor=plan.start.amount_minor,
        monthly_minor=plan.monthly.amount_minor,
        target_minor=0,
        months=plan.months,
        fee_rate=float(FEE_RATE),
    )
    fan = projection.project(goal, drawn)
    currency = plan.start.currency
    return Future(
        months=plan.months,
        paid_in=Money(fan.paid_in_minor, currency),
        low=Money(int(fan.low[-1]), currency),
        middle=Money(int(fan.middle[-1]), currency),
        high=Money(int(fan.high[-1]), currency),
        poor=Money(fan.poor_minor, currency),
        poor_loss=Money(max(fan.paid_in_minor - fan.poor_minor, 0), currency),
        worst=Money(fan.worst_minor, currency),
        worst_loss=Money(fan.worst_loss_minor, currency),
        paths=fan.paths,
        seed=fan.seed,
        history_first=past.first,
        history_last=past.last,
        history_months=len(past.returns),
        block_months=projection.BLOCK_MONTHS,
    )


def alternatives(profile: RiskProfile, mix: Mix, mix_of: MixOf) -> Alternatives:
    """Return the mixes of the profiles beside hers; the bolder one never above her capacity.

    Both are made by the rule that made the advice, so each keeps the promise and the share
    limit of its own profile. They are shown to compare with, not to be ordered.
    """
    own, able = profile.final, profile.final < profile.capacity
    limit = _why_not_bolder(profile, able=able)
    calmer = Alternative(own - 1, mix_of(own - 1), _why_not_calmer(mix)) if own > 1 else None
    bolder = Alternative(own + 1, mix_of(own + 1), limit) if able else None
    return Alternatives(calmer, bolder, limit)


def cross_check(rung: int, frontier: StoredFrontier) -> CrossCheck | None:
    """Return the second opinion on a rung's reasons; None when there is nothing to check with."""
    weights = frontier.rung_weights[rung]
    if frontier.surrogate is None or not np.any(weights[:-1] > 0):
        return None
    both = (frontier.parts, frontier.surrogate)
    return explain.cross_check(weights, frontier.covariance, both, frontier.columns)


def _why_not_calmer(mix: Mix) -> Reason:
    promised = f"{mix.promised_volatility:.1%}"
    return Reason(
        "alternative_calmer",
        f"It swings less, but takes less risk than the {promised} a year that you are willing and"
        " able to bear, and leaves more of your money in cash and bonds.",
        (("promised", promised),),
    )


def _why_not_bolder(profile: RiskProfile, *, able: bool) -> Reason:
    values = (
        ("profile", str(profile.final)),
        ("tolerance", str(profile.tolerance)),
        ("capacity", str(profile.capacity)),
    )
    if able:
        return Reason(
            "alternative_bolder",
            f"You could afford it (capacity {profile.capacity} of 10), but it swings more than you"
            f" said you are willing to bear (tolerance {profile.tolerance} of 10).",
            values,
        )
    return Reason(
        "no_bolder",
        f"Nothing bolder is shown: what you can afford to lose (capacity {profile.capacity} of 10)"
        " allows no more risk than this.",
        values,
    )
