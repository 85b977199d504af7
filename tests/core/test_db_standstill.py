"""Writes of many rows beside transactions: nobody waits for ever. On servers of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.launch.pair import running_pair
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.errors import UnavailableError
from app.core.ids import new_id
from app.core.sidecar import Sidecar
from app.core.uow import Transaction
from tests.conftest import drop

PATIENCE_S = 30


@pytest.fixture
def mongo_url(tmp_path: Path) -> Iterator[str]:
    with running_pair(tmp_path) as pair:
        yield pair.mongo.launcher.url


@pytest.mark.parametrize("bare", ["update_many", "update_each", "delete_many"])
async def test_a_write_of_many_rows_and_two_transactions_do_not_lock_each_other(
    mongo_url: str, bare: str
) -> None:
    """The first has a row, the write of many wants it, the second wants another row."""
    database = Database.connect(
        mongo_url, f"t_{new_id()}", transactions_at_once=4, sidecar=Sidecar(), clock=SystemClock()
    )
    await database.insert_many("rows", [{"_id": "a", "n": 0}, {"_id": "b", "n": 0}])
    has_row, go_on = asyncio.Event(), asyncio.Event()

    async def first(tx: Transaction) -> None:
        await tx.update_one("rows", {"_id": "a"}, {"$set": {"n": 1}})
        has_row.set()
        await go_on.wait()

    async def second(tx: Transaction) -> None:
        await tx.update_one("rows", {"_id": "b"}, {"$set": {"n": 2}})

    async def many() -> None:
        if bare == "update_many":
            await database.update_many("rows", {"_id": {"$in": ["a", "b"]}}, {"$set": {"m": 1}})
        elif bare == "update_each":
            await database.update_each("rows", ["a", "b"], {}, {"$set": {"m": 1}})
        else:
            await database.delete_many("rows", {"_id": {"$in": ["a"]}})

    async with asyncio.timeout(PATIENCE_S):
        one = asyncio.create_task(database.transaction(first, timeout_s=20))
        await has_row.wait()
        many_rows = asyncio.create_task(many())
        await asyncio.sleep(0.3)
        two = asyncio.create_task(database.transaction(second, timeout_s=20))
        await asyncio.sleep(0.3)
        go_on.set()
        ended = await asyncio.gather(one, two, many_rows, return_exceptions=True)
        # A refusal after the deadline is an answer; a standstill would be none.
        assert all(e is None or isinstance(e, UnavailableError) for e in ended), ended
        rows = await database.find_many("rows", {}, limit=5)
    assert ended[:2] == [None, None]
    assert {row["_id"]: row["n"] for row in rows if row["_id"] == "b"} == {"b": 2}
    await drop(database)
