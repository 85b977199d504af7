"""Ids: random ones for objects, time-ordered ones for records."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

IdFactory = Callable[[], str]

# Crockford's alphabet in lower case: no i, l, o, u, so an id read aloud survives.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def new_id() -> str:
    """Return 96 random bits as 20 characters: not guessable, spread evenly over shards."""
    return _base32(secrets.randbits(96), 20)


def new_ulid(at: datetime) -> str:
    """Return a 26-character ULID (48 bits of milliseconds, 80 random bits) for the time `at`.

    Source of the layout: the ULID specification (github.com/ulid/spec).
    """
    milliseconds = int(at.timestamp() * 1000)
    return _base32(milliseconds, 10) + _base32(secrets.randbits(80), 16)


def ulid_time(ulid: str) -> datetime:
    """Return the moment a ULID was made for, in whole milliseconds.

    Raises ValueError for a letter that no ULID has; a moment that no date can hold is the end
    of time.
    """
    milliseconds = 0
    for letter in ulid[:10]:
        milliseconds = milliseconds * 32 + _ALPHABET.index(letter)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC, microsecond=999_000)
