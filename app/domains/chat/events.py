"""The events of a stream as JSON: exact text for numbers, `{"untrusted": …}` for foreign text."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from app.domains.chat.errors import EngineError
from app.domains.chat.tool_types import Untrusted

MAX_DATA: Final = 64 * 1024


def encoded(data: Mapping[str, Any]) -> bytes:
    """Return an event's data as one line. Raises EngineError for what is no JSON or too long."""
    try:
        found = orjson.dumps(
            data,
            default=_default,
            option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_UTC_Z,
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise EngineError("an event is no JSON") from error
    if len(found) > MAX_DATA:
        raise EngineError("an event is too long")
    return found


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data as plain JSON types, to be kept. Raises EngineError as `encoded` does."""
    found: dict[str, Any] = orjson.loads(encoded(data))
    return found


def _default(value: object) -> object:
    if isinstance(value, Untrusted):
        return {"untrusted": value.text}
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")
