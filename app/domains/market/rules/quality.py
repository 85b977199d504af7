"""Which ticks are served: in order, in the right currency, and no lone jump out of the blue."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from app.domains.market.action_types import Action
from app.domains.market.feed_types import Judgement, Tick
from app.domains.market.rules.adjusting import price_after
from app.domains.market.types import Quote

WINDOW = 32
ROBUST_SIGMAS = 10.0
# A quiet or new symbol has no scale of its own: its usual move counts as at least half a percent.
LEAST_SIGMA = 0.005
LEAST_LIMIT = ROBUST_SIGMAS * LEAST_SIGMA
MAD_TO_SIGMA = 1.4826
LEAST, MOST = Decimal("1e-12"), Decimal("1e12")
DIGITS = 34  # Decimal128
CLOCK_TOLERANCE = timedelta(seconds=30)


@dataclass(slots=True)
class _Known:
    """One symbol: its last good tick, its usual moves, and the jump that waits for a second."""

    log_price: float
    at: datetime
    moves: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    pending: Tick | None = None

    def limit(self) -> float:
        """Return the largest believable move: N robust sigmas of the last moves."""
        if len(self.moves) < 2:
            return LEAST_LIMIT
        middle = median(self.moves)
        mad = median([abs(move - middle) for move in self.moves])
        return ROBUST_SIGMAS * max(LEAST_SIGMA, MAD_TO_SIGMA * mad)


class QuoteGate:
    """Judges every tick of one source. Holds one small record per symbol, and nothing else."""

    def __init__(self, currencies: Mapping[str, str], actions: Sequence[Action] = ()) -> None:
        self._currencies = currencies
        self._actions: dict[str, list[Action]] = {}
        for action in sorted(actions, key=lambda one: one.day):
            self._actions.setdefault(action.symbol, []).append(action)
        self._known: dict[str, _Known] = {}

    def remember(self, symbol: str, price: float, at: datetime) -> None:
        """Begin with what was the last good price before this process started."""
        if symbol in self._currencies and symbol not in self._known:
            self._known[symbol] = _Known(math.log(price), at)

    def judge(self, tick: Tick) -> Judgement:
        """Return what becomes of a tick, and remember it when it is accepted.

        A jump waits for a second, later tick at about the same price: a real gap is served
        one tick late, a lone bad print never.
        """
        currency = self._currencies.get(tick.symbol)
        if currency is None:
            return Judgement.UNKNOWN
        if tick.currency != currency:
            return Judgement.CROSSED_CURRENCY
        if not _is_price(tick.price):
            return Judgement.NOT_A_PRICE
        if tick.exchange_at > tick.received_at + CLOCK_TOLERANCE:
            return Judgement.FUTURE
        log_price = math.log(tick.price)
        known = self._known.get(tick.symbol)
        if known is None:
            self._known[tick.symbol] = _Known(log_price, tick.exchange_at)
            return Judgement.ACCEPTED
        if tick.exchange_at < known.at:
            return Judgement.LATE
        self._act(known, tick)
        return self._against(known, tick, log_price)

    def _act(self, known: _Known, tick: Tick) -> None:
        """Take a split or dividend of the days between two ticks off what was known."""
        for action in self._actions.get(tick.symbol, ()):
            if known.at.date() < action.day <= tick.exchange_at.date():
                after = price_after(Decimal(math.exp(known.log_price)), action)
                known.log_price = math.log(after)
                known.at, known.pending = tick.exchange_at, None

    def _against(self, known: _Known, tick: Tick, log_price: float) -> Judgement:
        move = log_price - known.log_price
        # Two medians cost more than all the rest: only a move beyond the least limit needs them.
        limit = known.limit() if abs(move) > LEAST_LIMIT else LEAST_LIMIT
        if abs(move) > limit:
            if not _confirms(known.pending, tick, log_price, limit):
                # The first print stands: a copy of it with the same time confirms nothing.
                if known.pending is None or tick.exchange_at > known.pending.exchange_at:
                    known.pending = tick
                return Judgement.OUTLIER
            known.moves.clear()  # another level: the moves of before say little about it
        else:
            known.moves.append(move)
        known.pending = None
        known.log_price, known.at = log_price, tick.exchange_at
        return Judgement.ACCEPTED


def _is_price(price: Decimal) -> bool:
    """Tell whether a number can be a price: positive, believable in size, storable exactly."""
    return price.is_finite() and LEAST <= price <= MOST and len(price.as_tuple().digits) <= DIGITS


def _confirms(pending: Tick | None, tick: Tick, log_price: float, limit: float) -> bool:
    if pending is None or tick.exchange_at <= pending.exchange_at:
        return False
    return abs(log_price - math.log(pending.price)) <= limit


def nothing_new(quote: Quote, known: Mapping[str, Quote]) -> bool:
    """Tell whether a quote is older than the known one of its symbol, or the same again."""
    there = known.get(quote.symbol)
    if there is None or quote.exchange_at > there.exchange_at:
        return False
    return quote.exchange_at < there.exchange_at or quote.price == there.price
