"""The words of reports over several currencies: worth by part, gains and returns taken apart."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.core.money import Money
from app.domains.market.fx_types import Rate
from app.domains.market.types import Quote


@dataclass(frozen=True, slots=True)
class BaseCurrency:
    """The currency that a person's reports are in; `chosen` by her, or by what she has."""

    currency: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CurrencyGain:
    """What one currency gained; all but `local` in the report's currency.

    `local` is the gain in the currency itself. capital + dividend + effect = total, to the cent.
    """

    currency: str
    local: Money
    capital: Money
    dividend: Money
    effect: Money
    total: Money
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class GainSplit:
    """A gain as capital + dividend + currency, to the cent, and by currency."""

    capital: Money
    dividend: Money
    currency: Money
    by_currency: tuple[CurrencyGain, ...]

    @property
    def total(self) -> Money:
        """Return the whole gain."""
        return self.capital + self.dividend + self.currency


@dataclass(frozen=True, slots=True)
class ReturnSplit:
    """A time-weighted return as (1 + local) x (1 + currency) - 1.

    `local` is what it would have been had each rate stood still from day to day.
    """

    local: float
    currency: float


@dataclass(frozen=True, slots=True)
class WorthPart:
    """Cash of one currency, or one holding; `quantity` and `quote` belong to holdings.

    `local` is None without a price, `rate` without a fixing of the last week; `value` is then
    None as well: unknown, never zero and never one to one.
    """

    unit: str
    currency: str
    quantity: Decimal | None
    quote: Quote | None
    local: Money | None
    rate: Rate | None
    value: Money | None


@dataclass(frozen=True, slots=True)
class NetWorth:
    """Everything a person has in one currency, each part with its price, rate and source.

    `total` is None when a part is unknown; `known` is the sum of the others.
    """

    base: BaseCurrency
    as_of: datetime
    parts: tuple[WorthPart, ...]
    total: Money | None
    known: Money
    rates_hash: str | None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the units of the parts without a value."""
        return tuple(part.unit for part in self.parts if part.value is None)
