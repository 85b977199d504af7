"""The words of the dashboard that other rooms may use: alerts, the mix and its plan, trading."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class AlertCode(StrEnum):
    """What a person should know before she acts; the client says it in her language."""

    TRADING_HALTED = "trading_halted"
    PRICES_MISSING = "prices_missing"
    PRICES_STALE = "prices_stale"
    KYC_MISSING = "kyc_missing"
    PROFILE_EXPIRED = "profile_expired"
    MARKET_CLOSED = "market_closed"
    ORDER_IN_REVIEW = "order_in_review"
    PROFILE_EXPIRES = "profile_expires"
    NOT_ADVISED = "not_advised"
    REBALANCE_SUGGESTED = "rebalance_suggested"


class Severity(StrEnum):
    """How much an alert matters."""

    URGENT = "urgent"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to know. `symbols` names what it is about; `at` is the moment it speaks of.

    `at`: when the oldest price was made, when the profile expires or did, when the market opens
    again. None when nobody knows or there is no such moment.
    """

    code: AlertCode
    severity: Severity
    symbols: tuple[str, ...] = ()
    at: datetime | None = None


class DriftVerdict(StrEnum):
    """What the distance from the plan asks for."""

    ON_PLAN = "on_plan"
    INSIDE_BANDS = "inside_bands"
    OUTSIDE_BANDS = "outside_bands"


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """One line of the mix against its plan; `symbol` is None for cash, which
    has no name. Weight and target are fractions of all that is not reserved.

    `outside` says that the line left its band: 2 points or a fifth of its target.
    """

    symbol: str | None
    name: str
    weight: Decimal
    target: Decimal
    outside: bool


@dataclass(frozen=True, slots=True)
class TradingState:
    """Whether orders can be executed now; `next_open` is None when it is open or nobody knows."""

    is_open: bool
    next_open: datetime | None = None
    halted: bool = False


HaltSwitch = Callable[[], Awaitable[bool]]
"""Answers whether all trading is halted now."""


async def never_halted() -> bool:
    """Answer for an installation without a halt switch."""
    return False
