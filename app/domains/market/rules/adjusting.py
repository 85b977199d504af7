"""What corporate actions do to prices: closes that compare with each other. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.domains.market.action_types import Action, ActionKind
from app.domains.market.errors import ActionError
from app.domains.market.types import Quote

#: A close that moves against its split by more than this (log) was adjusted before.
TOLERANCE = 0.35
#: A dividend above this share of the price is more likely a slip.
LARGEST_DIVIDEND = 0.5

Days = NDArray[np.datetime64]
Closes = NDArray[np.float64]


def adjusted(
    symbols: Sequence[str],
    dates: Days,
    closes: Closes,
    actions: Sequence[Action],
    *,
    dividends: bool,
) -> Closes:
    """Return closes (n, k) as though earlier days had had the shares of the last one.

    Days before a split are divided by its ratio. With `dividends` days before one shrink by what
    it took off the price, so that a ratio of two days is what a holder really earned.
    """
    if not actions or not len(dates):
        return closes
    result = closes.copy()
    column = {symbol: number for number, symbol in enumerate(symbols)}
    for action in sorted(actions, key=lambda one: one.day):
        place = column.get(action.symbol)
        begins = int(np.searchsorted(dates, np.datetime64(action.day)))
        if place is None or action.value is None or not 0 < begins < len(dates):
            continue
        if action.kind is ActionKind.SPLIT:
            result[:begins, place] /= float(action.value)
        elif action.kind is ActionKind.DIVIDEND and dividends:
            # Against the unadjusted close: the dividend was paid in the shares of its day.
            result[:begins, place] *= 1.0 - float(action.value) / closes[begins - 1, place]
    return result


def price_after(price: Decimal, action: Action) -> Decimal:
    """Return what a price of before an action's day is worth on it, nothing else having moved."""
    if action.value is None:
        return price
    if action.kind is ActionKind.SPLIT:
        return price / action.value
    return max(price - action.value, price / 2) if action.kind is ActionKind.DIVIDEND else price


def after_split(quote: Quote, action: Action, *, booked: bool) -> Quote:
    """Return a quote of before a split that has begun: too old to trade on.

    Once ten old shares are booked as a hundred, their price is a tenth: the value stays.
    """
    if action.symbol != quote.symbol or quote.market_date >= action.day:
        return quote
    if not booked:
        return replace(quote, stale=True)
    price = price_after(quote.price, action).quantize(Decimal("1e-12")).normalize()
    return replace(quote, price=price, stale=True)


def require_plausible(action: Action, symbols: Sequence[str], dates: Days, closes: Closes) -> None:
    """Raise ActionError when the closes say that the action is not in them, or that it is a slip.

    A day after the last close cannot be checked: the action is announced.
    """
    if action.symbol not in symbols:
        raise ActionError(f"{action.symbol} is not a symbol of this source")
    if action.becomes is not None and action.becomes in symbols:
        raise ActionError(f"{action.becomes} is another instrument of this source already")
    begins = int(np.searchsorted(dates, np.datetime64(action.day)))
    if action.value is None or not begins > 0:
        return
    column = closes[:, list(symbols).index(action.symbol)]
    if action.kind is ActionKind.DIVIDEND:
        if float(action.value) > LARGEST_DIVIDEND * column[begins - 1]:
            raise ActionError(
                f"{action.action_id}: {action.value} per share of a price of {column[begins - 1]:g}"
            )
        return
    if begins < len(dates):
        move = float(np.log(column[begins] / column[begins - 1]) + np.log(float(action.value)))
        if abs(move) > TOLERANCE:
            raise ActionError(
                f"{action.action_id}: the close moves from {column[begins - 1]:g} to "
                f"{column[begins]:g}, which is no split by {action.value:f}; prices that were "
                f"adjusted before need no splits"
            )
