"""Binance's spot trades: crypto in the currency of its pair; public, without a key."""

from datetime import datetime

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

STREAM_URL = "wss://stream.binance.com:9443/ws"
REST_URL = "https://api.binance.com"
MAX_SYMBOLS = 200
GREETING_MESSAGES = 50
TOO_MANY = 1003
# It pings every 20 s and the library answers; a pair that nobody trades may be quiet.


class Binance:
    """The dialect of Binance. A pair's own currency goes with every tick: USDT is not USD."""

    name = "binance"
    quiet_s: float | None = None

    def __init__(
        self,
        symbols: tuple[str, ...],
        *,
        currency: str,
        stream_url: str | None = None,
        rest_url: str | None = None,
    ) -> None:
        self._currency = currency
        self._symbols = {pair_of(symbol, currency): symbol for symbol in symbols[:MAX_SYMBOLS]}
        self._stream_url, self._rest_url = stream_url or STREAM_URL, rest_url or REST_URL

    def address(self) -> tuple[str, dict[str, str]]:
        """Return the stream's address; there is no key."""
        return self._stream_url, {}

    async def greet(self, talk: Talk) -> None:
        """Subscribe to all pairs with one message: five a second is the limit."""
        params = [f"{pair.lower()}@trade" for pair in self._symbols]
        await talk.say({"method": "SUBSCRIBE", "params": params, "id": 1})
        for _ in range(GREETING_MESSAGES):
            answer = table(parsed(await talk.hear()))
            if isinstance(answer.get("error"), dict):
                _refuse(answer["error"].get("code"), str(answer["error"].get("msg"))[:80])
            if answer.get("id") == 1 and answer.get("result", 1) is None:
                return
        raise MalformedMessageError("the subscription was not confirmed")

    def read(self, message: str | bytes, received_at: datetime) -> tuple[Tick, ...]:
        """Return the trade of one message."""
        fields = table(parsed(message))
        if isinstance(fields.get("error"), dict):
            _refuse(fields["error"].get("code"), str(fields["error"].get("msg"))[:80])
        if fields.get("e") != "trade":
            return ()
        return (
            self._tick(text_of(fields.get("s")), fields.get("p"), fields.get("T"), received_at),
        )

    def rest(self) -> Rest:
        """Return the REST side."""
        return Rest(self._rest_url, {})

    async def latest(self, rest: Rest, received_at: datetime) -> tuple[Tick, ...]:
        """Return the newest trade of each pair."""
        found: list[Tick] = []
        for pair in self._symbols:
            answer = rows(await rest.get("/api/v3/trades", {"symbol": pair, "limit": "1"}))
            found += [
                self._tick(pair, trade.get("price"), trade.get("time"), received_at)
                for trade in map(table, answer)
            ]
        return tuple(found)

    def _tick(self, pair: str, price: object, at: object, received_at: datetime) -> Tick:
        return Tick(
            # A pair that was not asked for keeps its own name: it is counted as unknown.
            symbol=self._symbols.get(pair, pair),
            price=price_of(price),
            currency=self._currency,
            provider=self.name,
            exchange_at=at_ms(at),
            received_at=received_at,
        )


def pair_of(symbol: str, currency: str) -> str:
    """Return Binance's name of an instrument: BTC and BTC-EUR in euros are both BTCEUR."""
    return symbol.removesuffix(f"-{currency}") + currency


def _refuse(code: object, text: str) -> None:
    if code == TOO_MANY or "too many" in text.lower():
        raise ThrottledError(text)
    raise FeedRefusedError(f"binance refuses: {text}")
