"""arq exactly as it comes, for `finnami bench queue` to compare with; nothing else uses it."""

import time
from typing import Any, Self

from arq import Worker
from arq.connections import ArqRedis, RedisSettings, create_pool

STARTED = "bench:started:stock"


async def stock_job(ctx: dict[str, Any], job: str) -> None:
    """Note when the job began (seconds of the machine's monotonic clock)."""
    redis: ArqRedis = ctx["redis"]
    await redis.rpush(STARTED, f"{job} {time.monotonic()}")  # type: ignore[misc]  # "awaitable or not"


class StockQueue:
    """The enqueuing side with stock settings."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Return a connected queue."""
        return cls(await create_pool(RedisSettings.from_dsn(url)))

    async def enqueue(self, job: str) -> None:
        """Queue one job."""
        await self._pool.enqueue_job("stock_job", job)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()


def run_stock_worker(redis_url: str) -> None:
    """Run a worker with stock settings until SIGTERM."""
    Worker(functions=[stock_job], redis_settings=RedisSettings.from_dsn(redis_url)).run()
