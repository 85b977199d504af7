"""From a provider to the stream: judge each tick, keep the newest of each symbol, hand on."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from app.core.errors import FinNamiError
from app.domains.market.action_types import Action, ActionKind
from app.domains.market.feed_types import FeedCounts, Judgement, Suspect, Tick, TickFeed
from app.domains.market.rules.quality import QuoteGate
from app.domains.market.types import Quote, Source

# A person sees no difference below this, and one write carries many symbols.
FLUSH_S = 0.05
HELD_BACK_S = 0.25
MAX_SUSPECTS_WAITING = 1_000
SUSPECTS_AT_ONCE = 200

log = structlog.get_logger(__name__)

HandOn = Callable[[tuple[Quote, ...]], Awaitable[bool]]
"""Takes a batch; False asks for patience: the batch was not taken."""
KeepApart = Callable[[tuple[Suspect, ...]], Awaitable[None]]


class Intake:
    """One feed of one source. Holds at most one quote per symbol, however slow the rest is.

    Ticks of a symbol reach the stream in order; between two hand-overs only the newest does,
    and the others are counted as conflated.
    """

    def __init__(
        self,
        feed: TickFeed,
        source: Source,
        *,
        label: str,
        gate: QuoteGate,
        hand_on: HandOn,
        keep_apart: KeepApart,
    ) -> None:
        self._feed = feed
        self._source = source
        self._label = label
        self._gate = gate
        self._hand_on = hand_on
        self._keep_apart = keep_apart
        self._waiting: dict[str, Tick] = {}
        self._suspects: deque[Suspect] = deque(maxlen=MAX_SUSPECTS_WAITING)
        self._wake = asyncio.Event()

    @property
    def counts(self) -> FeedCounts:
        """Return what happened so far."""
        return self._feed.counts

    @property
    def held(self) -> int:
        """Return how many quotes wait here; never more than there are symbols."""
        return len(self._waiting)

    async def run(self) -> None:
        """Take and hand on until cancelled. Raises FeedRefusedError when the provider refuses."""
        handing = asyncio.create_task(self._hand_over())
        try:
            async for batch in self._feed.ticks():
                for tick in batch:
                    self.take(tick)
                # A burst must not starve the hand-over: one turn of the loop for each batch.
                await asyncio.sleep(0)
        finally:
            handing.cancel()
            await asyncio.gather(handing, return_exceptions=True)

    def take(self, tick: Tick) -> Judgement:
        """Judge one tick and keep it when it is good."""
        verdict = self._gate.judge(tick)
        if verdict is Judgement.ACCEPTED:
            self.counts.accepted += 1
            self.counts.conflated += tick.symbol in self._waiting
            self._waiting[tick.symbol] = tick
        elif verdict is Judgement.LATE:
            self.counts.late += 1
            return verdict
        elif verdict is Judgement.UNKNOWN:
            self.counts.unknown += 1
            return verdict
        else:
            self.counts.quarantined += 1
            self._suspects.append(Suspect(tick, verdict))
        self._wake.set()
        return verdict

    def _quote(self, tick: Tick) -> Quote:
        return Quote(
            symbol=tick.symbol,
            price=tick.price,
            currency=tick.currency,
            source=self._label,
            market_date=tick.exchange_at.date(),
            exchange_at=tick.exchange_at,
            received_at=tick.received_at,
        )

    async def _hand_over(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            wait_s = FLUSH_S
            batch, self._waiting = self._waiting, {}
            if batch:
                wait_s = await self._offer(batch)
            if self._suspects:
                await self._keep_suspects()
            await asyncio.sleep(wait_s)

    async def _offer(self, batch: dict[str, Tick]) -> float:
        """Hand a batch on, or put it back below what came meanwhile; return the pause."""
        try:
            taken = await self._hand_on(tuple(self._quote(tick) for tick in batch.values()))
        except FinNamiError as error:
            log.warning("feed_waits", feed=self._feed.name, error=error.code)
            taken = False
        if taken:
            self.counts.published += len(batch)
            return FLUSH_S
        self.counts.held_back += 1
        self.counts.conflated += len(batch.keys() & self._waiting.keys())
        self._waiting = batch | self._waiting
        self._wake.set()
        return HELD_BACK_S

    async def _keep_suspects(self) -> None:
        some = [self._suspects[n] for n in range(min(SUSPECTS_AT_ONCE, len(self._suspects)))]
        try:
            await self._keep_apart(tuple(some))
        except FinNamiError as error:
            log.warning("feed_suspects_wait", feed=self._feed.name, error=error.code)
            return
        for _ in some:
            self._suspects.popleft()
        if self._suspects:
            self._wake.set()


def gate_for(source: Source, known: dict[str, Quote], actions: Sequence[Action] = ()) -> QuoteGate:
    """Return the judge of a source's ticks, who knows the last good prices and what will move them.

    Known prices of before a split are in the shares of today already.
    """
    ahead = [one for one in actions if one.kind is ActionKind.DIVIDEND or _is_ahead(one, known)]
    gate = QuoteGate(dict.fromkeys(source.symbols, source.currency), ahead)
    for quote in known.values():
        gate.remember(quote.symbol, float(quote.price), quote.exchange_at)
    return gate


def _is_ahead(action: Action, known: dict[str, Quote]) -> bool:
    quote = known.get(action.symbol)
    return quote is None or action.day > quote.received_at.date()
