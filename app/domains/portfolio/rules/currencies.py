"""Several currencies in one report: days added at their rates, gains and returns apart. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.money import Money, exponent
from app.domains.market.fx_types import Rate, RateBook
from app.domains.portfolio.fx_report_types import CurrencyGain, GainSplit, ReturnSplit
from app.domains.portfolio.rules import returns
from app.domains.portfolio.rules.valuation import Days
from app.domains.portfolio.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """One currency's days (n + 1,) and its rate into the report's currency, NaN for unknown."""

    currency: str
    days: Days
    rates: FloatArray

    def unrated(self) -> NDArray[np.bool_]:
        """Return which days (n + 1,) hold or move money of this currency without a rate."""
        least = 10.0 ** -(exponent(self.currency) + 2)  # sums of floats come back almost to zero
        days = self.days
        moved = np.abs(days.values) + days.inflows + days.outflows + days.fees
        found: NDArray[np.bool_] = (moved > least) & np.isnan(self.rates)
        return found


@dataclass(frozen=True, slots=True)
class Story:
    """One currency's exact amounts: pairs are (in the currency itself, in the report's).

    Flows and dividends were converted at their own days; `rate` is the one of the end.
    """

    currency: str
    start: tuple[Money, Money]
    end: tuple[Money, Money]
    flows: tuple[tuple[Money, Money], ...]
    rate: Rate | None
    dividends: tuple[tuple[Money, Money], ...] = ()


def unrated(shares: Sequence[Share]) -> tuple[str, ...]:
    """Return the currencies without a rate on a day that needs one."""
    return tuple(share.currency for share in shares if share.unrated().any())


def together(shares: Sequence[Share]) -> Days:
    """Return the days of all currencies in one: values and flows each at their day's rate.

    `missing` names symbols without a price first, then currencies without a rate.
    """
    first = shares[0].days

    def added(rows: Iterable[FloatArray]) -> FloatArray:
        total: FloatArray = np.sum(
            [row * np.nan_to_num(s.rates) for row, s in zip(rows, shares, strict=True)], axis=0
        )
        return total

    symbols = dict.fromkeys(symbol for share in shares for symbol in share.days.missing)
    unknown = [share.days.unknown | share.unrated() for share in shares]
    return Days(
        days=first.days,
        values=added(share.days.values for share in shares),
        inflows=added(share.days.inflows for share in shares),
        outflows=added(share.days.outflows for share in shares),
        fees=added(share.days.fees for share in shares),
        missing=(*symbols, *unrated(shares)),
        unknown=np.logical_or.reduce(unknown),
    )


def split_return(shares: Sequence[Share], whole: Days) -> ReturnSplit | None:
    """Return the time-weighted return in local and currency; None when something is missing.

    Each day's local growth keeps the rates of the evening before (of the day itself for money
    that came in a currency that had none), so local x currency is the whole, exactly.
    """
    if whole.missing:
        return None
    into, out = whole.inflows[1:], whole.outflows[1:]
    total = returns.time_weighted(whole.values, into, out)
    if total is None:
        return None
    begun, ended = np.zeros(len(into)), np.zeros(len(into))
    for share in shares:
        days, rates = share.days, share.rates
        still = np.nan_to_num(np.where(np.isnan(rates[:-1]), rates[1:], rates[:-1]))
        begun += (days.values[:-1] + days.inflows[1:]) * still
        ended += (days.values[1:] + days.outflows[1:]) * still
    invested = whole.values[:-1] + into > 0
    if (begun[invested] <= 0).any():
        return None
    local = float(np.prod(ended[invested] / begun[invested]) - 1.0)
    return ReturnSplit(local, (1.0 + total) / (1.0 + local) - 1.0) if local > -1.0 else None


def split_gain(stories: Sequence[Story], base: str) -> GainSplit | None:
    """Return the gain as capital + dividend + currency, to the cent.

    Capital is the gain in the currency itself at the rate of the end, dividends count at the
    rates of their days; all the rest is the rate that moved under the money that was there.
    None when a currency gained something and has no rate to say it with.
    """
    found: list[CurrencyGain] = []
    for story in stories:
        paid, flowed = _sums(story.dividends, story.currency, base)
        moved, counted = _sums(story.flows, story.currency, base)
        local = story.end[0] - story.start[0] - moved
        total = story.end[1] - story.start[1] - counted
        earned = local - paid
        if story.rate is not None:
            capital = story.rate.convert(earned)
        elif earned.amount_minor == 0:
            capital = Money.zero(base)
        else:
            return None
        effect = total - capital - flowed
        found.append(
            CurrencyGain(story.currency, local, capital, flowed, effect, total, story.rate)
        )
    nothing = Money.zero(base)
    return GainSplit(
        capital=sum((one.capital for one in found), nothing),
        dividend=sum((one.dividend for one in found), nothing),
        currency=sum((one.effect for one in found), nothing),
        by_currency=tuple(found),
    )


def converted(amounts: Iterable[Money], rate: Rate | None, base: str) -> Money | None:
    """Return the sum of amounts, each rounded for itself; None is unknown.

    Nothing of a currency without a rate is nothing.
    """
    total = Money.zero(base)
    for amount in amounts:
        if amount.amount_minor == 0:
            continue
        if rate is None:
            return None
        total = total + rate.convert(amount)
    return total


def shares_of(days: Sequence[tuple[str, Days]], book: RateBook, base: str) -> tuple[Share, ...]:
    """Return each currency's days with their rates."""
    return tuple(Share(c, found, book.daily(c, base, found.days)) for c, found in days)


def _sums(pairs: Sequence[tuple[Money, Money]], local: str, base: str) -> tuple[Money, Money]:
    return (
        sum((pair[0] for pair in pairs), Money.zero(local)),
        sum((pair[1] for pair in pairs), Money.zero(base)),
    )
