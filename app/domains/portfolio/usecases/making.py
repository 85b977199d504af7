"""A recommendation as a pure function of profile, frontier and amount: advice, bench and replay.

Nothing here reads a database or a clock, so the same inputs give the same recommendation, byte
for byte, wherever it is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from app.core.decisions import DecisionRecord
from app.core.money import Money, Rounding
from app.domains.market.types import Instrument
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio.rules import choice, explain, planning, records
from app.domains.portfolio.types import (
    AdviceOutcome,
    Costs,
    Mix,
    Recommendation,
    StoredFrontier,
    Target,
)
from app.ml.serving.ladder import promised_volatility

GOOD_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Basis:
    """The amount that money figures are shown on."""

    money: Money
    is_example: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: by whom, under which id, about which amount (None: all she has)."""

    request_id: str
    user_id: str
    amount: Money | None


def mix_of(
    profile: RiskProfile,
    frontier: StoredFrontier,
    basis: Basis,
    instruments: Mapping[str, Instrument],
) -> Mix:
    """Return the recommended mix with its costs, worst year and exact parts of its risk."""
    rung = choice.choose_rung(profile.final, frontier.rung_volatility, frontier.rung_equity)
    weights = frontier.rung_weights[rung]
    exact = choice.exact_weights(weights)
    listed = [instruments[symbol] for symbol in frontier.assets]
    bps = explain.yearly_cost_bps(exact, tuple(i.annual_cost_bps for i in listed))
    worst = float(frontier.worst_year[rung])
    return Mix(
        rung=rung,
        targets=tuple(
            Target(i.symbol, i.name, i.asset_class, weight)
            for i, weight in zip(listed, exact, strict=True)
            if weight > 0
        ),
        promised_volatility=promised_volatility(profile.final),
        predicted_volatility=float(frontier.rung_volatility[rung]),
        equity_share=float(frontier.rung_equity[rung]),
        equity_limit=choice.equity_limit(profile.final),
        costs=_costs(basis, bps),
        worst_year=None if np.isnan(worst) else explain.loss(basis.money, worst),
        risk=explain.explain_risk(
            weights, frontier.covariance, frontier.base, frontier.parts, frontier.columns
        ),
        as_of=frontier.day,
        source=frontier.source,
        simulated=any(i.simulated for i in listed),
        frontier_version=frontier.version,
        model_version=frontier.model_version,
    )


def recommendation(
    question: Question, profile: RiskProfile, mix: Mix | None, *, at: datetime
) -> Recommendation:
    """Return the recommendation in words; without a mix it waits or is being prepared."""
    outcome = AdviceOutcome.PREPARING
    reasons: tuple[Reason, ...] = ()
    if profile.reasons_to_wait:
        outcome, reasons = AdviceOutcome.WAIT, profile.reasons_to_wait
    elif mix is not None:
        outcome = AdviceOutcome.INVEST
        reasons = explain.reasons_to_invest(
            profile, mix.promised_volatility, mix.predicted_volatility, mix.risk
        ) + explain.reason_of_costs(mix.costs, mix.worst_year)
    return Recommendation(
        recommendation_id=question.request_id,
        user_id=question.user_id,
        made_at=at,
        expires_at=min(at + GOOD_FOR, profile.expires_at),
        outcome=outcome,
        profile=profile.final,
        tolerance=profile.tolerance,
        capacity=profile.capacity,
        profile_reference=profile.reference,
        reasons=reasons,
        mix=mix,
        record_hash="",
    )


def record(
    question: Question,
    profile: RiskProfile,
    frontier: StoredFrontier | None,
    mix: Mix | None,
    *,
    at: datetime,
) -> DecisionRecord:
    """Return the decision record of a recommendation: what is sealed, and what replay makes."""
    made = recommendation(question, profile, mix, at=at)
    return records.record_of(made, profile, frontier, amount=plain(question.amount))


def read_back(stored: DecisionRecord) -> Recommendation:
    """Return the recommendation that a record holds."""
    return records.recommendation_of(stored)


def plain(amount: Money | None) -> str | None:
    """Return an amount as text, as the record keeps it."""
    return None if amount is None else f"{amount.decimal_string()} {amount.currency}"


def _costs(basis: Basis, yearly_bps: Decimal) -> Costs:
    one_off = planning.fee_of(basis.money)
    yearly = basis.money.times(yearly_bps / 10_000, rounding=Rounding.UP)
    return Costs(basis.money, basis.is_example, one_off, yearly, round(yearly_bps))
