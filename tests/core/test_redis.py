"""The slow client speaks to the same server and is bounded in its waits."""

import pytest

from app.core.redis import RedisFault, slow_redis


async def test_a_stream_entry_is_written_and_read(embedded_redis_url):
    client = slow_redis(embedded_redis_url)
    try:
        await client.xadd("test:stream", {"price": "1"}, maxlen=10, approximate=True)
        ((_, entries),) = await client.xread({"test:stream": "0"}, count=1, block=1000)
        assert entries[0][1] == {b"price": b"1"}
    finally:
        await client.delete("test:stream")
        await client.aclose()


async def test_no_server_is_a_redis_fault():
    client = slow_redis("redis://127.0.0.1:1/0")
    with pytest.raises(RedisFault, match="127"):
        await client.ping()
    await client.aclose()
