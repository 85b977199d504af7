"""The stricter of rules and score wins; a fresh code answers a step-up and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.fraud.rules import verdict as rules
from app.domains.fraud.rules.verdict import COLD_START_PAYMENTS
from app.domains.fraud.types import (
    SEVERITY,
    Bands,
    EntityState,
    FraudReason,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
)
from tests.factories.fraud import customer_state, past

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
FACTS = PaymentFacts(
    payment_id="p",
    user_id="u",
    payee_id="shop",
    kind=PaymentKind.TRANSFER,
    amount=Money(100, "USD"),
    at=AT,
    session_id="s",
    fresh_factor=False,
)
NOBODY = EntityState("u")
KNOWN = customer_state(
    "u",
    [past(f"old{n}", AT - timedelta(days=10 + n), payee="x") for n in range(COLD_START_PAYMENTS)],
)


def decide(
    facts: PaymentFacts, customer: EntityState, found: ModelScore | None
) -> tuple[Outcome, tuple[FraudReason, ...]]:
    """Judge under the built-in rules, without lists."""
    judged = rules.judge(facts, customer, found)
    return judged.outcome, rules.reasons_of(judged, found)


def score(probability: float, *, unusual: bool = False) -> ModelScore:
    return ModelScore(probability, 1.0, unusual, (("amount", 0.5), ("hour", -0.2)), (), "m1")


def earlier(count: int, *, minutes: int = 1, payee: str = "shop") -> EntityState:
    at = AT - timedelta(minutes=minutes)
    return customer_state("u", [past(f"e{n}", at, payee=payee) for n in range(count)])


@pytest.mark.row("TL5")
class TestDecide:
    @pytest.mark.parametrize(
        ("probability", "outcome"),
        [
            (0.0, Outcome.APPROVE),
            (0.049, Outcome.APPROVE),
            (0.05, Outcome.STEP_UP),
            (0.30, Outcome.HOLD),
            (0.90, Outcome.BLOCK),
        ],
    )
    def test_bands_of_the_score(self, probability: float, outcome: Outcome) -> None:
        assert decide(FACTS, KNOWN, score(probability))[0] is outcome

    @pytest.mark.parametrize("probability", [0.05, 0.30, 0.90, 1.0])
    def test_score_of_a_newcomer_asks_for_a_code_at_most(self, probability: float) -> None:
        assert decide(FACTS, NOBODY, score(probability))[0] is Outcome.STEP_UP

    @pytest.mark.parametrize("kind", [PaymentKind.DEPOSIT, PaymentKind.ORDER])
    def test_score_of_money_that_stays_asks_for_a_code_at_most(self, kind: PaymentKind) -> None:
        facts = replace(FACTS, kind=kind)
        assert decide(facts, KNOWN, score(1.0))[0] is Outcome.STEP_UP

    def test_model_brings_its_own_bands(self) -> None:
        strict = replace(score(0.01), bands=Bands(step_up=0.001, hold=0.005, block=0.5))
        assert decide(FACTS, KNOWN, strict)[0] is Outcome.HOLD

    def test_without_a_model_a_fresh_code_is_asked_for(self) -> None:
        outcome, reasons = decide(FACTS, NOBODY, None)
        assert outcome is Outcome.STEP_UP
        assert reasons[0].code == "model_unavailable"

    def test_fresh_code_answers_a_step_up(self) -> None:
        facts = replace(FACTS, fresh_factor=True)
        assert decide(facts, NOBODY, None)[0] is Outcome.APPROVE
        assert decide(facts, NOBODY, score(0.1))[0] is Outcome.APPROVE

    def test_fresh_code_lifts_neither_hold_nor_block(self) -> None:
        facts = replace(FACTS, fresh_factor=True)
        assert decide(facts, KNOWN, score(0.5))[0] is Outcome.HOLD
        assert decide(facts, KNOWN, score(0.95))[0] is Outcome.BLOCK

    def test_anomaly_alone_steps_up_and_never_blocks(self) -> None:
        assert decide(FACTS, NOBODY, score(0.0, unusual=True))[0] is Outcome.STEP_UP

    @given(st.floats(0, 1), st.floats(0, 1), st.booleans())
    def test_more_risk_is_never_judged_milder(self, a: float, b: float, fresh: bool) -> None:
        facts = replace(FACTS, fresh_factor=fresh)
        low, high = sorted((a, b))
        mild = decide(facts, KNOWN, score(low))[0]
        strict = decide(facts, KNOWN, score(high))[0]
        assert SEVERITY[mild] <= SEVERITY[strict]


class TestRules:
    def test_burst_is_held(self) -> None:
        assert decide(FACTS, earlier(20), score(0.0))[0] is Outcome.HOLD
        assert decide(FACTS, earlier(19), score(0.0))[0] is Outcome.APPROVE
        assert decide(FACTS, earlier(20, minutes=61), score(0.0))[0] is Outcome.APPROVE

    def test_payments_in_flight_count_as_part_of_a_burst(self) -> None:
        now_ms = int(AT.timestamp() * 1000)
        together = replace(earlier(10), in_flight=(now_ms,) * 10)
        assert decide(FACTS, together, score(0.0))[0] is Outcome.HOLD

    def test_first_larger_payment_to_a_payee_steps_up(self) -> None:
        large = replace(FACTS, amount=Money(50_000, "USD"))
        assert decide(large, NOBODY, score(0.0))[0] is Outcome.STEP_UP
        assert decide(large, earlier(1), score(0.0))[0] is Outcome.APPROVE
        deposit = replace(large, kind=PaymentKind.DEPOSIT)
        assert decide(deposit, NOBODY, score(0.0))[0] is Outcome.APPROVE

    def test_reasons_name_positive_contributions_only(self) -> None:
        reasons = rules.score_reasons(score(0.5))
        assert [reason.code for reason in reasons] == ["model_amount"]

    def test_expected_loss_orders_the_queue(self) -> None:
        assert rules.expected_loss_minor(10_000, score(0.5)) == 5000
        assert rules.expected_loss_minor(10_000, None) == 3000
