"""A recommendation as a decision record, and back: the record alone tells the whole advice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.decisions import DecisionRecord
from app.core.money import Money
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio.rules import choice, planning
from app.domains.portfolio.types import (
    AdviceOutcome,
    Contribution,
    Costs,
    Mix,
    Recommendation,
    RiskExplanation,
    StoredFrontier,
    Target,
)


def record_of(
    made: Recommendation,
    profile: RiskProfile,
    frontier: StoredFrontier | None,
    *,
    amount: str | None,
) -> DecisionRecord:
    """Return the record: what went in, by which versions, what came out, and why."""
    versions: dict[str, Any] = {
        "profile": profile.reference,
        "profile_rules": profile.rules_version,
        "choice_rules": choice.RULES_VERSION,
        "planning_rules": planning.RULES_VERSION,
    }
    if frontier is not None:
        versions |= {
            "frontier": frontier.version,
            "model": frontier.model_version,
            "price_data_sha256": frontier.data_sha256,
            "universe": f"{frontier.universe_id}/{frontier.universe_version}",
        }
    return DecisionRecord(
        id=made.recommendation_id,
        kind="recommendation",
        user_id=made.user_id,
        at=made.made_at,
        inputs={
            "profile": made.profile,
            "tolerance": made.tolerance,
            "capacity": made.capacity,
            "amount": amount,
        },
        versions=versions,
        outputs={
            "outcome": made.outcome.value,
            "expires_at": made.expires_at,
            "mix": _mix_document(made.mix) if made.mix else None,
        },
        explanation={
            "reasons": [
                {"code": r.code, "sentence": r.sentence, "values": [list(v) for v in r.values]}
                for r in made.reasons
            ],
            "risk": _risk_document(made.mix.risk) if made.mix else None,
        },
    )


def recommendation_of(record: DecisionRecord) -> Recommendation:
    """Return the recommendation that a record holds."""
    outputs, explanation = record.outputs, record.explanation
    mix = outputs["mix"]
    return Recommendation(
        recommendation_id=record.id,
        user_id=record.user_id,
        made_at=_aware(record.at),
        expires_at=_aware(outputs["expires_at"]),
        outcome=AdviceOutcome(outputs["outcome"]),
        profile=int(record.inputs["profile"]),
        tolerance=int(record.inputs["tolerance"]),
        capacity=int(record.inputs["capacity"]),
        profile_reference=record.versions["profile"],
        reasons=tuple(
            Reason(r["code"], r["sentence"], tuple((k, v) for k, v in r["values"]))
            for r in explanation["reasons"]
        ),
        mix=_mix(mix, explanation["risk"], record.versions) if mix else None,
        record_hash=record.hash(),
    )


def _mix_document(mix: Mix) -> dict[str, Any]:
    costs = mix.costs
    return {
        "rung": mix.rung,
        "targets": [
            {
                "symbol": t.symbol,
                "name": t.name,
                "asset_class": t.asset_class,
                "weight": str(t.weight),
            }
            for t in mix.targets
        ],
        "promised_volatility": mix.promised_volatility,
        "predicted_volatility": mix.predicted_volatility,
        "equity_share": mix.equity_share,
        "equity_limit": mix.equity_limit,
        "currency": costs.basis.currency,
        "basis_minor": costs.basis.amount_minor,
        "basis_is_example": costs.basis_is_example,
        "one_off_minor": costs.one_off.amount_minor,
        "yearly_minor": costs.yearly.amount_minor,
        "yearly_bps": costs.yearly_bps,
        "worst_year_minor": mix.worst_year.amount_minor if mix.worst_year else None,
        "as_of": mix.as_of.isoformat(),
        "source": mix.source,
        "simulated": mix.simulated,
    }


def _risk_document(risk: RiskExplanation) -> dict[str, Any]:
    return {
        "base": risk.base,
        "total": risk.total,
        "contributions": [{"code": c.code, "effect": c.effect} for c in risk.contributions],
    }


def _mix(row: Mapping[str, Any], risk: Mapping[str, Any], versions: Mapping[str, Any]) -> Mix:
    currency, worst = row["currency"], row["worst_year_minor"]
    return Mix(
        rung=int(row["rung"]),
        targets=tuple(
            Target(t["symbol"], t["name"], t["asset_class"], Decimal(t["weight"]))
            for t in row["targets"]
        ),
        promised_volatility=row["promised_volatility"],
        predicted_volatility=row["predicted_volatility"],
        equity_share=row["equity_share"],
        equity_limit=row["equity_limit"],
        costs=Costs(
            basis=Money(int(row["basis_minor"]), currency),
            basis_is_example=row["basis_is_example"],
            one_off=Money(int(row["one_off_minor"]), currency),
            yearly=Money(int(row["yearly_minor"]), currency),
            yearly_bps=int(row["yearly_bps"]),
        ),
        worst_year=None if worst is None else Money(int(worst), currency),
        risk=RiskExplanation(
            base=risk["base"],
            contributions=tuple(
                Contribution(c["code"], c["effect"]) for c in risk["contributions"]
            ),
            total=risk["total"],
        ),
        as_of=date.fromisoformat(row["as_of"]),
        source=row["source"],
        simulated=row["simulated"],
        frontier_version=versions["frontier"],
        model_version=versions["model"],
    )


def _aware(at: datetime) -> datetime:
    """Return a stored time in UTC, cut to the millisecond as the database keeps it."""
    stored = at if at.tzinfo else at.replace(tzinfo=UTC)
    return stored - timedelta(microseconds=stored.microsecond % 1000)
