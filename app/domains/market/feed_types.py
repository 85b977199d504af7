"""What providers send before it is trusted: ticks, how they are judged, and what was counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tick:
    """A price as a provider sent it: any number, NaN and zero included, until it is judged."""

    symbol: str
    price: Decimal
    currency: str
    provider: str
    exchange_at: datetime
    received_at: datetime


class Judgement(StrEnum):
    """What becomes of a tick."""

    ACCEPTED = "accepted"
    LATE = "late"
    UNKNOWN = "unknown_symbol"
    NOT_A_PRICE = "not_a_price"
    CROSSED_CURRENCY = "crossed_currency"
    FUTURE = "from_the_future"
    OUTLIER = "outlier"

    @property
    def quarantined(self) -> bool:
        """Tell whether the tick is kept apart; a late or unknown one is only counted."""
        return self not in (Judgement.ACCEPTED, Judgement.LATE, Judgement.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A tick kept apart: never served, kept with the reason."""

    tick: Tick
    reason: Judgement


@dataclass(slots=True)
class FeedCounts:
    """What a feed did since its start; it only grows."""

    connections: int = 0
    messages: int = 0
    ticks: int = 0
    malformed: int = 0
    rate_limited: int = 0
    filled: int = 0
    accepted: int = 0
    late: int = 0
    unknown: int = 0
    quarantined: int = 0
    conflated: int = 0
    published: int = 0
    held_back: int = 0
    direct: int = 0

    def facts(self) -> dict[str, int]:
        """Return the counts by name, for logs and benches."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


class TickFeed(Protocol):
    """A provider: ticks until cancelled, through disconnects. Raises FeedRefusedError for good."""

    name: str
    counts: FeedCounts

    def ticks(self) -> AsyncIterator[tuple[Tick, ...]]:
        """Yield ticks as they come, oldest first within a symbol."""
        ...
