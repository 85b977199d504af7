"""Finnhub's trades: US stocks in dollars; one connection per key, which travels in the address."""

from datetime import datetime
from urllib.parse import quote

from app.domains.market.adapters.rest import Rest
from app.domains.market.adapters.socket_feed import Talk
from app.domains.market.adapters.wire_words import (
    MalformedMessageError,
    ThrottledError,
    at_ms,
    parsed,
    price_of,
    rows,
    table,
    text_of,
)
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import Tick

STREAM_URL = "wss://ws.finnhub.io"
REST_URL = "https://finnhub.io/api/v1"
CURRENCY = "USD"
# The free plan: 50 symbols on the stream, 60 REST calls a minute.
MAX_SYMBOLS = 50
# It pings in messages of its own, about once a minute: three missed ones are a dead line.
QUIET_S = 180.0


class Finnhub:
    """The dialect of Finnhub."""

    name = "finnhub"

    def __init__(
        self,
        symbols: tuple[str, ...],
        *,
        key: str,
        stream_url: str | None = None,
        rest_url: str | None = None,
        quiet_s: float = QUIET_S,
    ) -> None:
        self.quiet_s: float | None = quiet_s
        self._symbols = symbols[:MAX_SYMBOLS]
        self._key = key
        self._stream_url, self._rest_url = stream_url or STREAM_URL, rest_url or REST_URL

    def address(self) -> tuple[str, dict[str, str]]:
        """Return the stream's address with the key, as Finnhub wants it."""
        return f"{self._stream_url}?token={quote(self._key)}", {}

    async def greet(self, talk: Talk) -> None:
        """Subscribe to each symbol; the handshake has judged the key."""
        for symbol in self._symbols:
            await talk.say({"type": "subscribe", "symbol": symbol})

    def read(self, message: str | bytes, received_at: datetime) -> tuple[Tick, ...]:
        """Return the trades of one message; a ping has none."""
        fields = table(parsed(message))
        if fields.get("type") == "error":
            _refuse(str(fields.get("msg"))[:80])
        if fields.get("type") != "trade":
            return ()
        return tuple(
            Tick(
                symbol=text_of(trade.get("s")),
                price=price_of(trade.get("p")),
                currency=CURRENCY,
                provider=self.name,
                exchange_at=at_ms(trade.get("t")),
                received_at=received_at,
            )
            for trade in map(table, rows(fields.get("data")))
        )

    def rest(self) -> Rest:
        """Return the REST side, with the key in a header."""
        return Rest(self._rest_url, {"x-finnhub-token": self._key})

    async def latest(self, rest: Rest, received_at: datetime) -> tuple[Tick, ...]:
        """Return the newest price of each symbol; 0 means that there is none."""
        found = []
        for symbol in self._symbols:
            answer = table(await rest.get("/quote", {"symbol": symbol}))
            seconds = answer.get("t")
            if isinstance(seconds, int) and seconds > 0:
                found.append(
                    Tick(
                        symbol=symbol,
                        price=price_of(answer.get("c")),
                        currency=CURRENCY,
                        provider=self.name,
                        exchange_at=at_ms(seconds * 1000),
                        received_at=received_at,
                    )
                )
        return tuple(found)


def _refuse(text: str) -> None:
    lower = text.lower()
    if "api key" in lower or "token" in lower or "access" in lower:
        raise FeedRefusedError(f"finnhub refuses: {text}")
    if "limit" in lower or "too many" in lower:
        raise ThrottledError(text)
    raise MalformedMessageError(f"finnhub says: {text}")
