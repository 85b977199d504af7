"""Money: an integer of minor units with its currency; unlike currencies never meet."""

from dataclasses import dataclass
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    InvalidOperation,
)
from enum import StrEnum

from app.core.errors import InvalidInputError

# Minor units per ISO 4217; a currency that is not listed has two digits.
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}

# 2**53: beyond it a JavaScript client would read another number than we wrote.
MAX_MINOR = 9_007_199_254_740_991


class Rounding(StrEnum):
    """How a fraction of a minor unit is settled; always said, never implied."""

    HALF_EVEN = ROUND_HALF_EVEN
    HALF_UP = ROUND_HALF_UP
    DOWN = ROUND_DOWN
    UP = ROUND_UP


class CurrencyMismatchError(InvalidInputError):
    """Two currencies were about to be added or compared."""

    code = "currency_mismatch"
    title = "Amounts in different currencies cannot be combined"


class InvalidAmountError(InvalidInputError):
    """The text is not an amount of this currency."""

    code = "invalid_amount"
    title = "Not a valid amount"


def exponent(currency: str) -> int:
    """Return the number of decimal digits of a currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount. `amount_minor` is in cents (or the currency's own minor unit)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount_minor, int) or isinstance(self.amount_minor, bool):
            raise InvalidAmountError(f"{self.amount_minor!r} is not a whole number of minor units")
        if abs(self.amount_minor) > MAX_MINOR:
            raise InvalidAmountError("the amount is larger than the ledger can hold")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise InvalidAmountError(f"{self.currency!r} is not a currency code")

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read a plain decimal string such as "12.34".

        Raises InvalidAmountError when it is no finite number or has more digits than the
        currency has: an amount is refused rather than rounded behind the user's back.
        """
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise InvalidAmountError(f"{text[:40]!r} is not a number") from None
        if not value.is_finite() or value.adjusted() > 15:
            raise InvalidAmountError("the amount is out of range")
        minor = value.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise InvalidAmountError(
                f"{currency} has {exponent(currency)} decimal places, got {text[:40]}"
            )
        return cls(int(minor), currency)

    @classmethod
    def of_decimal(cls, value: Decimal, currency: str, *, rounding: Rounding) -> "Money":
        """Return a decimal amount of major units as money, rounded as said."""
        minor = value.scaleb(exponent(currency)).to_integral_value(rounding=rounding.value)
        return cls(int(minor), currency)

    def to_decimal(self) -> Decimal:
        """Return the amount in major units, exactly."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    def decimal_string(self) -> str:
        """Return the amount in major units as the API prints it: "12.30", never "1.23E+1"."""
        return f"{self.to_decimal():.{exponent(self.currency)}f}"

    def times(self, factor: Decimal, *, rounding: Rounding) -> "Money":
        """Return this amount multiplied by a factor, rounded to minor units as said."""
        product = Decimal(self.amount_minor) * factor
        return Money(int(product.to_integral_value(rounding=rounding.value)), self.currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency}")
        return other.amount_minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._same(other)
