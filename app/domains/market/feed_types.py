"""What providers send before it is trusted: ticks, how they are judged, and what was counted."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from app.domains.market.types import Quote


@dataclass(frozen=True, slots=True)
class Tick:
    """A price as a provider sent it: any number, NaN and zero included, until it is judged.

    Times are in whole milliseconds, which is what the database gives back.
    """

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


def order_of(entry_id: str) -> tuple[int, int]:
    """Return the id of a stream's entry as what it is ordered by. Raises ValueError."""
    time_ms, _, number = entry_id.partition("-")
    return int(time_ms), int(number)


@dataclass(slots=True, eq=False)
class Follower:
    """One open stream. Holds the newest unseen quote per symbol: bounded by the symbols.

    `reset` says that something was missed or that the source changed: the client asks anew.
    """

    user_id: str
    symbols: frozenset[str]
    label: str
    unseen: dict[str, tuple[str, Quote]] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    since: tuple[int, int] = (0, 0)
    reset: bool = False
    closed: bool = False

    def begin(self, now_id: str, missed: list[tuple[str, Quote | None]]) -> None:
        """Begin with what was missed up to an id; what the reader brought after it stays."""
        self.since = order_of(now_id)
        later = {s: item for s, item in self.unseen.items() if order_of(item[0]) > self.since}
        self.unseen = {}
        for entry_id, quote in missed:
            if quote is None or quote.source != self.label or not self._wants(quote):
                continue
            there = self.unseen.get(quote.symbol)
            if there is None or there[1].exchange_at <= quote.exchange_at:
                self.unseen[quote.symbol] = (entry_id, quote)
        self.unseen |= later
        self.wake.set()

    def see(self, entry_id: str, quote: Quote) -> None:
        """Take one entry of the stream."""
        if order_of(entry_id) <= self.since:
            return
        if quote.source != self.label:
            self.reset = True
            self.close()
        elif self._wants(quote):
            self.unseen[quote.symbol] = (entry_id, quote)
            self.wake.set()

    def take(self) -> list[tuple[str, Quote]]:
        """Return what is unseen in the order of the stream, and forget it."""
        batch = sorted(self.unseen.values(), key=lambda item: order_of(item[0]))
        self.unseen = {}
        self.wake.clear()
        return batch

    def close(self) -> None:
        """End the stream from our side."""
        self.closed = True
        self.wake.set()

    def _wants(self, quote: Quote) -> bool:
        return not self.symbols or quote.symbol in self.symbols
