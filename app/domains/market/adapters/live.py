"""Fans the stream of quotes out to those who follow it in this process: one reader for all."""

import asyncio
from collections import Counter
from collections.abc import Callable

import structlog

from app.core.redis import RedisFault
from app.domains.market.adapters.tick_stream import Entry, TickStream
from app.domains.market.errors import StreamAwayError, TooManyStreamsError
from app.domains.market.feed_types import Follower, order_of
from app.domains.market.service import MarketService

MAX_FOLLOWERS = 256
MAX_OF_ONE_PERSON = 4
RETRY_S = 1.0
FIRST_ANSWER_S = 2.0

log = structlog.get_logger(__name__)


class LiveQuotes:
    """The streams of one process. The reader lives as long as somebody follows."""

    def __init__(self, market: MarketService, connect: Callable[[], TickStream] | None) -> None:
        self._market = market
        self._connect = connect
        self._followers: set[Follower] = set()
        self._by_user: Counter[str] = Counter()
        self._reader: asyncio.Task[None] | None = None
        self._stream: TickStream | None = None
        self._begun: asyncio.Future[str] | None = None
        self._closing = False

    @property
    def followers(self) -> int:
        """Return how many streams are open."""
        return len(self._followers)

    async def follow(
        self, user_id: str, symbols: tuple[str, ...], *, after: str | None = None
    ) -> Follower:
        """Return an open stream that begins with the present: call `leave` when it ends.

        With `after` (the last id a client saw) it begins with what came since; when that is
        no longer there, with a reset and the present. Raises NoPricesError, StreamAwayError,
        TooManyStreamsError.
        """
        label = self._market.label_of(await self._market.source())
        follower = Follower(user_id, frozenset(symbols), label)
        self._enter(follower)
        try:
            await self._begin(follower, symbols, after)
        except BaseException:
            self.leave(follower)
            raise
        return follower

    def leave(self, follower: Follower) -> None:
        """Forget a stream; the last one stops the reader. Repeating it changes nothing."""
        if follower not in self._followers:
            return
        self._followers.discard(follower)
        self._by_user -= Counter((follower.user_id,))
        if not self._followers and self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def close(self) -> None:
        """End every stream: the process stops."""
        self._closing = True
        for follower in self._followers:
            follower.close()

    def _enter(self, follower: Follower) -> None:
        if self._closing or self._connect is None:
            raise StreamAwayError
        if len(self._followers) >= MAX_FOLLOWERS:
            raise TooManyStreamsError("this server follows as many as it can", retry_after_s=10)
        if self._by_user[follower.user_id] >= MAX_OF_ONE_PERSON:
            raise TooManyStreamsError(
                f"at most {MAX_OF_ONE_PERSON} streams for one person", retry_after_s=5
            )
        self._followers.add(follower)
        self._by_user[follower.user_id] += 1
        if self._reader is None or self._reader.done():
            self._begun = asyncio.get_running_loop().create_future()
            self._reader = asyncio.create_task(self._read(self._connect(), self._begun))

    async def _begin(self, follower: Follower, symbols: tuple[str, ...], after: str | None) -> None:
        assert self._begun is not None  # noqa: S101 - made by _enter
        try:
            async with asyncio.timeout(FIRST_ANSWER_S):
                await asyncio.shield(self._begun)
                assert self._stream is not None  # noqa: S101 - set before the reader has begun
                # Entries after this id reach the follower by the reader: nothing falls between.
                now_id = await self._stream.last_id()
                missed = await _since(self._stream, after, now_id)
                recent = await self._stream.recent(now_id) if missed is None else []
        except (TimeoutError, RedisFault) as error:
            raise StreamAwayError from error
        if missed is None:
            follower.reset = after is not None
            found = await self._market.last_quotes(symbols)
            snapshot = [(now_id, quote) for _, quote in sorted(found.items())]
            # The newest entries may not be recorded yet: they are laid over what is.
            missed = [*snapshot, *((now_id, quote) for _, quote in recent)]
        follower.begin(now_id, missed)

    async def _read(self, stream: TickStream, begun: "asyncio.Future[str]") -> None:
        """Read until the last follower has left; Redis being away is waited for."""
        self._stream = stream
        position = ""
        try:
            while True:
                try:
                    if not position:
                        position = await stream.last_id()
                        begun.set_result(position)
                    for entry_id, quote in await stream.tail(position):
                        position = entry_id
                        if quote is not None:
                            for follower in self._followers:
                                follower.see(entry_id, quote)
                except RedisFault as error:
                    log.warning("live_quotes_wait", error=type(error).__name__)
                    await asyncio.sleep(RETRY_S)
        finally:
            begun.cancel()
            await asyncio.shield(stream.close())


async def _since(stream: TickStream, after: str | None, now_id: str) -> list[Entry] | None:
    """Return the entries after an id, or None when they are not all there any more."""
    if after is None:
        return None
    oldest = await stream.first_id()
    if order_of(after) < order_of(oldest) or order_of(after) > order_of(now_id):
        return None
    return await stream.between(after, now_id)
