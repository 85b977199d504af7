"""Rules read out of documents, strictly: what they may not say is refused, nothing is run."""

import math
import re
from collections.abc import Mapping

from app.core.decisions import canonical_json, sha256_hex
from app.domains.fraud.errors import InvalidRuleError
from app.domains.fraud.rule_documents import document
from app.domains.fraud.rule_types import (
    BOUNDS,
    CONDITIONS_MAX,
    DEPTH_MAX,
    FIELD_KINDS,
    KINDS,
    ORDERED,
    RULES_MAX,
    SAID_IN_SENTENCES,
    SENTENCE_MAX,
    VALUES_MAX,
    All,
    Any,
    Compare,
    Condition,
    Fact,
    Field,
    FieldKind,
    Op,
    Rule,
)
from app.domains.fraud.types import Outcome

INTEGER_MAX = 10**15
CODE = re.compile(r"[a-z][a-z0-9_]{2,39}")
CURRENCY = re.compile(r"[A-Z]{3}")
RESERVED = ("model_", "list_")
OUTCOMES = (Outcome.STEP_UP, Outcome.HOLD, Outcome.BLOCK)
_RULE_KEYS = frozenset({"code", "when", "outcome", "sentence"})
_COMPARE_KEYS = frozenset({"field", "op", "value"})


def parse_rules(documents: object) -> tuple[Rule, ...]:
    """Return the rules of a list of documents. Raises InvalidRuleError naming the place."""
    if not isinstance(documents, list) or not 1 <= len(documents) <= RULES_MAX:
        raise _wrong("rules", f"must be a list of 1 to {RULES_MAX} rules")
    rules = tuple(_rule(one, f"rules[{n}]") for n, one in enumerate(documents))
    seen: set[str] = set()
    for n, rule in enumerate(rules):
        if rule.code in seen:
            raise _wrong(f"rules[{n}].code", f"{rule.code} is the code of an earlier rule")
        seen.add(rule.code)
    return rules


def digest(rules: tuple[Rule, ...]) -> str:
    """Return the SHA-256 of the rules: two sets that say the same have the same."""
    return sha256_hex(canonical_json([document(rule) for rule in rules]))


def _wrong(place: str, problem: str) -> InvalidRuleError:
    return InvalidRuleError(f"{place}: {problem}", place=place)


def _mapping(value: object, place: str, keys: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != keys:
        raise _wrong(place, f"must have exactly the fields {', '.join(sorted(keys))}")
    return value


def _rule(value: object, place: str) -> Rule:
    given = _mapping(value, place, _RULE_KEYS)
    code, outcome = given["code"], given["outcome"]
    if not isinstance(code, str) or not CODE.fullmatch(code) or code.startswith(RESERVED):
        raise _wrong(
            f"{place}.code",
            "must be 3 to 40 of a-z, 0-9 and _, begin with a letter, and not with model_ or list_",
        )
    if outcome not in [one.value for one in OUTCOMES]:
        raise _wrong(f"{place}.outcome", "must be step_up, hold or block")
    budget = [CONDITIONS_MAX]
    when = _condition(given["when"], f"{place}.when", 1, budget)
    return Rule(code, when, Outcome(str(outcome)), _sentence(given["sentence"], place))


def _sentence(value: object, place: str) -> str:
    where = f"{place}.sentence"
    if not isinstance(value, str) or not 1 <= len(value) <= SENTENCE_MAX:
        raise _wrong(where, f"must be text of 1 to {SENTENCE_MAX} characters")
    if not value.isprintable() or not value.strip():
        raise _wrong(where, "must be one line of text to read")
    bare = value
    for field in SAID_IN_SENTENCES:
        bare = bare.replace("{" + field.value + "}", "")
    if "{" in bare or "}" in bare:
        names = ", ".join("{" + field.value + "}" for field in SAID_IN_SENTENCES)
        raise _wrong(where, f"may quote only {names}")
    return value


def _condition(value: object, place: str, depth: int, budget: list[int]) -> Condition:
    if depth > DEPTH_MAX:
        raise _wrong(place, f"conditions are nested at most {DEPTH_MAX} deep")
    budget[0] -= 1
    if budget[0] < 0:
        raise _wrong(place, f"a rule has at most {CONDITIONS_MAX} conditions")
    if not isinstance(value, dict):
        raise _wrong(place, "must be a comparison, or `all` or `any` with a list of conditions")
    for key, kind in (("all", All), ("any", Any)):
        if set(value) == {key}:
            parts = value[key]
            if not isinstance(parts, list) or not parts:
                raise _wrong(f"{place}.{key}", "must be a list of at least one condition")
            return kind(
                tuple(
                    _condition(part, f"{place}.{key}[{n}]", depth + 1, budget)
                    for n, part in enumerate(parts)
                )
            )
    return _compare(_mapping(value, place, _COMPARE_KEYS), place)


def _compare(given: Mapping[str, object], place: str) -> Compare:
    name, sign, value = given["field"], given["op"], given["value"]
    if not isinstance(name, str) or name not in [field.value for field in Field]:
        raise _wrong(f"{place}.field", f"must be one of {', '.join(f.value for f in Field)}")
    if not isinstance(sign, str) or sign not in [op.value for op in Op]:
        raise _wrong(f"{place}.op", f"must be one of {', '.join(op.value for op in Op)}")
    field, op = Field(name), Op(sign)
    kind, where = FIELD_KINDS[field], f"{place}.value"
    if op in ORDERED and kind not in (FieldKind.INTEGER, FieldKind.NUMBER):
        raise _wrong(f"{place}.op", f"{field.value} has no order; use eq, ne or in")
    if op is not Op.IN:
        return Compare(field, op, _value(value, field, where))
    if not isinstance(value, list) or not 1 <= len(value) <= VALUES_MAX:
        raise _wrong(where, f"must be a list of 1 to {VALUES_MAX} values for `in`")
    return Compare(
        field, op, tuple(_value(one, field, f"{where}[{n}]") for n, one in enumerate(value))
    )


def _value(value: object, field: Field, place: str) -> Fact:
    kind = FIELD_KINDS[field]
    if kind is FieldKind.FLAG:
        if not isinstance(value, bool):
            raise _wrong(place, "must be true or false")
        return value
    if kind is FieldKind.TEXT:
        return _text(value, field, place)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is FieldKind.INTEGER and not whole:
        raise _wrong(place, "must be a whole number")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(place, "must be a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(place, "must be a finite number")
    low, high = BOUNDS.get(field, (0, INTEGER_MAX))
    if not low <= value <= high:
        raise _wrong(place, f"must be from {low:g} to {high:g}")
    return value if kind is FieldKind.INTEGER else float(value)


def _text(value: object, field: Field, place: str) -> str:
    if field is Field.KIND:
        if not isinstance(value, str) or value not in KINDS:
            raise _wrong(place, f"must be one of {', '.join(sorted(KINDS))}")
        return value
    if not isinstance(value, str) or not CURRENCY.fullmatch(value):
        raise _wrong(place, "must be a currency of three capital letters")
    return value
