"""The words of the ledger that other rooms may use: accounts, legs, journals, receipts.

A unit is a currency ("USD", counted in minor units) or an instrument ("VTI", counted in
millionths of a share). Both live in the same books, so holdings balance like money does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.money import Money
from app.domains.fraud.case_types import Question
from app.domains.identity.types import StepUpGrant
from app.domains.ledger.warrant_types import Warrant

MICRO = Decimal("0.000001")


class AccountKind(StrEnum):
    """Whose account it is and what it is for."""

    CASH = "cash"
    HOLDING = "holding"
    HOUSE = "house"


class JournalKind(StrEnum):
    """What a journal entry books."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    ORDER = "order"
    REVERSAL = "reversal"
    SPLIT = "split"
    DIVIDEND = "dividend"
    RENAME = "rename"


class JournalState(StrEnum):
    """Held money is reserved: not spent, not free."""

    POSTED = "posted"
    HELD = "held"
    VOIDED = "voided"
    REVERSED = "reversed"


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Account:
    """One account in one unit. `available` is what may be spent: balance less what is held."""

    account_id: str
    owner: str
    unit: str
    kind: AccountKind
    balance: int
    held: int
    available: int
    version: int
    open: bool
    overdraft: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of a journal entry: plus goes in, minus goes out."""

    account_id: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Journal:
    """One movement: its legs balance to zero in every unit. Never edited, only reversed."""

    journal_id: str
    owner: str
    kind: JournalKind
    state: JournalState
    legs: tuple[Leg, ...]
    amount: Money
    counterparty: str
    memo: str
    request_hash: str
    decision_id: str
    commitment: str
    details: Mapping[str, Any]
    at: datetime
    expires_at: datetime | None
    reasons: tuple[str, ...] = ()
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line as it stands in an account: gapless `seq`, balance after, link to the one before."""

    account_id: str
    seq: int
    journal_id: str
    unit: str
    amount: int
    balance_after: int
    prev: str
    kind: JournalKind
    decision_id: str
    counterparty: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Postings, the newest first, and where the next page begins."""

    postings: tuple[Posting, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening plus movements is closing, to the cent."""

    account: Account
    first: datetime
    last: datetime
    opening: int
    closing: int
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """A request to move money: who, how much, to whom, under which key."""

    user_id: str
    session_id: str
    key: str
    amount: Money
    memo: str = ""
    grant: str | None = None
    warrant: Warrant | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """One executed order: `quantity_micro` millionths of a share at a price."""

    symbol: str
    side: Side
    quantity_micro: int
    price: Decimal
    gross: Money
    fee: Money
    quote_source: str
    quote_at: datetime


@dataclass(frozen=True, slots=True)
class OrderBatch:
    """Orders that are booked together or not at all."""

    user_id: str
    session_id: str
    key: str
    currency: str
    fills: tuple[Fill, ...]
    reference: str
    grant: str | None
    warrant: Warrant | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person owns of one instrument."""

    symbol: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill as the ledger booked it."""

    symbol: str
    side: Side
    quantity_micro: int
    price: Decimal
    gross: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """A split, dividend or new name as the ledger booked it for `entitled_micro` millionths."""

    kind: JournalKind
    symbol: str
    becomes: str | None
    entitled_micro: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What one movement did to one person: her cash, her shares (millionths), the fee she paid.

    `shares` is empty for a movement of money alone. A reversal names what it `reverses`. A
    corporate `action` counts from when its day began, whenever it was booked (`booked_at`).
    """

    movement_id: str
    kind: JournalKind
    at: datetime
    counterparty: str
    cash: Money
    shares: Mapping[str, int]
    fee: Money
    trades: tuple[Trade, ...]
    reverses: str | None
    action: CorporateAction | None = None
    booked_at: datetime | None = None

    @property
    def external(self) -> bool:
        """Tell whether money came in or went out, rather than changing into shares."""
        return not self.shares and not self.trades and self.action is None


@dataclass(frozen=True, slots=True)
class ReceiptLeg:
    """One leg of a receipt: the caller's own with its salt, others as a bare commitment."""

    commitment: str
    salt: str | None
    account_id: str | None
    unit: str | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person needs to check one entry herself, offline. Hashes are lower-case hex."""

    journal_id: str
    kind: str
    at: datetime
    decision_id: str
    legs: tuple[ReceiptLeg, ...]
    commitment: str
    index: int | None
    path: tuple[str, ...]
    size: int | None
    root: str | None
    head_at: datetime | None
    signature: str | None
    public_key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the books, named."""

    row: str
    problem: str


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The result of checking the books."""

    accounts: int
    postings: int
    journals: int
    findings: tuple[Finding, ...]


def quantity(micro: int) -> Decimal:
    """Return a quantity of shares from millionths."""
    return Decimal(micro) * MICRO


@dataclass(frozen=True, slots=True)
class ConfirmationAnswer:
    """What a customer's answer to "was this you?" led to; `first` is False for a repeat."""

    question: Question
    movement_state: JournalState | None
    first: bool
    grant: StepUpGrant | None
