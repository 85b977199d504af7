"""What a citation opens: the very row a figure rests on."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.money import Money
from app.domains.ledger.types import Account, Journal, Receipt


@dataclass(frozen=True, slots=True)
class CitedMovement:
    """A movement with its proof; `account` is set when a balance was cited."""

    movement: Journal
    receipt: Receipt
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class CitedPrice:
    """A price with its time and who gave it. A `close` has only its day."""

    symbol: str
    price: Decimal
    currency: str
    day: date
    kind: str  # quote | close
    provider: str
    at: datetime | None
    received_at: datetime | None
    data_hash: str | None


@dataclass(frozen=True, slots=True)
class CitedProfile:
    """A version of a risk profile."""

    version: int
    final: int
    tolerance: int
    capacity: int
    band: str
    rules_version: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CitedCheck:
    """Where the identity check stood."""

    state: str
    submitted_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class CitedDecision:
    """A sealed advice: its versions, and the hash that seals it."""

    recommendation_id: str
    made_at: datetime
    outcome: str
    profile: int
    record_hash: str
    frontier_version: str | None
    model_version: str | None
    worst_year: Money | None


Cited = CitedMovement | CitedPrice | CitedProfile | CitedCheck | CitedDecision
