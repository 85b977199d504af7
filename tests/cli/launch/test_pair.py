"""Both embedded servers for real: what was acknowledged is there after kill -9."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
import redis
from pymongo import AsyncMongoClient
from pymongo import errors as driver_errors

from app.cli.launch.pair import RunningPair, running_pair

Client = AsyncMongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPair]:
    with running_pair(tmp_path_factory.mktemp("pair")) as running:
        yield running


def test_acknowledged_writes_survive_kill_9_of_both(pair: RunningPair) -> None:
    async def insert() -> None:
        async with Client(pair.mongo.launcher.url) as client:
            for number in range(20):
                await client["any_name"]["rows"].insert_one({"_id": number})

    async def count() -> int:
        async with Client(pair.mongo.launcher.url) as client:
            return await client["any_name"]["rows"].count_documents({})

    asyncio.run(insert())
    with redis.Redis.from_url(pair.redis.launcher.url) as counter:
        for _ in range(50):
            counter.incr("count")
        # Synced once a second: ask for it, so that the disk's mood does not decide the test.
        assert counter.execute_command("WAITAOF", 1, 0, 10_000)[0] == 1

    pair.mongo.kill()
    pair.redis.kill()
    pair.redis.start_again()
    pair.mongo.start_again()

    assert asyncio.run(count()) == 20
    with redis.Redis.from_url(pair.redis.launcher.url) as counter:
        assert counter.get("count") == b"50"


def test_database_refuses_a_wrong_password(pair: RunningPair) -> None:
    url = pair.mongo.launcher.url.replace("app:", "app:wrong")

    async def read() -> None:
        async with Client(url, serverSelectionTimeoutMS=2000) as stranger:
            with pymongo.timeout(5):
                await stranger["finnami"]["rows"].find_one()

    with pytest.raises(driver_errors.OperationFailure) as refused:
        asyncio.run(read())
    assert refused.value.code == 18


def test_redis_refuses_a_wrong_password(pair: RunningPair) -> None:
    url = pair.redis.launcher.url.replace("//:", "//:wrong")
    with redis.Redis.from_url(url) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
