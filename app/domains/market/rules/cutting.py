"""The piece of a whole history that was asked for, adjusted and hashed. Pure."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.domains.market.action_types import Action
from app.domains.market.rules import adjusting, checks
from app.domains.market.types import Adjust, History, Source

CALENDAR_DAYS_PER_TRADING_DAY = 1.6


def before(day: date, days: int) -> date:
    """Return the day that lies `days` before, or the first one there is."""
    return date.fromordinal(max(1, day.toordinal() - days))


def begin_of(source: Source, *, end: date, days: int) -> date:
    """Return a day from whose year on the last `days` closes up to `end` are looked for."""
    early = before(end, int(days * CALENDAR_DAYS_PER_TRADING_DAY) + 14)
    return max(source.first_day, early)


def cut(
    source: Source,
    whole: History,
    actions: Sequence[Action],
    *,
    end: date,
    days: int,
    adjust: Adjust,
) -> History:
    """Return the last `days` closes up to `end`; actions after `end` change nothing."""
    since = np.datetime64(f"{begin_of(source, end=end, days=days).year:04d}-01-01")
    start = int(np.searchsorted(whole.dates, since))
    upto = int(np.searchsorted(whole.dates, np.datetime64(end), side="right"))
    dates, closes = whole.dates[start:upto], whole.prices[start:upto]
    if adjust is not Adjust.RAW:
        seen = [action for action in actions if action.day <= end]
        closes = adjusting.adjusted(
            whole.symbols, dates, closes, seen, dividends=adjust is Adjust.TOTAL
        )
    return history_of(source, whole.symbols, dates[-days:], closes[-days:])


def history_of(
    source: Source,
    symbols: tuple[str, ...],
    dates: NDArray[np.datetime64],
    closes: NDArray[np.float64],
) -> History:
    """Return closes of a source with their hash."""
    return History(
        symbols=symbols,
        dates=dates,
        prices=closes,
        source=source.source_id,
        currency=source.currency,
        data_hash=checks.data_hash(symbols, dates, closes),
    )
