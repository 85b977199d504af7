"""The default feed: today's path through the sandbox market, or an import's last day replayed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import numpy as np

from app.core.clock import Clock
from app.domains.market.rules import simulation
from app.domains.market.service import MarketService
from app.domains.market.types import History, Quote, Source, exact_price

INTERVAL_S = 5.0


class ReplayFeed:
    """Quotes around the clock: the sandbox market has no closing time, so orders always work.

    With simulated prices a day's path leads from the last close to the day's own (already
    drawn) close. With imported prices the last close of the file is repeated and says which
    day it is of: a real price is never moved by invention.
    """

    def __init__(
        self, market: MarketService, clock: Clock, *, interval_s: float = INTERVAL_S
    ) -> None:
        self._market = market
        self._clock = clock
        self._interval_s = interval_s

    async def quotes(self) -> AsyncIterator[tuple[Quote, ...]]:
        """Yield a batch for all instruments of the active source every few seconds."""
        while True:
            yield await self.now()
            await asyncio.sleep(self._interval_s)

    async def now(self) -> tuple[Quote, ...]:
        """Return one batch for all instruments of the active source. Raises NoPricesError."""
        source = await self._market.source()
        history = await self._market.history(source.symbols, end=source.last_day, days=60)
        return self.batch(source, history)

    def batch(self, source: Source, history: History) -> tuple[Quote, ...]:
        """Return the quotes of this moment."""
        now = self._clock.now()
        if source.kind == "simulated":
            factors = self._factors(history)
            day = now.date()
        else:
            factors = np.ones(len(history.symbols))
            day = source.last_day
        return tuple(
            Quote(
                symbol=symbol,
                price=exact_price(float(history.prices[-1, column] * factors[column])),
                currency=source.currency,
                source=source.quote_label,
                market_date=day,
                exchange_at=now,
                received_at=now,
            )
            for column, symbol in enumerate(history.symbols)
        )

    def _factors(self, history: History) -> np.ndarray:
        now = self._clock.now()
        seconds = (now.hour * 60 + now.minute) * 60 + now.second
        tomorrow = now.date() + timedelta(days=1)
        days, closes = simulation.closes(tomorrow, self._market.seed)
        today = int(np.searchsorted(days, np.datetime64(now.date())))
        is_open = today < len(days) and days[today] == np.datetime64(now.date())
        moves = np.log(closes[today] / closes[today - 1]) if is_open else np.zeros(closes.shape[1])
        recent = np.diff(np.log(history.prices[-21:]), axis=0).std(axis=0)
        return np.array(
            [
                simulation.intraday_factor(
                    seconds=seconds,
                    day=now.date().toordinal() * 100 + column,
                    seed=self._market.seed,
                    volatility=float(recent[column]),
                    move=float(moves[column]),
                )
                for column in range(len(history.symbols))
            ]
        )
