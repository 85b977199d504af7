"""The suitability statement of a recommendation: why this suits her, from stored records only.

A pure function of the sealed recommendation and the profile version it names, both of which
never change: made again in years it is the same, byte for byte.
"""

from datetime import timedelta
from typing import Any, Final

from app.core.money import Money
from app.domains.onboarding.types import RiskProfile
from app.domains.portfolio.types import AdviceOutcome, Mix, Recommendation

VERSION: Final = "suitability/1"
PRICES_GOOD_FOR: Final = timedelta(days=7)
LIMITS: Final = (
    "Nobody knows future returns. The risk is a forecast from past prices and can be wrong.",
    "The worst year is one that the past held, not the worst one that can come.",
    "The advice rests on the facts and answers you gave. Change them when they change.",
)


def stale_inputs(made: Recommendation, profile: RiskProfile) -> tuple[str, ...]:
    """Return which inputs were out of date when the advice was given; none: it may be stated."""
    found = []
    if profile.reference != made.profile_reference:
        found.append("risk profile: another version than the advice names")
    if profile.expires_at <= made.made_at:
        found.append(f"risk profile: it expired on {profile.expires_at:%Y-%m-%d}")
    if made.mix is not None and made.made_at.date() - made.mix.as_of > PRICES_GOOD_FOR:
        found.append(f"prices: they are of {made.mix.as_of}")
    return tuple(found)


def statement(made: Recommendation, profile: RiskProfile) -> dict[str, Any]:
    """Return the statement as plain data: text, numbers as text, ISO times."""
    return {
        "statement": VERSION,
        "recommendation_id": made.recommendation_id,
        "record_hash": made.record_hash,
        "made_at": made.made_at.isoformat(),
        "good_until": made.expires_at.isoformat(),
        "outcome": made.outcome.value,
        "objective": {
            "profile": made.profile,
            "sentence": _objective(made),
        },
        "horizon": {
            "years": profile.horizon_years,
            "sentence": f"You said that you need the money in {profile.horizon_years} years.",
        },
        "loss_capacity": {
            "tolerance": made.tolerance,
            "capacity": made.capacity,
            "sentence": (
                f"You are willing to bear risk {made.tolerance} of 10 and able to bear"
                f" {made.capacity} of 10. The lower one decides: {made.profile} of 10."
            ),
            "limits": [reason.sentence for reason in profile.reasons],
            "worst_year_loss": _plain(made.mix.worst_year) if made.mix else None,
        },
        "mix": _mix(made.mix) if made.mix else None,
        "costs": _costs(made.mix) if made.mix else None,
        "reasons": [reason.sentence for reason in made.reasons],
        "limits": [*LIMITS, *_about_prices(made.mix)],
        "versions": {
            "profile": profile.version,
            "profile_rules": profile.rules_version,
            "frontier": made.mix.frontier_version if made.mix else None,
            "model": made.mix.model_version if made.mix else None,
        },
    }


def _objective(made: Recommendation) -> str:
    if made.outcome is AdviceOutcome.WAIT or made.mix is None:
        return "Do not invest yet: the reasons say what comes first."
    promised, predicted = made.mix.promised_volatility, made.mix.predicted_volatility
    return (
        f"Growth at a risk you can bear: yearly swings of about {promised:.1%} are promised for"
        f" profile {made.profile}, {predicted:.1%} are expected of this mix."
    )


def _mix(mix: Mix) -> list[dict[str, str]]:
    return [
        {
            "symbol": t.symbol,
            "name": t.name,
            "asset_class": t.asset_class,
            "share": f"{t.weight:.2%}",
        }
        for t in mix.targets
    ]


def _costs(mix: Mix) -> dict[str, Any]:
    costs = mix.costs
    example = " (an example amount)" if costs.basis_is_example else ""
    return {
        "basis": _plain(costs.basis),
        "one_off": _plain(costs.one_off),
        "yearly": _plain(costs.yearly),
        "yearly_share": f"{costs.yearly_bps / 10_000:.2%}",
        "sentence": (
            f"On {_plain(costs.basis)}{example}, following the advice costs {_plain(costs.one_off)}"
            f" once and about {_plain(costs.yearly)} a year inside the funds. What it buys is the"
            " spread of your money over many companies, countries and borrowers."
        ),
    }


def _about_prices(mix: Mix | None) -> tuple[str, ...]:
    if mix is None:
        return ()
    simulated = " They are simulated: this is a trial with play money." if mix.simulated else ""
    return (f"Prices up to {mix.as_of} from {mix.source} were used.{simulated}",)


def _plain(money: Money | None) -> str | None:
    return None if money is None else f"{money.decimal_string()} {money.currency}"
