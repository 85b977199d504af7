"""What the rules look at, and whether they hold: pure, and false where a score is missing."""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import Any as Anything

from app.domains.fraud.rule_types import (
    SAID_IN_SENTENCES,
    All,
    Compare,
    Condition,
    Facts,
    Field,
    Op,
    Rule,
)
from app.domains.fraud.types import EntityState, FraudReason, ModelScore, PaymentFacts

WINDOWS: Mapping[Field, timedelta] = {
    Field.PAYMENTS_1H: timedelta(hours=1),
    Field.PAYMENTS_24H: timedelta(hours=24),
    Field.PAYMENTS_7D: timedelta(days=7),
}

_COMPARISONS: Mapping[Op, Callable[[Anything, Anything], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
}


def facts_of(payment: PaymentFacts, customer: EntityState, score: ModelScore | None) -> Facts:
    """Return everything a rule may ask about a payment.

    Payments in flight count in the windows: twenty sent at once would otherwise not see each
    other.
    """
    at = payment.at.astimezone(UTC)
    counts = {field: customer.within(window, at=payment.at) for field, window in WINDOWS.items()}
    return {
        Field.AMOUNT_MINOR: payment.amount.amount_minor,
        Field.CURRENCY: payment.amount.currency,
        Field.KIND: payment.kind.value,
        Field.HOUR: at.hour,
        Field.WEEKDAY: at.weekday(),
        **counts,
        Field.CUSTOMER_PAYMENTS: customer.count,
        Field.FIRST_PAYMENT_TO_PAYEE: not customer.paid(payment.payee_id),
        Field.PROBABILITY: score.probability if score else None,
        Field.ANOMALY: score.anomaly if score else None,
        Field.ANOMALY_UNUSUAL: score.anomaly_unusual if score else None,
        Field.DEGRADED: score is None,
    }


def holds(condition: Condition, facts: Facts) -> bool:
    """Tell whether a condition is true of a payment."""
    if isinstance(condition, Compare):
        known = facts.get(condition.field)
        if known is None:
            return False
        if condition.op is Op.IN:
            return isinstance(condition.value, tuple) and known in condition.value
        return _COMPARISONS[condition.op](known, condition.value)
    parts = (holds(part, facts) for part in condition.parts)
    return all(parts) if isinstance(condition, All) else any(parts)


def fired(rules: tuple[Rule, ...], facts: Facts) -> tuple[Rule, ...]:
    """Return the rules that hold, in their order."""
    return tuple(rule for rule in rules if holds(rule.when, facts))


def reason(rule: Rule, facts: Facts) -> FraudReason:
    """Return what the customer is told of a rule that fired."""
    sentence = rule.sentence
    for field in SAID_IN_SENTENCES:
        sentence = sentence.replace("{" + field.value + "}", str(facts.get(field)))
    return FraudReason(rule.code, sentence)


def facts_document(facts: Facts) -> dict[str, Anything]:
    """Return the facts as a decision record keeps them."""
    return {field.value: value for field, value in facts.items()}


def facts_from(stored: Mapping[str, Anything]) -> Facts:
    """Return the facts of a decision record; a field it does not know is None."""
    return {field: stored.get(field.value) for field in Field}
