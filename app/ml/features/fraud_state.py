"""The stored form of one entity's payments: fixed-width records, oldest first, id by id once.

Serving keeps these bytes in Redis, a rebuild makes them from the database, the replay of
`finnami replay features` keeps them in memory: one codec, so the three can be compared byte
for byte. The Lua programs of the state store repeat `insert`; a test holds the two together.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.ml.features.fraud import EVENTS_MAX, LABEL_DELAY_S, CustomerEvents, TerminalEvents

VERSION = "1"
"""Part of the key in the store: another layout is another key, never a misread one."""
KEEP_MS = 120 * 86_400_000

# Time and id first and big-endian: records in byte order are payments in their total order.
DTYPE = np.dtype(
    [
        ("ms", ">u8"),
        ("id", ">u8"),
        ("cents", "<i8"),
        ("other", "<i8"),
        ("known_at", "<u4"),
        ("flags", "u1"),
    ]
)
WIDTH = DTYPE.itemsize
KEY = 16
"""Leading bytes of a record that say which payment it is."""
HIGH, LABELLED, FRAUD = 1, 2, 4


def payment_number(payment_id: str) -> int:
    """Return the 64-bit number that stands for a payment's id in a record."""
    return int.from_bytes(hashlib.blake2b(payment_id.encode(), digest_size=8).digest(), "big")


def record(
    *, ms: int, number: int, cents: int, other: int, high: bool, label: tuple[bool, int] | None
) -> bytes:
    """Return one payment's record; `label` is (fraud, known at, in seconds) once it is known.

    `other` is `terminal_key` of the other side: the payee for a customer, the payer for a payee.
    Without a label the payment counts as legit from LABEL_DELAY_S on.
    """
    flags = HIGH * high
    known_at = ms // 1000 + LABEL_DELAY_S
    if label is not None:
        flags |= LABELLED | FRAUD * label[0]
        known_at = label[1]
    row = np.array([(ms, number, cents, other, known_at, flags)], dtype=DTYPE)
    return row.tobytes()


def join(records: Iterable[bytes]) -> bytes:
    """Return the newest EVENTS_MAX of some records in order; a payment named twice stands once."""
    by_key = {row[:KEY]: row for row in records}
    return b"".join(by_key[key] for key in sorted(by_key)[-EVENTS_MAX:])


def insert(packed: bytes, row: bytes, *, replace: bool = False) -> bytes:
    """Return the packed payments with one more in its place; one that is there stays as it is.

    With `replace` it is overwritten: that is how a label arrives.
    """
    key = row[:KEY]
    at = len(packed)
    while at > 0 and packed[at - WIDTH : at - WIDTH + KEY] > key:
        at -= WIDTH
    if at > 0 and packed[at - WIDTH : at - WIDTH + KEY] == key:
        return packed[: at - WIDTH] + row + packed[at:] if replace else packed
    return (packed[:at] + row + packed[at:])[-EVENTS_MAX * WIDTH :]


def table(packed: bytes) -> NDArray[np.void]:
    """Return the records as a structured array; ValueError when the length cannot be right."""
    return np.frombuffer(packed, dtype=DTYPE)


def until(packed: bytes, *, ms: int) -> bytes:
    """Return the payments of the last 120 days up to a moment."""
    times = table(packed)["ms"]
    first = int(np.searchsorted(times, max(ms - KEEP_MS, 0), side="right"))
    last = int(np.searchsorted(times, ms, side="right"))
    return packed[first * WIDTH : last * WIDTH]


def customer_events(packed: bytes) -> CustomerEvents:
    """Return what the features read of a payer."""
    rows = table(packed)
    return CustomerEvents(
        ts_s=(rows["ms"] // 1000).tolist(),
        cents=rows["cents"].tolist(),
        terminal=rows["other"].tolist(),
        high=(rows["flags"] & HIGH).tolist(),
    )


def terminal_events(packed: bytes) -> TerminalEvents:
    """Return what the features read of a payee."""
    rows = table(packed)
    return TerminalEvents(
        ts_s=(rows["ms"] // 1000).tolist(),
        cents=rows["cents"].tolist(),
        known_at_s=rows["known_at"].tolist(),
        fraud=((rows["flags"] & FRAUD) // FRAUD).tolist(),
    )


def digest(packed: bytes) -> str:
    """Return a short hash of a state: two that are equal saw the same payments and labels."""
    return hashlib.blake2b(packed, digest_size=8).hexdigest()
