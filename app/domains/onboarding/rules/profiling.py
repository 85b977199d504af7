"""One version of a risk profile as a pure function of answers, replies, facts and history."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.domains.onboarding.risk_types import (
    Anchor,
    AskedHousehold,
    Cooling,
    FollowUp,
    FollowUpReplies,
    Households,
    Knowledge,
    Reading,
)
from app.domains.onboarding.rules import challenge, contradictions, cooling, risk, waiting
from app.domains.onboarding.types import FinancialFacts, Reason, RiskProfile

VALID_FOR: Final = timedelta(days=365)
HOUSEHOLD: Final = "household_unusual"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a version is made of; nothing else is looked at."""

    user_id: str
    version: int
    answers: Mapping[int, str]
    replies: FollowUpReplies
    knowledge: Knowledge
    facts: FinancialFacts
    age_years: int | None
    anchor: Anchor | None
    running: Cooling | None
    fall: float | None
    now: datetime


@dataclass(frozen=True, slots=True)
class _Tolerance:
    """The tolerance that her answers give, with the questions that they raised."""

    stated: int
    read: int
    facts: FinancialFacts
    follow_ups: tuple[FollowUp, ...]
    challenge: Reason


def profile_of(inputs: Inputs, households: Households) -> RiskProfile:
    """Return the version: final = min(tolerance in force, capacity), with every reason."""
    items = tuple(risk.score_item(item, inputs.answers[item]) for item in risk.ITEMS)
    score = sum(item.points for item in items)
    read = _tolerance(inputs, households)
    waits_for = cooling.cooling(
        read.read, anchor=inputs.anchor, running=inputs.running, fall=inputs.fall, now=inputs.now
    )
    held = inputs.anchor.tolerance if waits_for and inputs.anchor else read.read
    limits = risk.capacity_limits(read.facts)
    capacity = min(limit.cap for limit in limits)
    of_facts = waiting.of_facts(read.facts)
    return RiskProfile(
        user_id=inputs.user_id,
        version=inputs.version,
        score=score,
        band=risk.band(score),
        tolerance=held,
        capacity=capacity,
        final=min(held, capacity),
        items=items,
        limits=limits,
        reasons=(
            *risk.reasons(score=score, stated=read.stated, counting=held, limits=limits),
            *_lowered(read),
            *((cooling.reason(waits_for),) if waits_for else ()),
        ),
        do_not_invest=next(iter(of_facts), None),
        horizon_years=inputs.facts.horizon_years,
        rules_version=risk.RULES_VERSION,
        made_at=inputs.now,
        expires_at=inputs.now + VALID_FOR,
        stated_tolerance=read.stated,
        facts=inputs.facts,
        knowledge=inputs.knowledge,
        follow_ups=read.follow_ups,
        challenge=read.challenge,
        cooling=waits_for,
        anchor=inputs.anchor,
        waits=(
            *of_facts,
            *waiting.of_follow_ups(read.follow_ups),
            *waiting.of_knowledge(inputs.knowledge),
        ),
    )


def follow_ups_of(inputs: Inputs, households: Households) -> tuple[FollowUp, ...]:
    """Return the questions that complete answers raise, as the next version will hold them."""
    return _tolerance(inputs, households).follow_ups


def _tolerance(inputs: Inputs, households: Households) -> _Tolerance:
    items = tuple(risk.score_item(item, inputs.answers[item]) for item in risk.ITEMS)
    clashes = contradictions.found(inputs.answers, inputs.facts)
    asked = contradictions.follow_ups(clashes, inputs.replies)
    counted = contradictions.readings(items, inputs.facts, clashes, inputs.replies)
    stated = risk.tolerance(sum(item.points for item in items))
    read = risk.tolerance(counted.score)
    usual = households.usual(household_of(inputs.facts, inputs.age_years))
    reason = challenge.challenge(read, usual) or challenge.USUAL
    if usual and households.version:
        reason = replace(reason, values=(*reason.values, ("model", households.version)))
    if usual and reason.code == challenge.UNUSUAL:
        about = f"{challenge.stated_class(read)} not in {' '.join(usual)}"
        reply = contradictions.reply_to(HOUSEHOLD, about, inputs.replies)
        asked += (FollowUp(HOUSEHOLD, reason.values, about, is_binding=False, reply=reply),)
        if reply is Reading.CAREFUL:
            read = challenge.after_challenge(read, challenge.highest_usual(usual))
    return _Tolerance(stated, read, counted.facts, asked, reason)


def household_of(facts: FinancialFacts, age_years: int | None) -> AskedHousehold:
    """Return what we ask and the survey asks too. Sex and race are asked by neither of us."""
    monthly = facts.monthly_income.amount_minor
    share = facts.monthly_debt_payment.amount_minor / monthly if monthly > 0 else 0.0
    return AskedHousehold(
        currency=facts.monthly_income.currency,
        age_years=age_years,
        dependants=facts.dependants,
        yearly_income=float(facts.monthly_income.to_decimal() * 12),
        net_worth=float(facts.net_worth.to_decimal()),
        liquid=float(facts.liquid_reserve.to_decimal()),
        debt_payment_share=share,
    )


def _lowered(read: _Tolerance) -> tuple[Reason, ...]:
    if read.read >= read.stated:
        return ()
    return (
        Reason(
            "lower_reading",
            "Some answers do not fit together, so the careful reading counts: tolerance "
            f"{read.read} instead of {read.stated} of 10.",
            (("tolerance", str(read.read)), ("stated", str(read.stated))),
        ),
    )
