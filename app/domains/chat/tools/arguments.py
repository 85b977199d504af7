"""Reads the arguments of a call; whatever they are, a fault is a code and never an exception."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.domains.chat.tools.refusals import ToolRefusal

TEXT_MAX: Final = 200
_AMOUNT_MAX: Final = Decimal(10) ** 12
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def decimal(text: str) -> Decimal | None:
    """Return the number a text is, None when it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


class Arguments:
    """The arguments of one call, each read by what it is meant to be."""

    def __init__(self, given: object, allowed: Mapping[str, Any]) -> None:
        """Take what was given. Raises ToolRefusal for names that the tool does not have."""
        if not isinstance(given, Mapping) or not set(given) <= set(allowed):
            raise ToolRefusal("invalid_arguments")
        self._given = {str(name): value for name, value in given.items() if value is not None}

    def text(self, name: str) -> str | None:
        """Return a short text, or None when it is absent or empty."""
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > TEXT_MAX:
            raise ToolRefusal("invalid_arguments")
        return value.strip() or None

    def choice(self, name: str, options: tuple[str, ...]) -> str | None:
        """Return one of the options."""
        value = self.text(name)
        if value is not None and value not in options:
            raise ToolRefusal("invalid_arguments")
        return value

    def texts(self, name: str, *, limit: int) -> tuple[str, ...]:
        """Return a list of short texts."""
        value = self._given.get(name, ())
        if not isinstance(value, list | tuple) or len(value) > limit:
            raise ToolRefusal("invalid_arguments")
        if not all(isinstance(one, str) and len(one) <= TEXT_MAX for one in value):
            raise ToolRefusal("invalid_arguments")
        return tuple(value)

    def amount(self, name: str) -> Decimal | None:
        """Return an amount of major units: a decimal text or a whole number, not negative."""
        value = self._given.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ToolRefusal("invalid_arguments")
        if isinstance(value, str) and len(value) > TEXT_MAX:
            raise ToolRefusal("invalid_arguments")
        if isinstance(value, int) and not 0 <= value <= _AMOUNT_MAX:
            raise ToolRefusal("invalid_arguments")
        try:
            found = Decimal(value)
        except InvalidOperation:
            raise ToolRefusal("invalid_arguments") from None
        # Without a bound on the digits one short text would stand for a number of a gigabyte.
        if not found.is_finite() or not 0 <= found <= _AMOUNT_MAX or found.adjusted() < -9:
            raise ToolRefusal("invalid_arguments")
        return found

    def currency(self, name: str) -> str | None:
        """Return a currency code."""
        value = self.text(name)
        if value is not None and not _CURRENCY.fullmatch(value):
            raise ToolRefusal("invalid_arguments")
        return value

    def day(self, name: str) -> date | None:
        """Return an ISO date."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ToolRefusal("invalid_arguments") from None
