"""A random share of what passes is looked at, and always the same share."""

import pytest

from app.domains.fraud.rules.sampling import REVIEW_SHARE, reviewed
from app.domains.fraud.types import Outcome

pytestmark = pytest.mark.row("FC3")


def test_about_two_in_a_thousand_allowed_payments_are_reviewed() -> None:
    chosen = sum(reviewed(f"decision-{n}", Outcome.APPROVE) for n in range(100_000))
    assert 0.001 <= REVIEW_SHARE <= 0.005
    assert 140 <= chosen <= 260  # four standard deviations around 200


@pytest.mark.parametrize("outcome", [Outcome.STEP_UP, Outcome.HOLD, Outcome.BLOCK])
def test_what_is_looked_at_anyway_is_not_sampled(outcome: Outcome) -> None:
    assert not any(reviewed(f"d{n}", outcome, share=1.0) for n in range(100))


def test_the_same_decision_is_judged_the_same() -> None:
    first = [reviewed(f"d{n}", Outcome.APPROVE, share=0.5) for n in range(200)]
    assert first == [reviewed(f"d{n}", Outcome.APPROVE, share=0.5) for n in range(200)]
