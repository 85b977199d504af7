"""redis-py for the slow paths: streams and commands that block. Hot calls use app/core/gate.py.

The only importer of redis-py besides arq. Its pools are not for bursts: the bounded one
raises, the blocking one did not recover from overload.
"""

from redis.asyncio import Redis
from redis.exceptions import RedisError

SlowRedis = Redis
RedisFault = RedisError

CONNECT_TIMEOUT_S = 1.0
# Longer than the longest blocking read (XREAD BLOCK 5000), so that one is never cut short.
SOCKET_TIMEOUT_S = 15.0


def slow_redis(url: str) -> Redis:
    """Return a client whose connections are made when needed; close it with `aclose()`."""
    client: Redis = Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=SOCKET_TIMEOUT_S,
        health_check_interval=30,
        max_connections=64,
    )
    return client
