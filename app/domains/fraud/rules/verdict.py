"""Pure decisions of fraud: lists, rules and bands of the score; the strictest of them wins."""

from app.domains.fraud.list_types import BLOCKED_CODE, ListHit, ListName
from app.domains.fraud.rule_types import Judgement, Rule, RuleSet, ShadowVerdict
from app.domains.fraud.rules import language
from app.domains.fraud.rules.builtin import BUILTIN, OUTGOING
from app.domains.fraud.types import (
    SEVERITY,
    EntityState,
    FraudReason,
    ModelScore,
    Outcome,
    PaymentFacts,
)

UNSCORED_PROBABILITY = 0.30
COLD_START_PAYMENTS = 5
BLOCKED = FraudReason(BLOCKED_CODE, "We cannot make this payment.")

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
    if facts.kind not in OUTGOING or customer.count < COLD_START_PAYMENTS:
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


def combine(
    asked: Outcome | None, fired: tuple[Rule, ...], hits: tuple[ListHit, ...], *, fresh: bool
) -> Outcome:
    """Return the strictest outcome that lists, rules and score ask for.

    A block entry beats everything. An allow entry lowers what the score asks for and nothing
    else: no rule, and no missing score. Without a score (`asked` None) every payment needs a
    fresh code: never a silent approval. `fresh` says that the payment brings one: that
    satisfies a step-up and never lifts a hold or block.
    """
    lists = {hit.list_name for hit in hits}
    if ListName.BLOCK in lists:
        return Outcome.BLOCK
    own = Outcome.STEP_UP if asked is None else asked
    if ListName.ALLOW in lists and asked is not None:
        own = Outcome.APPROVE
    strictest = max((own, *(rule.outcome for rule in fired)), key=SEVERITY.__getitem__)
    return Outcome.APPROVE if fresh and strictest is Outcome.STEP_UP else strictest


def judge(
    payment: PaymentFacts,
    customer: EntityState,
    score: ModelScore | None,
    *,
    rules: RuleSet = BUILTIN,
    shadow: RuleSet | None = None,
    hits: tuple[ListHit, ...] = (),
) -> Judgement:
    """Return what becomes of a payment, and what the set in shadow would have made of it."""
    facts = language.facts_of(payment, customer, score)
    fired = language.fired(rules.rules, facts)
    asked = None
    if score is not None:
        asked = min(
            score_outcome(score), trusted_so_far(payment, customer), key=SEVERITY.__getitem__
        )
    silent = None
    if shadow is not None:
        would = language.fired(shadow.rules, facts)
        silent = ShadowVerdict(
            version=shadow.version,
            outcome=combine(asked, would, hits, fresh=payment.fresh_factor),
            codes=tuple(rule.code for rule in would),
        )
    return Judgement(
        outcome=combine(asked, fired, hits, fresh=payment.fresh_factor),
        fired=fired,
        facts=facts,
        asked=asked,
        hits=hits,
        in_flight=customer.in_flight,
        shadow=silent,
    )


def reasons_of(judged: Judgement, score: ModelScore | None) -> tuple[FraudReason, ...]:
    """Return everything that spoke against the payment, in words for the customer.

    The model's words are left out where it asks for nothing, or an allow entry overrules it.
    """
    lists = {hit.list_name for hit in judged.hits}
    reasons = [BLOCKED] if ListName.BLOCK in lists else []
    reasons += [language.reason(rule, judged.facts) for rule in judged.fired]
    if score is None:
        reasons.append(FraudReason("model_unavailable", "The automatic check is not available."))
    elif judged.asked is not Outcome.APPROVE and ListName.ALLOW not in lists:
        reasons += score_reasons(score)
    return tuple(reasons)


def expected_loss_minor(amount_minor: int, score: ModelScore | None) -> int:
    """Return P(fraud) times the amount: the order of the analysts' queue."""
    probability = score.probability if score else UNSCORED_PROBABILITY
    return round(amount_minor * probability)
