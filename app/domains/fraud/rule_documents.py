"""Rules as they are stored and sent, and as a line to read."""

from typing import Any

from app.domains.fraud.rule_types import All, Compare, Condition, Rule


def document(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is stored and sent."""
    return {
        "code": rule.code,
        "when": _condition_document(rule.when),
        "outcome": rule.outcome.value,
        "sentence": rule.sentence,
    }


def in_words(condition: Condition) -> str:
    """Return a condition as one line to read."""
    if isinstance(condition, Compare):
        sign = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "=", "ne": "≠", "in": "in"}
        value = condition.value
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()
        shown = str(value) if isinstance(value, str) else shown
        return f"{condition.field.value} {sign[condition.op.value]} {shown}"
    word = " and " if isinstance(condition, All) else " or "
    return "(" + word.join(in_words(part) for part in condition.parts) + ")"


def _condition_document(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Compare):
        value = condition.value
        return {
            "field": condition.field.value,
            "op": condition.op.value,
            "value": list(value) if isinstance(value, tuple) else value,
        }
    key = "all" if isinstance(condition, All) else "any"
    return {key: [_condition_document(part) for part in condition.parts]}
