"""Why a mix is recommended: exact parts of its predicted risk, and the reasons in words."""

from decimal import Decimal
from typing import Final

import numpy as np

from app.core.money import Money, Rounding
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio.advice_types import CrossCheck
from app.domains.portfolio.types import Contribution, Costs, RiskExplanation
from app.ml.features.universe import FloatArray
from app.ml.serving.surrogate import UNSTABLE_BELOW, rank_agreement

#: Families of feature columns and how a sentence names them.
FAMILIES: Final = {
    "recent_swings": ("lv5", "lv21", "ewv"),
    "long_swings": ("lv63", "lv252"),
    "trend": ("mom5", "mom21", "mom63", "mom126", "mom252", "mom12_1"),
    "fall_from_peak": ("dd",),
    "market_mood": ("g_vtimom63", "g_vtilv21", "g_tltmom63", "g_hyg63", "g_avglv"),
}
ASSET_FAMILY: Final = "asset_itself"
_WORDS: Final = {
    "recent_swings": "The price swings of the last weeks",
    "long_swings": "The price swings of the last months",
    "trend": "The direction prices have taken",
    "fall_from_peak": "The distance from the last peak",
    "market_mood": "The mood of the whole market",
    "asset_itself": "The kind of investments in the mix",
}
#: Effects below this share of risk are not worth a sentence.
SMALLEST_EFFECT: Final = 0.005


def explain_risk(
    weights: FloatArray,
    covariance: FloatArray,
    base: FloatArray,
    parts: FloatArray,
    columns: tuple[str, ...],
) -> RiskExplanation:
    """Return the parts of Σ share_i · log volatility_i, with share_i the asset's share of risk.

    weights, covariance: all assets, cash last; base (risky,), parts (risky, columns): the
    forecast's exact contributions. First order, the effects are what each family adds to the
    log of the portfolio's predicted volatility (Euler's decomposition of volatility).
    """
    shares = _risk_shares(weights, covariance)
    effects = _by_family(shares @ parts, columns)
    start = float(shares @ base)
    ranked = sorted(effects.items(), key=lambda item: (-abs(item[1]), item[0]))
    return RiskExplanation(
        base=start,
        contributions=tuple(Contribution(code, effect) for code, effect in ranked),
        total=float(start + np.sum(list(effects.values()))),
    )


def cross_check(
    weights: FloatArray, covariance: FloatArray, frontier_parts: tuple[FloatArray, FloatArray],
    columns: tuple[str, ...],
) -> CrossCheck:  # fmt: skip
    """Return whether a local line ranks the families as the exact parts do (EX2).

    frontier_parts: the exact parts and the surrogate's effects, both (risky, columns).
    """
    shares = _risk_shares(weights, covariance)
    exact, other = (_by_family(shares @ part, columns) for part in frontier_parts)
    agreement = rank_agreement(np.array([*exact.values()]), np.array([*other.values()]))
    return CrossCheck(
        agreement=agreement,
        threshold=UNSTABLE_BELOW,
        unstable=not agreement >= UNSTABLE_BELOW,
        effects=tuple(Contribution(code, effect) for code, effect in other.items()),
    )


def _risk_shares(weights: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return each risky asset's share of the variance; of nothing, nothing."""
    variance = float(weights @ covariance @ weights)
    shares = weights * (covariance @ weights) / variance if variance > 0 else weights * 0.0
    return np.asarray(shares[:-1])


def _by_family(per_column: FloatArray, columns: tuple[str, ...]) -> dict[str, float]:
    family_of = {column: name for name, group in FAMILIES.items() for column in group}
    effects: dict[str, float] = dict.fromkeys((*FAMILIES, ASSET_FAMILY), 0.0)
    for column, effect in zip(columns, per_column, strict=True):
        effects[family_of.get(column, ASSET_FAMILY)] += float(effect)
    return effects


def reasons_to_invest(
    profile: RiskProfile, promised: float, predicted: float, risk: RiskExplanation
) -> tuple[Reason, ...]:
    """Return why this mix: profile, promise, choice, and the largest effects on risk."""
    limiting = "capacity" if profile.capacity < profile.tolerance else "tolerance"
    wide = f"{promised / 1.5:.1%}", f"{promised * 1.5:.1%}"
    first = (
        Reason(
            "profile",
            f"Your risk profile is {profile.final} of 10: the smaller of what you are willing to "
            f"bear ({profile.tolerance}) and what you can afford ({profile.capacity}).",
            (
                ("profile", str(profile.final)),
                ("tolerance", str(profile.tolerance)),
                ("capacity", str(profile.capacity)),
                ("limiting", limiting),
            ),
        ),
        Reason(
            "promise",
            f"For this profile we aim at yearly swings of {promised:.1%}. In about 8 years of 10 "
            f"they should lie between {wide[0]} and {wide[1]}; this is not a guarantee.",
            (("promised", f"{promised:.4f}"), ("low", wide[0]), ("high", wide[1])),
        ),
        Reason(
            "highest_rung",
            f"Of 201 mixes this is the one with the most growth whose predicted swings "
            f"({predicted:.1%}) stay inside your limits.",
            (("predicted", f"{predicted:.4f}"),),
        ),
    )
    return first + tuple(
        effect_reason(part) for part in risk.contributions[:5] if abs(part.effect) > SMALLEST_EFFECT
    )


def effect_reason(part: Contribution) -> Reason:
    """Return one effect in words; the sign decides between raises and lowers."""
    percent = abs(np.expm1(part.effect))
    verb = "raises" if part.effect > 0 else "lowers"
    return Reason(
        f"risk_{part.code}",
        f"{_WORDS[part.code]} {verb} the predicted risk by about {percent:.0%}.",
        (("effect", f"{part.effect:.6f}"), ("direction", verb)),
    )


def reason_of_costs(costs: Costs, worst_year: Money | None) -> tuple[Reason, ...]:
    """Return what it costs and how bad a year was, in money."""
    basis = f"{costs.basis.decimal_string()} {costs.basis.currency}"
    found = [
        Reason(
            "cost",
            f"On {basis} the purchase costs {costs.one_off.decimal_string()} once, and the funds "
            f"cost about {costs.yearly.decimal_string()} a year.",
            (
                ("basis", costs.basis.decimal_string()),
                ("one_off", costs.one_off.decimal_string()),
                ("yearly", costs.yearly.decimal_string()),
                ("currency", costs.basis.currency),
            ),
        )
    ]
    if worst_year is not None:
        found.append(
            Reason(
                "worst_year",
                f"In the worst year of the price history this mix would have lost "
                f"{worst_year.decimal_string()} of {basis}. Worse years can come.",
                (("loss", worst_year.decimal_string()), ("basis", costs.basis.decimal_string())),
            )
        )
    return tuple(found)


def yearly_cost_bps(weights: tuple[Decimal, ...], costs_bps: tuple[int, ...]) -> Decimal:
    """Return the weighted yearly cost of the funds in basis points."""
    return sum((w * bps for w, bps in zip(weights, costs_bps, strict=True)), Decimal(0))


def loss(basis: Money, worst_return: float) -> Money:
    """Return the loss of a year's return as a positive amount; a gain is no loss."""
    factor = Decimal(repr(round(max(-worst_return, 0.0), 8)))
    return basis.times(factor, rounding=Rounding.UP)
