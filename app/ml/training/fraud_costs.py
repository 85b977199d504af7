"""From what mistakes cost to where the decision bands begin."""

from dataclasses import dataclass

import numpy as np

GRID = 100_000


@dataclass(frozen=True, slots=True)
class CostMatrix:
    """Costs in currency units; shares are of what a measure stops or of legit payments."""

    chargeback_fee: float = 20.0
    step_up: float = 1.0
    """Friction of asking the payer for a second factor."""
    step_up_stops: float = 0.7
    review: float = 5.0
    """An analyst's minutes and the payer's wait."""
    review_stops: float = 0.95
    false_block: float = 40.0
    """A legit payment refused: support, lost trade, lost trust."""
    anomaly_step_up_share: float = 0.005
    anomaly_review_share: float = 0.001


def expected_costs(
    costs: CostMatrix, *, probability: np.ndarray, mean_fraud_amount: float
) -> np.ndarray:
    """Return the expected cost (4, n) of allow, step-up, review, block at each P(fraud)."""
    loss = mean_fraud_amount + costs.chargeback_fee
    p = probability
    return np.stack(
        [
            p * loss,
            costs.step_up + p * (1 - costs.step_up_stops) * loss,
            costs.review + p * (1 - costs.review_stops) * loss,
            (1 - p) * costs.false_block,
        ]
    )


def thresholds_for(costs: CostMatrix, *, mean_fraud_amount: float) -> tuple[float, float, float]:
    """Return where step-up, review and block become the cheapest action, ascending.

    An action that is never cheapest gets the next band's beginning, so its band is empty.
    """
    p = np.linspace(0.0, 1.0, GRID + 1)
    table = expected_costs(costs, probability=p, mean_fraud_amount=mean_fraud_amount)
    best = np.argmin(table, axis=0)
    step_up, review, block = (
        float(p[np.argmax(best >= action)]) if (best >= action).any() else 1.0
        for action in (1, 2, 3)
    )
    return step_up, review, block
