"""The provider of `finnami bench feed`: a child process that speaks Alpaca's stream at a rate."""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime

import numpy as np
from websockets.asyncio.server import ServerConnection, serve

MESSAGES_PER_S = 100
STEP = 1e-4
PATIENCE_S = 120.0


def symbols_of(count: int) -> tuple[str, ...]:
    """Return the symbols of a bench."""
    return tuple(f"S{number:03d}" for number in range(count))


class Provider:
    """Sends trades of a random walk after the greeting, then tells each symbol's last price."""

    def __init__(self, symbols: int, rate: float, seconds: float, seed: int) -> None:
        self._symbols = symbols_of(symbols)
        self._per_message = max(1, round(rate / MESSAGES_PER_S))
        self._messages = round(seconds * MESSAGES_PER_S)
        self._generator = np.random.default_rng(seed)
        self._served = False
        self.done = asyncio.Event()

    async def serve_one(self, line: ServerConnection) -> None:
        """Greet, stream, and end with the last prices on standard output."""
        await line.send('[{"T":"success","msg":"connected"}]')
        await line.recv()
        await line.send('[{"T":"success","msg":"authenticated"}]')
        asked = json.loads(await line.recv())
        await line.send(json.dumps([{"T": "subscription", "trades": asked["trades"]}]))
        if self._served:
            await line.wait_closed()
            return
        self._served = True
        logs = np.log(100.0) * np.ones(len(self._symbols))
        began, last = time.monotonic(), {}
        for number in range(self._messages):
            await asyncio.sleep(max(0.0, began + number / MESSAGES_PER_S - time.monotonic()))
            chosen = self._generator.integers(0, len(logs), self._per_message)
            steps = STEP * self._generator.standard_normal(self._per_message)
            at = datetime.now(UTC).isoformat()  # noqa: TID251 - the exchange's own clock
            trades = []
            for column, step in zip(chosen, steps, strict=True):
                logs[column] += step
                symbol, price = self._symbols[column], round(float(np.exp(logs[column])), 4)
                trades.append({"T": "t", "S": symbol, "p": price, "s": 1, "t": at})
                last[symbol] = price
            await line.send(json.dumps(trades))
        seconds = time.monotonic() - began
        sys.stdout.write(json.dumps({"seconds": seconds, "last": last}) + "\n")
        sys.stdout.flush()
        await line.wait_closed()
        self.done.set()


async def _main(arguments: dict[str, float]) -> None:
    provider = Provider(
        int(arguments["symbols"]),
        arguments["rate"],
        arguments["seconds"],
        int(arguments["seed"]),
    )
    async with serve(provider.serve_one, "127.0.0.1", 0, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        async with asyncio.timeout(arguments["seconds"] + PATIENCE_S):
            await provider.done.wait()


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
