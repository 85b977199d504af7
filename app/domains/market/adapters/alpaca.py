"""Alpaca's market data v2: US stocks in dollars; one connection per key, IEX on the free plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domains.market.adapters.rest import Rest
from app.domains.market.adapters.socket_feed import Talk
from app.domains.market.adapters.wire_words import (
    MalformedMessageError,
    ThrottledError,
    at_text,
    parsed,
    price_of,
    rows,
    table,
    text_of,
)
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import Tick

STREAM_URL = "wss://stream.data.alpaca.markets/v2/iex"
REST_URL = "https://data.alpaca.markets"
CURRENCY = "USD"
# 402 wrong key, 405 more symbols than the plan has, 409 a plan without this feed.
FATAL = (402, 405, 409)
# 406 another connection with this key, 407 we read too slowly.
PATIENCE = (406, 407)
MAX_SYMBOLS = 500


class Alpaca:
    """The dialect of Alpaca."""

    name = "alpaca"
    quiet_s: float | None = None

    def __init__(
        self,
        symbols: tuple[str, ...],
        *,
        key: str,
        secret: str,
        stream_url: str | None = None,
        rest_url: str | None = None,
    ) -> None:
        self._symbols = symbols[:MAX_SYMBOLS]
        self._key, self._secret = key, secret
        self._stream_url, self._rest_url = stream_url or STREAM_URL, rest_url or REST_URL

    def address(self) -> tuple[str, dict[str, str]]:
        """Return the stream's address; the key is sent as a message."""
        return self._stream_url, {}

    async def greet(self, talk: Talk) -> None:
        """Wait for the welcome, sign in, subscribe to trades."""
        await _until(talk, "success", "connected")
        await talk.say({"action": "auth", "key": self._key, "secret": self._secret})
        await _until(talk, "success", "authenticated")
        await talk.say({"action": "subscribe", "trades": list(self._symbols)})
        await _until(talk, "subscription", None)

    def read(self, message: str | bytes, received_at: datetime) -> tuple[Tick, ...]:
        """Return the trades of one message."""
        found = []
        for row in rows(parsed(message)):
            fields = table(row)
            if fields.get("T") == "error":
                _refuse(fields)
            if fields.get("T") == "t":
                found.append(_tick(text_of(fields.get("S")), fields, received_at))
        return tuple(found)

    def rest(self) -> Rest:
        """Return the REST side, with the key in its headers."""
        headers = {"apca-api-key-id": self._key, "apca-api-secret-key": self._secret}
        return Rest(self._rest_url, headers)

    async def latest(self, rest: Rest, received_at: datetime) -> tuple[Tick, ...]:
        """Return the newest trade of each symbol."""
        answer = await rest.get(
            "/v2/stocks/trades/latest", {"symbols": ",".join(self._symbols), "feed": "iex"}
        )
        trades = table(table(answer).get("trades"))
        return tuple(
            _tick(symbol, table(trade), received_at)
            for symbol, trade in trades.items()
            if symbol in self._symbols
        )


def _tick(symbol: str, trade: Mapping[str, Any], received_at: datetime) -> Tick:
    return Tick(
        symbol=symbol,
        price=price_of(trade.get("p")),
        currency=CURRENCY,
        provider=Alpaca.name,
        exchange_at=at_text(trade.get("t")),
        received_at=received_at,
    )


async def _until(talk: Talk, kind: str, text: str | None) -> None:
    """Hear one kind of answer; raises what `read` raises, and for any other answer."""
    for row in rows(parsed(await talk.hear())):
        fields = table(row)
        if fields.get("T") == "error":
            _refuse(fields)
        if fields.get("T") == kind and text in (None, fields.get("msg")):
            return
    raise MalformedMessageError(f"expected {text or kind}")


def _refuse(fields: Mapping[str, Any]) -> None:
    code, text = fields.get("code"), str(fields.get("msg"))[:80]
    if code in FATAL:
        raise FeedRefusedError(f"alpaca refuses: {text} ({code})")
    if code in PATIENCE:
        raise ThrottledError(text)
    raise MalformedMessageError(f"alpaca says: {text}")
