"""The words of exchange rates that other rooms may use: one rate, and a book of dated fixings."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.core.money import Money, exponent
from app.domains.market.types import PriceProblem

#: Every fixing counts units of a currency for one euro, as the European Central Bank publishes.
PIVOT: Final = "EUR"
#: An older fixing is no rate any more (features PA3).
FILL_DAYS: Final = 7
SAME: Final = "same currency"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `value` units of `quote`.

    `day` is the day of the older of the two fixings behind it, `filled_days` how far that lies
    before the day that was asked for. Both sides per euro are kept, so that an amount is
    converted exactly and rounded once.
    """

    base: str
    quote: str
    day: date
    source: str
    filled_days: int
    base_per_eur: Decimal = Decimal(1)
    quote_per_eur: Decimal = Decimal(1)

    @property
    def value(self) -> Decimal:
        """Return the rate with up to 28 digits; exactly 1 for the same currency."""
        if self.base_per_eur == self.quote_per_eur:
            return Decimal(1)
        return self.quote_per_eur / self.base_per_eur

    def convert(self, amount: Money) -> Money:
        """Return an amount of `base` in `quote`, rounded half to even once."""
        if amount.currency != self.base:
            raise AssertionError(f"a rate from {self.base} was given {amount.currency}")
        if self.base == self.quote:
            return amount
        exact = Fraction(self.quote_per_eur) / Fraction(self.base_per_eur) * amount.amount_minor
        shift = exponent(self.quote) - exponent(self.base)
        exact *= Fraction(10) ** shift
        return Money(round(exact), self.quote)  # round() of a Fraction is half to even


@dataclass(frozen=True, slots=True)
class Fixings:
    """A currency's fixings in order of days: units for one euro, each with its source's label."""

    days: tuple[int, ...]
    values: tuple[Decimal, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateBook:
    """Fixings of a few currencies and a range of days; `data_hash` is the SHA-256 over them.

    A currency without fixings is unknown: its rates are None, never one.
    """

    fixings: Mapping[str, Fixings]
    data_hash: str

    def rate(self, base: str, quote: str, on: date) -> Rate | None:
        """Return the rate of a day from fixings at most a week old, or None when unknown."""
        if base == quote:
            return Rate(base, quote, on, SAME, 0)
        found = [self._fixing(currency, on) for currency in (base, quote)]
        sides = [side for side in found if side is not None]
        if len(sides) < 2:
            return None
        # The euro's own side is one on every day and has no source of its own.
        dated = [s for s, c in zip(sides, (base, quote), strict=True) if c != PIVOT]
        day = min(side[0] for side in dated)
        labels = dict.fromkeys(side[2] for side in dated)
        return Rate(
            base, quote, date.fromordinal(day), " + ".join(labels), on.toordinal() - day,
            sides[0][1], sides[1][1],
        )  # fmt: skip

    def daily(self, base: str, quote: str, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the rate of each day (n,), filled forward at most a week; NaN is unknown."""
        if base == quote:
            return np.ones(len(days))
        return self._per_eur(quote, days) / self._per_eur(base, days)

    def _fixing(self, currency: str, on: date) -> tuple[int, Decimal, str] | None:
        if currency == PIVOT:
            return on.toordinal(), Decimal(1), SAME
        found = self.fixings.get(currency)
        place = bisect_right(found.days, on.toordinal()) - 1 if found else -1
        if found is None or place < 0 or on.toordinal() - found.days[place] > FILL_DAYS:
            return None
        return found.days[place], found.values[place], found.sources[place]

    def _per_eur(self, currency: str, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
        if currency == PIVOT:
            return np.ones(len(days))
        found = self.fixings.get(currency)
        filled = np.full(len(days), np.nan)
        if found is None or not found.days:
            return filled
        numbers = days.astype("datetime64[D]").astype(np.int64) + _EPOCH
        fixed, values = np.array(found.days), np.array([float(value) for value in found.values])
        place = np.searchsorted(fixed, numbers, side="right") - 1
        good = (place >= 0) & (numbers - fixed[np.maximum(place, 0)] <= FILL_DAYS)
        filled[good] = values[place[good]]
        return filled


_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class RateFile:
    """A checked file: days in order, and one row of units per euro for each; None is no fixing.

    `rows` are the file's own row numbers, 1 below the header.
    """

    currencies: tuple[str, ...]
    days: tuple[date, ...]
    rows: tuple[int, ...]
    table: tuple[tuple[Decimal | None, ...], ...]
    problems: tuple[PriceProblem, ...]
    sha256: str

    @property
    def usable(self) -> bool:
        """Tell whether nothing fatal was found."""
        return not any(problem.fatal for problem in self.problems)


@dataclass(frozen=True, slots=True)
class RateSource:
    """A file whose fixings are kept. `fixings` counts those that it added or corrected."""

    source_id: str
    label: str
    currencies: tuple[str, ...]
    first_day: date
    last_day: date
    fixings: int
    order: int
    sha256: str
