"""Pick the rung of a profile and prove that it stays inside the profile's risk band.

The cap is applied after the model and by construction: a rung that breaks it is not among the
rungs that can be picked, whatever the forecast says.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Final

import numpy as np

from app.ml.features.universe import FloatArray
from app.ml.serving.ladder import promised_volatility

RULES_VERSION: Final = "choice-1"
#: Largest share of shares (equity) of the profiles 1..10. Judgement, not estimated.
EQUITY_LIMIT: Final = (0.15, 0.25, 0.40, 0.55, 0.70, 0.80, 0.90, 1.0, 1.0, 1.0)
WEIGHT_STEP: Final = Decimal("0.000001")


def equity_limit(profile: int) -> float:
    """Return the largest equity share of a risk profile 1..10."""
    return EQUITY_LIMIT[profile - 1]


def choose_rung(profile: int, rung_volatility: FloatArray, rung_equity: FloatArray) -> int:
    """Return the highest rung inside both limits of a profile; none is inside: the lowest.

    The lowest rung is all cash: there is no calmer portfolio to recommend.
    """
    inside = (rung_volatility <= promised_volatility(profile)) & (
        rung_equity <= equity_limit(profile)
    )
    kept = np.flatnonzero(inside)
    return int(kept[-1]) if kept.size else 0


def exact_weights(weights: FloatArray) -> tuple[Decimal, ...]:
    """Return weights as decimals of six digits that sum to exactly 1.

    Each is cut, and the remainder goes to the last entry (cash), so no risky weight is ever
    rounded up past its limit.
    """
    cut = [Decimal(repr(float(w))).quantize(WEIGHT_STEP, rounding=ROUND_DOWN) for w in weights]
    cut[-1] += Decimal(1) - sum(cut, Decimal(0))
    return tuple(cut)
