"""The words of fraud's rules: what a condition may ask, a rule, and a numbered set of rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domains.fraud.list_types import ListEntry, ListHit, SubjectKind
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind

RULES_MAX = 50
CONDITIONS_MAX = 30
DEPTH_MAX = 4
VALUES_MAX = 50
SENTENCE_MAX = 200
FORMER_MAX = 10
"""So many sets that were active before are remembered: so often can be rolled back."""

BUILTIN_NUMBER = 0
BUILTIN_VERSION = "fraud-rules/3"
CUSTOM_PREFIX = "fraud-rules/custom-"


class FieldKind(StrEnum):
    """What values a field has."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"


class Field(StrEnum):
    """Everything a condition may look at: a closed set, each recorded with the decision."""

    AMOUNT_MINOR = "amount_minor"
    CURRENCY = "currency"
    KIND = "kind"
    HOUR = "hour"
    WEEKDAY = "weekday"
    PAYMENTS_1H = "payments_1h"
    PAYMENTS_24H = "payments_24h"
    PAYMENTS_7D = "payments_7d"
    CUSTOMER_PAYMENTS = "customer_payments"
    FIRST_PAYMENT_TO_PAYEE = "first_payment_to_payee"
    PROBABILITY = "probability"
    ANOMALY = "anomaly"
    ANOMALY_UNUSUAL = "anomaly_unusual"
    DEGRADED = "degraded"


FIELD_KINDS: Mapping[Field, FieldKind] = {
    Field.AMOUNT_MINOR: FieldKind.INTEGER,
    Field.CURRENCY: FieldKind.TEXT,
    Field.KIND: FieldKind.TEXT,
    Field.HOUR: FieldKind.INTEGER,
    Field.WEEKDAY: FieldKind.INTEGER,
    Field.PAYMENTS_1H: FieldKind.INTEGER,
    Field.PAYMENTS_24H: FieldKind.INTEGER,
    Field.PAYMENTS_7D: FieldKind.INTEGER,
    Field.CUSTOMER_PAYMENTS: FieldKind.INTEGER,
    Field.FIRST_PAYMENT_TO_PAYEE: FieldKind.FLAG,
    Field.PROBABILITY: FieldKind.NUMBER,
    Field.ANOMALY: FieldKind.NUMBER,
    Field.ANOMALY_UNUSUAL: FieldKind.FLAG,
    Field.DEGRADED: FieldKind.FLAG,
}

BOUNDS: Mapping[Field, tuple[float, float]] = {
    Field.HOUR: (0, 23),
    Field.WEEKDAY: (0, 6),
    Field.PROBABILITY: (0, 1),
    Field.ANOMALY: (-1e9, 1e9),
}
"""Lowest and highest value one may compare with; integers else from 0 to 10^15."""

KINDS = frozenset(kind.value for kind in PaymentKind)
SAID_IN_SENTENCES = (Field.PAYMENTS_1H, Field.PAYMENTS_24H, Field.PAYMENTS_7D)
"""Counts of the customer's own payments: all a sentence may quote, as `{payments_1h}`."""


class Op(StrEnum):
    """How a field is compared; the first four need an order."""

    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    EQ = "eq"
    NE = "ne"
    IN = "in"


ORDERED = frozenset({Op.LT, Op.LE, Op.GT, Op.GE})

Fact = int | float | str | bool
Facts = Mapping[Field, Fact | None]
"""What is known of one payment; None where the model did not answer."""


@dataclass(frozen=True, slots=True)
class Compare:
    """One field against a value; false when the field is not known."""

    field: Field
    op: Op
    value: Fact | tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one part is."""

    parts: tuple["Condition", ...]


Condition = Compare | All | Any


@dataclass(frozen=True, slots=True)
class Rule:
    """When the condition holds the outcome is asked for; the sentence is for the customer."""

    code: str
    when: Condition
    outcome: Outcome
    sentence: str


class RuleState(StrEnum):
    """Where a set stands; told by the pointer, never stored beside it."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A numbered set of rules that replaces the one before it whole; it never changes.

    Number 0 is built in. `digest` is the SHA-256 of its rules.
    """

    number: int
    rules: tuple[Rule, ...]
    author: str
    note: str
    made_at: datetime | None
    digest: str = ""
    shadowed_at: datetime | None = None
    """When it was first put in shadow."""
    activated_at: datetime | None = None

    @property
    def version(self) -> str:
        """Return the name that decision records quote."""
        if self.number == BUILTIN_NUMBER:
            return BUILTIN_VERSION
        return f"{CUSTOM_PREFIX}{self.number}"


@dataclass(frozen=True, slots=True)
class RulePointer:
    """Which set is active, which were before it (oldest first), which runs in shadow.

    `revision` counts every change of rules and lists, so that one small read tells a process
    whether its copy is still good. `last` is the highest number given.
    """

    revision: int = 0
    active: int = BUILTIN_NUMBER
    former: tuple[int, ...] = ()
    shadow: int | None = None
    shadow_since: datetime | None = None
    last: int = 0
    since: datetime | None = None
    by: str = ""
    reason: str = ""

    @property
    def previous(self) -> int | None:
        """Return what a rollback would activate."""
        return self.former[-1] if self.former else None

    def state(self, rules: RuleSet) -> RuleState:
        """Return where a set stands."""
        if rules.number == self.active:
            return RuleState.ACTIVE
        if rules.number == self.shadow:
            return RuleState.SHADOW
        return RuleState.RETIRED if rules.activated_at else RuleState.DRAFT


@dataclass(frozen=True, slots=True)
class RuleDesk:
    """What the desk shows: the pointer and the sets, the newest first, the built-in one last."""

    pointer: RulePointer
    sets: tuple[RuleSet, ...]


@dataclass(frozen=True, slots=True)
class ShadowVerdict:
    """What the set in shadow would have said; it changed nothing."""

    version: str
    outcome: Outcome
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What rules, lists and score made of one payment, and what they made it of."""

    outcome: Outcome
    fired: tuple[Rule, ...]
    facts: Facts
    asked: Outcome | None
    """What the score asked for by itself; None without a score."""
    hits: tuple[ListHit, ...] = ()
    in_flight: tuple[int, ...] = ()
    """Times of the customer's payments that were counted and not recorded yet."""
    shadow: ShadowVerdict | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Rules and lists as one process holds them; replaced whole when the pointer moved."""

    revision: int
    active: RuleSet
    shadow: RuleSet | None = None
    entries: Mapping[tuple[SubjectKind, str], tuple[ListEntry, ...]] = field(default_factory=dict)

    def hits(self, payment: PaymentFacts) -> tuple[ListHit, ...]:
        """Return the entries a payment meets; one that ends at its time does not work any more."""
        if not self.entries:
            return ()
        met = (
            *self.entries.get((SubjectKind.PAYEE, payment.payee_id), ()),
            *self.entries.get((SubjectKind.CUSTOMER, payment.user_id), ()),
        )
        return tuple(
            ListHit(entry.entry_id, entry.list_name, entry.kind)
            for entry in met
            if payment.at < entry.expires_at
        )
