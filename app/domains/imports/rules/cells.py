"""One row's cells as values; what cannot be read is noted with its column and left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.core.money import MAX_MINOR, Money, Rounding, exponent
from app.domains.imports.rules import dates, numbers
from app.domains.imports.rules.codes import CURRENCIES, PENNIES
from app.domains.imports.rules.names import plain
from app.domains.imports.rules.text import unescaped, usable
from app.domains.imports.types import (
    Conventions,
    Options,
    Record,
    RowCode,
    RowError,
    RowField,
    RowType,
)

MAX_TEXT: Final = 500

_CURRENCY = frozenset({RowCode.CURRENCY_UNKNOWN, RowCode.CURRENCY_MISSING})


@dataclass(frozen=True, slots=True)
class Context:
    """What all rows of a file share."""

    columns: tuple[str, ...]
    index: Mapping[RowField, int]
    options: Options
    types: Mapping[str, RowType | None]
    conventions: Conventions
    today: date


class Cells:
    """Reads one record; collects the reasons why it cannot be accepted."""

    def __init__(self, record: Record, context: Context) -> None:
        self.context = context
        self.errors: list[RowError] = []
        self._cells = record.cells
        self._hundredths = False

    def refuse(self, field: RowField | None, code: RowCode, message: str) -> None:
        """Note a reason; the column is named as the file names it."""
        place = None if field is None else self.context.index.get(field)
        column = None if place is None else self.context.columns[place]
        self.errors.append(RowError(column, code, message))

    def raw(self, field: RowField) -> str:
        """Return the cell's text, trimmed; empty when there is no such column."""
        place = self.context.index.get(field)
        return "" if place is None else self._cells[place].strip()

    def text(self, field: RowField, *, limit: int = MAX_TEXT) -> str | None:
        """Return one line of text that can be shown, or None."""
        text = " ".join(self.raw(field).split())
        if self.context.conventions.exact:
            text = unescaped(text)
        if not text:
            return None
        if len(text) > limit or not usable(text):
            self.refuse(field, RowCode.TEXT_UNUSABLE, "this text cannot be shown as one line")
            return None
        return text

    def number(self, field: RowField) -> Decimal | None:
        """Return a number; None for an empty cell, a dash, or one that cannot be read."""
        text = self.raw(field)
        if text in {"", "-", "--", "n/a", "N/A"}:
            return None
        try:
            return numbers.parse(text, self.context.conventions.decimal_mark)
        except numbers.NumberError as error:
            self.refuse(field, error.code, str(error))
            return None

    def day(self) -> tuple[date | None, str | None]:
        """Return the day and the time as written."""
        text = self.raw(RowField.DATE)
        if not text:
            self.refuse(RowField.DATE, RowCode.DATE_MISSING, "the row has no date")
            return None, None
        try:
            day, clock = dates.parse(text, self.context.conventions.date_order)
        except dates.DateError as error:
            self.refuse(RowField.DATE, error.code, str(error))
            return None, None
        if day.year < dates.FIRST_YEAR or day > self.context.today + timedelta(days=1):
            message = f"{day.isoformat()} is not between {dates.FIRST_YEAR} and today"
            self.refuse(RowField.DATE, RowCode.DATE_OUT_OF_RANGE, message)
        own = self.text(RowField.TIME, limit=30)
        return day, own or clock

    def currency(self) -> str | None:
        """Return the code of the row's money; noted pennies turn amounts into hundredths."""
        text = self.raw(RowField.CURRENCY)
        if not self.context.conventions.exact:
            text = text or self.context.options.currency or ""
        if not text:
            return None
        if text in PENNIES:
            self._hundredths = True
            return PENNIES[text]
        if text.upper() not in CURRENCIES:
            message = f"{text[:20]!r} is not a currency code"
            self.refuse(RowField.CURRENCY, RowCode.CURRENCY_UNKNOWN, message)
            return None
        return text.upper()

    def price(self, currency: str | None) -> tuple[Decimal | None, str | None]:
        """Return the price and its currency, None when it is the row's own."""
        value, text = self.number(RowField.PRICE), self.raw(RowField.PRICE_CURRENCY)
        unit = PENNIES.get(text) or text.upper()
        if unit and unit not in CURRENCIES:
            message = f"{text[:20]!r} is not a currency code"
            self.refuse(RowField.PRICE_CURRENCY, RowCode.CURRENCY_UNKNOWN, message)
            return None, None
        if value is not None and (text in PENNIES or (not text and self._hundredths)):
            value = value.scaleb(-2)
        return value, unit if unit and unit != currency else None

    def money(self, field: RowField, currency: str | None) -> Money | None:
        """Return an amount in minor units; finer ones are refused, or rounded if asked."""
        value = self.number(field)
        if value is None or (value == 0 and currency is None):
            return None
        if self._hundredths:
            value = value.scaleb(-2)
        return self.exactly(field, value, currency, rounds=self.context.options.round_amounts)

    def exactly(
        self, field: RowField, value: Decimal, currency: str | None, *, rounds: bool
    ) -> Money | None:
        """Return a decimal as money, or note why it is none."""
        if currency is None:
            if not any(error.code in _CURRENCY for error in self.errors):
                self.refuse(field, RowCode.CURRENCY_MISSING, "the file does not say the currency")
            return None
        minor = value.scaleb(exponent(currency))
        if abs(minor) > MAX_MINOR:
            self.refuse(field, RowCode.NUMBER_OUT_OF_RANGE, "the amount is too large")
            return None
        if minor != minor.to_integral_value() and not rounds:
            message = f"{value:f} is finer than {currency} allows"
            self.refuse(field, RowCode.TOO_PRECISE, message)
            return None
        return Money.of_decimal(value, currency, rounding=Rounding.HALF_EVEN)

    def word(self, field: RowField) -> str:
        """Return the cell as words are compared."""
        return plain(self.raw(field))
