"""The three providers' greetings and messages, as their documentation describes them."""

import json
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection

from tests.fakes.feeds.provider import FakeProvider, HangupError

KEY, SECRET = "good-key", "good-secret"


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


class FakeAlpaca(FakeProvider):
    """Welcome, auth, subscribe; trades in lists; errors with codes."""

    limit_connections = 0

    async def greet(self, line: ServerConnection) -> None:
        await line.send('[{"T":"success","msg":"connected"}]')
        auth = await self.hear(line)
        if (auth.get("key"), auth.get("secret")) != (KEY, SECRET):
            await line.send('[{"T":"error","code":402,"msg":"auth failed"}]')
            raise HangupError
        if self.limit_connections:
            self.limit_connections -= 1
            await line.send('[{"T":"error","code":406,"msg":"connection limit exceeded"}]')
            raise HangupError
        await line.send('[{"T":"success","msg":"authenticated"}]')
        asked = await self.hear(line)
        self.subscribed.append(set(asked["trades"]))
        answer: list[Any] = [{"T": "subscription", "trades": asked["trades"], "quotes": []}]
        await line.send(json.dumps(answer))

    def trade(self, symbol: str, price: object, at: datetime) -> list[dict[str, object]]:
        text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"
        return [{"T": "t", "S": symbol, "i": 1, "x": "V", "p": price, "s": 5, "t": text, "z": "B"}]

    def latest(self, prices: dict[str, tuple[float, datetime]]) -> None:
        trades = {s: {"t": at.isoformat(), "p": p, "s": 1} for s, (p, at) in prices.items()}
        self.rest = lambda _path, _query: (200, {"trades": trades})


class FakeFinnhub(FakeProvider):
    """The key is judged in the handshake; one message per subscription; pings as messages."""

    symbols_expected = 2

    def _answer(self, line, request):
        refused = super()._answer(line, request)
        if refused is None and "/stream" in request.path and f"token={KEY}" not in request.path:
            self.refuse_with.append(401)
            return super()._answer(line, request)
        return refused

    async def greet(self, line: ServerConnection) -> None:
        asked = {(await self.hear(line))["symbol"] for _ in range(self.symbols_expected)}
        self.subscribed.append(asked)

    def trade(self, symbol: str, price: object, at: datetime) -> dict[str, object]:
        return {"type": "trade", "data": [{"s": symbol, "p": price, "t": ms(at), "v": 3, "c": []}]}

    def latest(self, prices: dict[str, tuple[float, datetime]]) -> None:
        def answer(_path: str, query: dict[str, str]) -> tuple[int, object]:
            price, at = prices.get(query["symbol"], (0, None))
            return 200, {"c": price, "h": 0, "t": int(at.timestamp()) if at else 0}

        self.rest = answer


class FakeBinance(FakeProvider):
    """One SUBSCRIBE, one confirmation; no key."""

    async def greet(self, line: ServerConnection) -> None:
        asked = await self.hear(line)
        pairs = {stream.partition("@")[0].upper() for stream in asked["params"]}
        if "NOPE" in "".join(pairs):
            await line.send('{"error":{"code":2,"msg":"Invalid request"},"id":1}')
            return
        self.subscribed.append(pairs)
        await line.send('{"result":null,"id":1}')

    def trade(self, symbol: str, price: object, at: datetime) -> dict[str, object]:
        row = {"e": "trade", "E": ms(at), "s": f"{symbol}EUR", "t": 1, "q": "1", "T": ms(at)}
        return {**row, "p": str(price), "m": True, "M": True}

    def latest(self, prices: dict[str, tuple[float, datetime]]) -> None:
        def answer(_path: str, query: dict[str, str]) -> tuple[int, object]:
            price, at = prices[query["symbol"].removesuffix("EUR")]
            return 200, [{"id": 1, "price": str(price), "qty": "1", "time": ms(at)}]

        self.rest = answer
