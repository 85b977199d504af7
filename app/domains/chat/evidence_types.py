"""What an answer may say as a figure: evidence, and the claims found in a text."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a figure is."""

    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"
    COUNT = "count"
    DATE = "date"
    ID = "id"


class Metric(StrEnum):
    """What a figure measures; an answer may not call a gain a fee."""

    VALUE = "value"
    CASH = "cash"
    GAIN = "gain"
    RETURN = "return"
    PRICE = "price"
    WEIGHT = "weight"
    TARGET = "target"
    DRIFT = "drift"
    FEE = "fee"
    RISK = "risk"
    INCOME = "income"
    SPENDING = "spending"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    COUNT = "count"
    PROBABILITY = "probability"
    CONTRIBUTION = "contribution"
    RATE = "rate"
    SCORE = "score"
    LIMIT = "limit"
    DATE = "date"
    OTHER = "other"


class Source(StrEnum):
    """Where a figure comes from, which decides what a citation opens."""

    LEDGER = "ledger"
    PRICE = "price"
    PROFILE = "profile"
    DECISION = "decision"
    PORTFOLIO = "portfolio"
    GOAL = "goal"
    HELP = "help"
    CALC = "calc"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure that may be spoken.

    `value` is a Decimal for money (major units), percent (a ratio: .05 is 5 %), quantity and
    count; a date for dates; text for ids. `ref` is what the API opens, such as a posting's or
    a decision's id; `inputs` are the evidence ids a calculation rests on.
    """

    id: str
    kind: Kind
    value: Decimal | date | str
    metric: Metric
    source: Source
    currency: str | None = None
    signed: bool = False
    entity: str | None = None
    as_of: str | None = None
    ref: str | None = None
    inputs: tuple[str, ...] = ()


class Status(StrEnum):
    """What became of a claim."""

    GROUNDED = "grounded"
    UNGROUNDED = "ungrounded"
    UNPARSEABLE = "unparseable"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure found in a text, at code points `start` to `end`, and what it rests on."""

    text: str
    start: int
    end: int
    value: Decimal | date | None
    kind: Kind
    status: Status
    evidence_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a text: `ok` when no claim is ungrounded or unparseable."""

    claims: tuple[Claim, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every figure rests on something."""
        return all(claim.status in (Status.GROUNDED, Status.EXEMPT) for claim in self.claims)
