"""What responses share about exchange rates: one dated rate, gains and returns taken apart."""

from datetime import date

from pydantic import Field

from app.api.shapes import MoneyOut, Out
from app.domains.market.fx_types import Rate
from app.domains.portfolio.fx_report_types import CurrencyGain, GainSplit, ReturnSplit


class RateOut(Out):
    """One unit of `base` is `value` units of `quote`.

    `day` is the fixing's own day, `filled_days` how many days before the wanted one it lies.
    """

    base: str = Field(examples=["USD"])
    quote: str = Field(examples=["EUR"])
    value: str = Field(examples=["0.895094880057"], description="Exact up to 28 digits")
    day: date
    source: str = Field(examples=["European Central Bank"])
    filled_days: int = Field(examples=[0], description="At most 7; beyond there is no rate")

    @classmethod
    def of(cls, found: Rate) -> "RateOut":
        """Return the public form."""
        return cls(
            base=found.base,
            quote=found.quote,
            value=f"{found.value:f}",
            day=found.day,
            source=found.source,
            filled_days=found.filled_days,
        )


def rate_out(found: Rate | None) -> RateOut | None:
    """Return the public form of a rate; null is unknown, never one to one."""
    return None if found is None else RateOut.of(found)


class CurrencyGainOut(Out):
    """One currency's gain; capital + dividend + effect = total, to the cent."""

    currency: str
    local: MoneyOut = Field(description="The gain in the currency itself")
    capital: MoneyOut
    dividend: MoneyOut
    effect: MoneyOut = Field(description="What the exchange rate added or took")
    total: MoneyOut
    rate: RateOut | None = Field(description="The rate of the end of the period")

    @classmethod
    def of(cls, found: CurrencyGain) -> "CurrencyGainOut":
        """Return the public form."""
        return cls(
            currency=found.currency,
            local=MoneyOut.of(found.local),
            capital=MoneyOut.of(found.capital),
            dividend=MoneyOut.of(found.dividend),
            effect=MoneyOut.of(found.effect),
            total=MoneyOut.of(found.total),
            rate=rate_out(found.rate),
        )


class GainSplitOut(Out):
    """The gain taken apart: capital + dividend + currency = gain, to the cent."""

    capital: MoneyOut = Field(description="After fees; with total-return prices dividends too")
    dividend: MoneyOut = Field(description="Dividends that were booked as such")
    currency: MoneyOut
    by_currency: list[CurrencyGainOut]

    @classmethod
    def of(cls, found: GainSplit) -> "GainSplitOut":
        """Return the public form."""
        return cls(
            capital=MoneyOut.of(found.capital),
            dividend=MoneyOut.of(found.dividend),
            currency=MoneyOut.of(found.currency),
            by_currency=[CurrencyGainOut.of(one) for one in found.by_currency],
        )


class ReturnSplitOut(Out):
    """The net time-weighted return: (1 + local) x (1 + currency) - 1."""

    local: float = Field(examples=[0.051])
    currency: float = Field(examples=[-0.012])

    @classmethod
    def of(cls, found: ReturnSplit) -> "ReturnSplitOut":
        """Return the public form."""
        return cls(local=found.local, currency=found.currency)
