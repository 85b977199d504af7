"""The rules that stand until somebody activates others: number 0, `fraud-rules/3`."""

from app.domains.fraud.errors import InvalidRuleError
from app.domains.fraud.rule_types import (
    BUILTIN_NUMBER,
    All,
    Compare,
    Field,
    Op,
    Rule,
    RuleSet,
)
from app.domains.fraud.rules.parsing import digest
from app.domains.fraud.types import Outcome, PaymentKind

# Starting values in minor units of the payment's currency: judgement. Changing one is a new
# BUILTIN_VERSION.
LARGE_MINOR = 1_000_000
NEW_PAYEE_MINOR = 50_000
BURST_COUNT = 20

OUTGOING = frozenset({PaymentKind.TRANSFER, PaymentKind.WITHDRAWAL})

_LEAVES = Compare(Field.KIND, Op.IN, tuple(sorted(kind.value for kind in OUTGOING)))
_RULES = (
    Rule(
        "burst",
        Compare(Field.PAYMENTS_1H, Op.GE, BURST_COUNT),
        Outcome.HOLD,
        "You made {payments_1h} payments within the last hour.",
    ),
    Rule(
        "new_payee",
        All(
            (
                _LEAVES,
                Compare(Field.AMOUNT_MINOR, Op.GE, NEW_PAYEE_MINOR),
                Compare(Field.FIRST_PAYMENT_TO_PAYEE, Op.EQ, True),
            )
        ),
        Outcome.STEP_UP,
        "This is your first payment to this payee.",
    ),
    Rule(
        "large_amount",
        All((_LEAVES, Compare(Field.AMOUNT_MINOR, Op.GE, LARGE_MINOR))),
        Outcome.STEP_UP,
        "The amount is large.",
    ),
)
_BY_CODE = {rule.code: rule for rule in _RULES}
BUILTIN = RuleSet(
    number=BUILTIN_NUMBER,
    rules=_RULES,
    author="",
    note="Built in.",
    made_at=None,
    digest=digest(_RULES),
)


def keep_names(rules: tuple[Rule, ...]) -> None:
    """Refuse a rule that has a built-in rule's code and says something else.

    Customers are told of these codes in their language, with these limits. Raises
    InvalidRuleError.
    """
    for n, rule in enumerate(rules):
        own = _BY_CODE.get(rule.code)
        if own is not None and (own.when, own.sentence) != (rule.when, rule.sentence):
            place = f"rules[{n}].code"
            problem = f"{rule.code} is a built-in rule that says something else"
            raise InvalidRuleError(f"{place}: {problem}", place=place)
