"""What a screening saw, small enough for its decision record and exact enough to replay it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.domains.fraud.types import EntityState, Watermark
from app.ml.features import fraud_state

# What is older was settled before the screening: a booking takes at most 15 s.
SETTLED_MS = 20_000
# A busy payee has hundreds: the record of a decision must stay small beside the booking.
RECENT_MAX = 64


def of(state: EntityState, at: datetime) -> Watermark:
    """Return the watermark of a state.

    With more than 64 payments in the last 20 s the time moves back to the newest of the
    others: those are then seen by their time alone, and the digest tells if one came late.
    """
    rows = fraud_state.table(state.packed)
    through = int(at.timestamp()) * 1000 - SETTLED_MS
    recent = rows[rows["ms"] > through]
    if len(recent) > RECENT_MAX:
        through = int(recent["ms"][-RECENT_MAX - 1])
        recent = recent[-RECENT_MAX:]
    numbers = tuple(int(number) for number in recent["id"])
    return Watermark(len(rows), through, numbers, fraud_state.digest(state.packed))


def seen(mark: Watermark, records: Iterable[bytes]) -> bytes:
    """Return of all records those that the screening saw: the same state again."""
    numbers = set(mark.recent)

    def was_there(record: bytes) -> bool:
        row = fraud_state.table(record)[0]
        return int(row["ms"]) <= mark.through_ms or int(row["id"]) in numbers

    return fraud_state.join(record for record in records if was_there(record))


def document(mark: Watermark) -> dict[str, Any]:
    """Return the watermark as a decision record keeps it; numbers of 64 bits as one hex text."""
    return {
        "count": mark.count,
        "through_ms": mark.through_ms,
        "recent": "".join(f"{number:016x}" for number in mark.recent),
        "digest": mark.digest,
    }


def parse(stored: dict[str, Any]) -> Watermark:
    """Return the watermark of a decision record."""
    text = stored["recent"]
    return Watermark(
        count=stored["count"],
        through_ms=stored["through_ms"],
        recent=tuple(int(text[i : i + 16], 16) for i in range(0, len(text), 16)),
        digest=stored["digest"],
    )
