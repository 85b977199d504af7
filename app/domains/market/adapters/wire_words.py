"""Reading what a provider sends: exact numbers, aware times, and the faults by their names."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_000


class MalformedMessageError(Exception):
    """One message cannot be read; it is counted and skipped, the connection goes on."""


class ThrottledError(Exception):
    """The provider asks for patience; `wait_s` is how long, 0 when it does not say."""

    def __init__(self, text: str, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


def parsed(text: str | bytes) -> Any:
    """Return JSON with numbers as exact decimals. Raises MalformedMessageError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, RecursionError) as error:
        raise MalformedMessageError(f"no JSON: {error}") from error


def price_of(value: object) -> Decimal:
    """Return a number exactly; NaN and infinities too, they are judged later."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise MalformedMessageError("a price is a number")
    try:
        return Decimal(value)
    except (InvalidOperation, ValueError) as error:
        raise MalformedMessageError("a price is a number") from error


def at_ms(value: object) -> datetime:
    """Return a time given in milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LATEST_MS:
        raise MalformedMessageError("a time is a number of milliseconds")
    return _EPOCH + timedelta(milliseconds=value)


def at_text(value: object) -> datetime:
    """Return a time given in ISO 8601 with its zone; nanoseconds are cut to milliseconds."""
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise ValueError("without its zone it would be this machine's local time")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedMessageError("a time looks like 2026-11-24T15:51:44.208Z") from error
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def table(value: object) -> dict[str, Any]:
    """Return a JSON object. Raises MalformedMessageError for anything else."""
    if not isinstance(value, dict):
        raise MalformedMessageError("expected a JSON object")
    return value


def rows(value: object) -> list[Any]:
    """Return a JSON list. Raises MalformedMessageError for anything else."""
    if not isinstance(value, list):
        raise MalformedMessageError("expected a JSON list")
    return value


def text_of(value: object) -> str:
    """Return a short text. Raises MalformedMessageError for anything else."""
    if not isinstance(value, str) or not 0 < len(value) <= 40:
        raise MalformedMessageError("expected a short text")
    return value
