"""Pure decisions of fraud: velocity rules, bands of the score, the stricter of both wins."""

from datetime import timedelta

from app.domains.fraud.types import (
    SEVERITY,
    EntityState,
    FraudReason,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
)

RULES_VERSION = "fraud-rules/3"

# Starting values in minor units of the payment's currency: judgement, to be replaced by the
# cost matrix once labels exist. Changing one is a new RULES_VERSION.
LARGE_MINOR = 1_000_000
NEW_PAYEE_MINOR = 50_000
BURST_COUNT = 20
BURST_WINDOW = timedelta(hours=1)
UNSCORED_PROBABILITY = 0.30
COLD_START_PAYMENTS = 5

_OUTGOING = frozenset({PaymentKind.TRANSFER, PaymentKind.WITHDRAWAL})

WORDS = {
    "amount": "the amount",
    "c_lratio": "the amount against your usual ones",
    "c_ratio7": "the amount against your last week",
    "c_ratio30": "the amount against your last month",
    "c_z30": "how far the amount is from your usual ones",
    "c_gap": "the time since your last payment",
    "c_n_1h": "how many payments you made in the last hour",
    "ct_n": "whether you paid this payee before",
    "hour": "the time of day",
}


def rule_reasons(
    facts: PaymentFacts, customer: EntityState
) -> tuple[tuple[Outcome, FraudReason], ...]:
    """Return every rule that fires, with what it asks for."""
    found: list[tuple[Outcome, FraudReason]] = []
    # Those in flight count too: twenty sent at once would otherwise not see each other.
    recent = customer.within(BURST_WINDOW, at=facts.at)
    if recent >= BURST_COUNT:
        sentence = f"You made {recent} payments within the last hour."
        found.append((Outcome.HOLD, FraudReason("burst", sentence)))
    if facts.kind in _OUTGOING:
        new = facts.amount.amount_minor >= NEW_PAYEE_MINOR and not customer.paid(facts.payee_id)
        if new:
            sentence = "This is your first payment to this payee."
            found.append((Outcome.STEP_UP, FraudReason("new_payee", sentence)))
        if facts.amount.amount_minor >= LARGE_MINOR:
            sentence = "The amount is large."
            found.append((Outcome.STEP_UP, FraudReason("large_amount", sentence)))
    return tuple(found)


def score_outcome(score: ModelScore) -> Outcome:
    """Return what the bands of the score ask for; an anomaly alone never blocks."""
    if score.probability >= score.bands.block:
        return Outcome.BLOCK
    if score.probability >= score.bands.hold:
        return Outcome.HOLD
    if score.probability >= score.bands.step_up or score.anomaly_unusual:
        return Outcome.STEP_UP
    return Outcome.APPROVE


def trusted_so_far(facts: PaymentFacts, customer: EntityState) -> Outcome:
    """Return the strictest outcome that the score alone may bring about.

    With fewer than five payments "unusual for her" compares a person with the average of the
    training data, and money that she moves into her own account or holdings is not lost: there
    a score asks for a fresh code at most. Rules are not bounded by this.
    """
    if facts.kind not in _OUTGOING or customer.count < COLD_START_PAYMENTS:
        return Outcome.STEP_UP
    return Outcome.BLOCK


def score_reasons(score: ModelScore) -> tuple[FraudReason, ...]:
    """Return the model's largest contributions in words that name no other person."""
    return tuple(
        FraudReason(
            f"model_{name}", f"Unusual: {WORDS.get(name, 'the pattern of payments')}.", value
        )
        for name, value in score.reasons
        if value > 0
    )


def decide(
    facts: PaymentFacts, customer: EntityState, score: ModelScore | None
) -> tuple[Outcome, tuple[FraudReason, ...]]:
    """Return the strictest outcome asked for, with all reasons.

    Without a score every payment that leaves needs a fresh code: never a silent approval.
    A fresh code for exactly this payment satisfies a step-up; it never lifts a hold or block.
    """
    fired = rule_reasons(facts, customer)
    outcomes = [outcome for outcome, _ in fired]
    reasons = [reason for _, reason in fired]
    if score is None:
        outcomes.append(Outcome.STEP_UP)
        reasons.append(FraudReason("model_unavailable", "The automatic check is not available."))
    else:
        bound = trusted_so_far(facts, customer)
        asked = min(score_outcome(score), bound, key=SEVERITY.__getitem__)
        outcomes.append(asked)
        if asked is not Outcome.APPROVE:
            reasons += score_reasons(score)
    strictest = max(outcomes, key=SEVERITY.__getitem__)
    if strictest is Outcome.STEP_UP and facts.fresh_factor:
        strictest = Outcome.APPROVE
    return strictest, tuple(reasons)


def expected_loss_minor(amount_minor: int, score: ModelScore | None) -> int:
    """Return P(fraud) times the amount: the order of the analysts' queue."""
    probability = score.probability if score else UNSCORED_PROBABILITY
    return round(amount_minor * probability)
