"""Booked payments as the trainer reads them: numbers for people, labels once they are due."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.core.clock import Clock
from app.core.store import Store
from app.domains.fraud.repository import events
from app.domains.fraud.repository.events import Recorded
from app.domains.fraud.repository.logged import MATURE
from app.ml.features.fraud import terminal_key

PER_MILLISECOND = 1_024
"""Room for payments of one millisecond in a transaction number."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One payment; `is_fraud` is None while no label is due. Who it was stays a number."""

    transaction_id: int
    ts: datetime
    customer_id: int
    terminal_id: int
    amount: float
    is_fraud: bool | None


class TrainingRows:
    """Reads recorded payments by day; writes nothing."""

    def __init__(self, *, db: Store, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def day(self, day: date) -> AsyncIterator[TrainingRow]:
        """Yield the payments of one UTC day in total order, as known now.

        A label somebody gave counts from the moment it was given; without one a payment counts
        as legit after seven days. Numbers are stable: the same payment, the same row.
        """
        now = self._clock.now()
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        last_ms, position = -1, 0
        async for event in events.between(self._db, start, start + timedelta(days=1)):
            ms = events.milliseconds(event.at)
            position = position + 1 if ms == last_ms else 0
            last_ms = ms
            if position >= PER_MILLISECOND:
                raise AssertionError(f"more than {PER_MILLISECOND} payments at {event.at}")
            yield TrainingRow(
                transaction_id=ms * PER_MILLISECOND + position,
                ts=event.at.replace(microsecond=0),
                customer_id=terminal_key(event.customer),
                terminal_id=terminal_key(event.payee),
                amount=event.cents / 100,
                is_fraud=_known(event, now),
            )


def _known(event: Recorded, now: datetime) -> bool | None:
    if event.label is not None and event.label[1] <= now.timestamp():
        return event.label[0]
    return False if event.at <= now - MATURE else None
