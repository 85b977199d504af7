"""The Redis stream of accepted quotes: bounded, read by one group that records and by tails."""

from datetime import date, datetime
from decimal import Decimal

import orjson

from app.core.redis import RedisFault, SlowRedis
from app.domains.market.types import Quote

KEY = "ticks:0"
GROUP = "recorder"
FIELD = b"q"
MAX_ENTRIES = 20_000
# Above this many unrecorded entries nothing is added: the bound must never cut unread ones.
MAX_BEHIND = 5_000
BATCH = 1_000
BLOCK_MS = 1_000
ABANDONED_MS = 30_000

Entry = tuple[str, Quote | None]
"""An entry's id and its quote; None when the entry cannot be read."""


class TickStream:
    """One shard. Every call may raise RedisFault; all of them are bounded in time and size."""

    def __init__(self, client: SlowRedis, *, key: str = KEY) -> None:
        self._client = client
        self._key = key

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def add(self, quotes: tuple[Quote, ...]) -> int:
        """Append quotes in order; return how many entries wait to be recorded."""
        async with self._client.pipeline(transaction=False) as pipe:
            for quote in quotes:
                pipe.xadd(self._key, {FIELD: encoded(quote)}, maxlen=MAX_ENTRIES, approximate=True)
            await pipe.execute()
        return await self.behind()

    async def behind(self) -> int:
        """Return how many entries the group has not recorded: unread and unconfirmed."""
        try:
            groups = await self._client.xinfo_groups(self._key)
        except RedisFault as error:
            if "no such key" in str(error):
                return 0
            raise
        for group in groups:
            if group["name"] == GROUP.encode():
                return int(group.get("lag") or 0) + int(group["pending"])
        return int(await self._client.xlen(self._key))

    async def join(self) -> None:
        """Make the group if it is not there; it begins with the oldest entry."""
        try:
            await self._client.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except RedisFault as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def mine(self, consumer: str, *, after: str) -> list[Entry]:
        """Return what this consumer read and never confirmed: a crash left it."""
        found = await self._client.xreadgroup(GROUP, consumer, {self._key: after}, count=BATCH)
        return _entries(found)

    async def fresh(self, consumer: str, *, block_ms: int = BLOCK_MS) -> list[Entry]:
        """Return new entries, oldest first; none after a while of waiting."""
        found = await self._client.xreadgroup(
            GROUP, consumer, {self._key: ">"}, count=BATCH, block=block_ms
        )
        return _entries(found)

    async def abandoned(self, consumer: str, *, idle_ms: int = ABANDONED_MS) -> list[Entry]:
        """Take over what another consumer read and left unconfirmed for long."""
        found = await self._client.xautoclaim(
            self._key, GROUP, consumer, min_idle_time=idle_ms, start_id="0-0", count=BATCH
        )
        return [_entry(row) for row in found[1] if row[0] is not None]

    async def confirm(self, ids: list[str]) -> None:
        """Tell that entries were recorded; repeating it changes nothing."""
        if ids:
            await self._client.xack(self._key, GROUP, *ids)

    async def last_id(self) -> str:
        """Return the id of the newest entry, 0-0 when there is none."""
        found = await self._client.xrevrange(self._key, count=1)
        return str(found[0][0].decode()) if found else "0-0"

    async def first_id(self) -> str:
        """Return the id of the oldest entry that is still there, 0-0 when there is none."""
        found = await self._client.xrange(self._key, count=1)
        return str(found[0][0].decode()) if found else "0-0"

    async def tail(self, after: str, *, block_ms: int = BLOCK_MS) -> list[Entry]:
        """Return entries after an id without any group; none after a while of waiting."""
        found = await self._client.xread({self._key: after}, count=BATCH, block=block_ms)
        return _entries(found)

    async def recent(self, upto: str) -> list[Entry]:
        """Return the newest entries up to an id, oldest first."""
        found = await self._client.xrevrange(self._key, max=upto, count=BATCH)
        return [_entry(row) for row in reversed(found)]

    async def between(self, after: str, upto: str) -> list[Entry]:
        """Return the entries after an id up to another; at most what the stream holds."""
        found = await self._client.xrange(self._key, f"({after}", upto, count=MAX_ENTRIES)
        return [_entry(row) for row in found]


def encoded(quote: Quote) -> bytes:
    """Return a quote as the stream holds it."""
    return orjson.dumps(
        [
            quote.symbol,
            str(quote.price),
            quote.currency,
            quote.source,
            quote.market_date,
            quote.exchange_at,
            quote.received_at,
        ]
    )


def decoded(data: bytes) -> Quote | None:
    """Return the quote, or None for what cannot be one: another version may have written it."""
    try:
        symbol, price, currency, source, day, exchange_at, received_at = orjson.loads(data)
        return Quote(
            symbol=symbol,
            price=Decimal(price),
            currency=currency,
            source=source,
            market_date=date.fromisoformat(day),
            exchange_at=datetime.fromisoformat(exchange_at),
            received_at=datetime.fromisoformat(received_at),
        )
    except (ValueError, TypeError, ArithmeticError):
        return None


def _entries(found: object) -> list[Entry]:
    if not isinstance(found, list):
        return []
    return [_entry(row) for _, rows in found for row in rows]


def _entry(row: tuple[bytes, dict[bytes, bytes]]) -> Entry:
    # An entry that the bound cut while it was unconfirmed comes back empty.
    return row[0].decode(), decoded((row[1] or {}).get(FIELD, b""))
