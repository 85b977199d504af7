"""The capabilities of Redis that the gate, the queue and the streams stand on (Redis 7.2)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.core.ids import new_id
from app.core.redis import RedisFault, SlowRedis, slow_redis


@pytest.fixture
async def redis(embedded_redis_url: str) -> AsyncIterator[SlowRedis]:
    client = slow_redis(embedded_redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def key() -> str:
    return f"contract:{new_id()}"


class TestCommands:
    async def test_version_is_at_least_7_2(self, redis):
        major, minor = (await redis.info("server"))["redis_version"].split(".")[:2]
        assert (int(major), int(minor)) >= (7, 2)

    async def test_set_nx_get_tells_who_was_there_first(self, redis, key):
        assert await redis.set(key, "a", nx=True, get=True, ex=60) is None
        assert await redis.set(key, "b", nx=True, get=True, ex=60) == b"a"
        assert await redis.get(key) == b"a"

    async def test_a_script_sees_time_and_writes(self, redis, key):
        script = "local t = redis.call('TIME') redis.call('SET', KEYS[1], t[1]) return t[1]"
        at = await redis.eval(script, 1, key)
        assert await redis.get(key) == at

    async def test_a_missing_script_says_noscript(self, redis):
        with pytest.raises(RedisFault, match="matching script"):
            await redis.evalsha("0" * 40, 0)

    async def test_null_inside_a_script_answer_stays_in_place(self, redis, key):
        answer = await redis.eval("return {redis.call('GET', KEYS[1]), 1, false, 2}", 1, key)
        assert answer == [None, 1, None, 2]

    async def test_watch_notices_a_foreign_write(self, redis, key):
        async with redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            await redis.set(key, "foreign")
            pipe.multi()
            pipe.set(key, "ours")
            with pytest.raises(RedisFault):
                await pipe.execute()
        assert await redis.get(key) == b"foreign"

    async def test_sorted_sets_serve_due_jobs_in_order(self, redis, key):
        await redis.zadd(key, {"late": 30, "early": 10, "soon": 20})
        assert await redis.zrangebyscore(key, "-inf", 25, start=0, num=10) == [b"early", b"soon"]

    async def test_keys_expire_in_milliseconds(self, redis, key):
        await redis.psetex(key, 20, "x")
        assert 0 < await redis.pttl(key) <= 20
        await asyncio.sleep(0.05)
        assert await redis.get(key) is None

    async def test_lpop_takes_several_at_once(self, redis, key):
        await redis.rpush(key, *"abc")
        assert await redis.lpop(key, 2) == [b"a", b"b"]


class TestStreams:
    async def test_a_blocking_read_wakes_with_the_entry(self, redis, key):
        reading = asyncio.create_task(redis.xread({key: "0"}, block=30_000))
        await redis.xadd(key, {"n": "1"})
        async with asyncio.timeout(10):
            ((_, entries),) = await reading
        assert entries[0][1] == {b"n": b"1"}

    async def test_a_group_hands_a_dead_consumers_entry_to_another(self, redis, key):
        await redis.xgroup_create(key, "g", id="0", mkstream=True)
        await redis.xadd(key, {"n": "1"})
        await redis.xreadgroup("g", "dead", {key: ">"}, count=1)
        claimed = await redis.xautoclaim(key, "g", "alive", min_idle_time=0)
        assert [fields for _, fields in claimed[1]] == [{b"n": b"1"}]

    async def test_a_range_resumes_after_an_id(self, redis, key):
        first, second = [await redis.xadd(key, {"n": str(n)}) for n in range(2)]
        resumed = await redis.xrange(key, min=b"(" + first)
        assert [entry_id for entry_id, _ in resumed] == [second]

    async def test_maxlen_bounds_a_stream(self, redis, key):
        for n in range(300):
            await redis.xadd(key, {"n": str(n)}, maxlen=10, approximate=True)
        assert await redis.xlen(key) < 300


class TestSafety:
    async def test_nothing_is_evicted_and_writes_are_logged(self, redis):
        config = await redis.config_get("maxmemory-policy", "appendonly")
        assert config == {"maxmemory-policy": "noeviction", "appendonly": "yes"}

    async def test_nobody_enters_without_the_password(self, embedded_redis_url):
        client = slow_redis("redis://" + embedded_redis_url.rpartition("@")[2])
        with pytest.raises(RedisFault, match=r"[Aa]uth"):
            await client.ping()
        await client.aclose()
